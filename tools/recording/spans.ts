/** Which text is seen in which row, and when: what does not change between frames is one span. */
import type { Frame } from './frame.js'

/** A row of text for a time. */
export interface Span {
  readonly row: number
  readonly text: string
  readonly fromMs: number
  /** `undefined` if it is seen until the end. */
  readonly untilMs: number | undefined
}

/** Times are multiples of this, so that spans share animations. */
const RESOLUTION_MS = 100

/**
 * Returns the spans of some frames, in the order in which they begin. Frames that are followed by another one within the
 * resolution are left out.
 */
export function spansOf(frames: readonly Frame[]): Span[] {
  const spans: Span[] = []
  let open: Span[] = []
  const rounded = frames.map(({ timeMs, rows }) => ({ timeMs: roundedMs(timeMs), rows }))
  for (const [i, { timeMs, rows }] of rounded.entries()) {
    if (rounded[i + 1]?.timeMs === timeMs) continue
    const remains = ({ row, text }: Span): boolean => rows[row] === text
    spans.push(...open.filter((span) => !remains(span)).map((span) => ({ ...span, untilMs: timeMs })))
    const remaining = open.filter(remains)
    const added = rows
      .map((text, row) => ({ row, text, fromMs: timeMs, untilMs: undefined }))
      .filter(({ row, text }) => text !== '' && !remaining.some((span) => span.row === row))
    open = [...remaining, ...added]
  }
  return [...spans, ...open].sort((a, b) => a.fromMs - b.fromMs || a.row - b.row)
}

function roundedMs(timeMs: number): number {
  return Math.round(timeMs / RESOLUTION_MS) * RESOLUTION_MS
}
