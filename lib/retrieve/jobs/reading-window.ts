/**
 * How many bytes of outputs can be read before they expire. An output is kept for at least 24 hours, and each job costs
 * money: no job is started ahead whose output could expire before it has been read, at the rate that was measured.
 */
import { MIB } from '../../sizes.js'

/** The 24 hours for which an output is kept, less two hours for a rate that falls. */
const WINDOW_MS = 22 * 3_600_000
/**
 * The assumed rate until enough has been measured: 1 MiB/s, a connection of 8 Mbit/s. Few connections and few consumers
 * are slower. At this rate 77 GiB fit the window: small archives are started together, large volumes one by one.
 */
const ASSUMED_BYTES_PER_MS = MIB / 1000
/** Milliseconds of reading before a measured rate above the assumed one counts: buffers fill fast at first. */
const MIN_MEASURED_MS = 600_000

/** The time for which outputs are kept, and the rate at which they are read. */
export class ReadingWindow {
  #bytes = 0
  #ms = 0

  /** Whether a rate has been measured. */
  get isMeasured(): boolean {
    return this.#bytes > 0
  }

  /** Notes that bytes were fetched in a number of milliseconds. */
  fetched(bytes: number, ms: number): void {
    this.#bytes += bytes
    this.#ms += ms
  }

  /** Whether a number of bytes can be read before the output that is read last expires. */
  fits(bytes: number): boolean {
    return bytes / this.#bytesPerMs() <= WINDOW_MS
  }

  #bytesPerMs(): number {
    if (!this.isMeasured) return ASSUMED_BYTES_PER_MS
    const measured = this.#bytes / this.#ms
    return this.#ms >= MIN_MEASURED_MS ? measured : Math.min(measured, ASSUMED_BYTES_PER_MS)
  }
}
