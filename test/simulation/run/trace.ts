/** The steps of a run, for a reader who looks for the cause of a failure. */
import { START_MS } from '../world/scheduler.js'

/** The maximum number of lines that are printed of a trace. */
export const MAX_TRACE_LINES = 60
/** The lines of the beginning that are printed of a longer trace. The end matters more: there the run failed. */
const FIRST_LINES = 15

/** A hash, whose beginning says enough. */
const HASH = /[0-9a-f]{64}/g

/** Collects the steps of a run. */
export class Trace {
  readonly #lines: string[] = []

  /** Adds a step of a process, or of another part of the run. */
  add(nowMs: number, who: string, text: string): void {
    const line = text.replaceAll('\n', ' ').replaceAll(HASH, (hash) => `${hash.slice(0, 8)}…`)
    this.#lines.push(`${elapsed(nowMs - START_MS)} ${who}: ${line}`)
  }

  /** All lines. */
  get lines(): readonly string[] {
    return this.#lines
  }

  /** The first and the last lines, at most {@link MAX_TRACE_LINES}. */
  get excerpt(): readonly string[] {
    const lines = this.#lines
    if (lines.length <= MAX_TRACE_LINES) return lines
    const last = MAX_TRACE_LINES - FIRST_LINES - 1
    const omitted = lines.length - FIRST_LINES - last
    return [...lines.slice(0, FIRST_LINES), `  … ${omitted} more steps …`, ...lines.slice(-last)]
  }
}

/** A duration as days, hours, minutes and seconds, such as `1d 02:03:04.005`. */
function elapsed(milliseconds: number): string {
  const time = new Date(Math.max(0, milliseconds)).toISOString().slice(11, 23)
  const days = Math.floor(milliseconds / 86_400_000)
  return days > 0 ? `${days}d ${time}` : time
}
