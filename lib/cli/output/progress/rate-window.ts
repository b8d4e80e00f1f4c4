/** The rate of a transfer over the last seconds. */

/** Milliseconds over which the rate is measured. */
const WINDOW_MS = 15_000
/** Milliseconds that must have passed before a rate is stated: earlier, buffers that fill count as transferred. */
const MIN_SPAN_MS = 1_000
/** Minimum milliseconds between two samples, so that their number is limited. */
const MIN_STEP_MS = 100

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** Samples of a growing number of bytes. Times must not decrease. */
export class RateWindow {
  #samples: Sample[] = []

  /** Adds a sample. Of samples that follow each other within 100 ms, only the first is kept. */
  add(atMs: number, bytes: number): void {
    const last = this.#samples.at(-1)
    if (last && atMs - last.atMs < MIN_STEP_MS) return
    this.#samples.push({ atMs, bytes })
    const outside = this.#samples.findLastIndex((sample) => sample.atMs <= atMs - WINDOW_MS)
    if (outside > 0) this.#samples.splice(0, outside) // the last one before the window is its beginning
  }

  /**
   * The bytes per second of the last 15 seconds, or of all the time if it is less; `undefined` in the first second.
   *
   * @param atMs - the time now
   * @param bytes - the number of bytes now
   */
  bytesPerSecond(atMs: number, bytes: number): number | undefined {
    const beginMs = atMs - WINDOW_MS
    const first = this.#samples.findLast((sample) => sample.atMs <= beginMs) ?? this.#samples[0]
    if (!first) return undefined
    const spanMs = Math.min(atMs - first.atMs, WINDOW_MS)
    return spanMs < MIN_SPAN_MS ? undefined : ((bytes - first.bytes) / spanMs) * 1000
  }
}
