/** The prompt before a command line. */
export const PROMPT = '$ '

/** A state of the screen of a recording. */
export interface Frame {
  /** Milliseconds since the beginning. */
  readonly timeMs: number
  readonly rows: readonly string[]
}
