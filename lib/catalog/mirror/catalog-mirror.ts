/**
 * The mirror of an open catalog: a second copy, for example on another disk.
 *
 * - The mirror never fails or delays the catalog: records are copied while the program continues. Only opening and closing
 *   wait for it, and at most for the time limit.
 * - The first failure is reported, and no other. After a failure, the next record tries again, and so does the next
 *   opening of the catalog: whatever the mirror misses is copied then.
 */
import { CatalogMirrorError } from '../../errors.js'
import type { Clock } from '../../runtime/clock.js'
import type { MirrorPaths } from './mirror-copy.js'
import type { CopyFailure } from './mirror-messages.js'
import type { MirrorWriter } from './mirror-writer.js'

/** Maximum time for which opening or closing a catalog waits for the mirror. */
export const MIRROR_LIMIT_MS = 30_000

/** Copies what is written to a catalog to its mirror. */
export class CatalogMirror {
  readonly #path: string
  readonly #writer: MirrorWriter
  readonly #clock: Clock
  readonly #onFailure: (error: CatalogMirrorError) => void
  /** Bytes of the catalog that are to be copied, and that are copied. */
  #size = -1
  #copied = -1
  /** The copies that are running; never rejects. */
  #copying: Promise<CopyFailure | undefined> | undefined
  #hasReported = false

  constructor(
    { mirror }: MirrorPaths,
    writer: MirrorWriter,
    clock: Clock,
    onFailure: (error: CatalogMirrorError) => void,
  ) {
    this.#path = mirror
    this.#writer = writer
    this.#clock = clock
    this.#onFailure = onFailure
  }

  /**
   * Brings the mirror up to date when the catalog is opened.
   *
   * @param size - bytes of the catalog that are on disk
   * @returns `same-file` if the mirror is the catalog itself
   */
  async open(size: number): Promise<'same-file' | undefined> {
    this.copy(size)
    const failure = await this.#settled()
    return failure !== 'timeout' && failure?.reason === 'same-file' ? 'same-file' : undefined
  }

  /**
   * Begins to copy what was added to the catalog.
   *
   * @param size - bytes of the catalog that are on disk
   */
  copy(size: number): void {
    this.#size = Math.max(this.#size, size)
    this.#copying ??= this.#copyAll()
  }

  /** Waits until everything is copied, and ends the writer. A mirror that hangs is abandoned. */
  async close(): Promise<void> {
    const isHung = (await this.#settled()) === 'timeout'
    if (isHung) this.#report('timeout', 'it has not responded in time. The next run copies what it misses.')
    this.#writer.end(isHung)
  }

  async #copyAll(): Promise<CopyFailure | undefined> {
    let failure: CopyFailure | undefined
    while (this.#copied < this.#size && !failure) {
      const size = this.#size
      failure = await this.#writer.copy(size)
      if (!failure) this.#copied = size
    }
    this.#copying = undefined
    if (failure && failure.reason !== 'same-file')
      this.#report(failure.reason === 'diverged' ? 'diverged' : 'unavailable', failure.text)
    return failure
  }

  /** Waits for the copies that are running, for the time limit. */
  async #settled(): Promise<CopyFailure | 'timeout' | undefined> {
    if (!this.#copying) return undefined
    const stop = new AbortController()
    const limit = this.#clock.sleep(MIRROR_LIMIT_MS, stop.signal).then(
      () => 'timeout' as const,
      () => undefined,
    )
    const result = await Promise.race([this.#copying, limit])
    stop.abort()
    return result
  }

  #report(reason: CatalogMirrorError['reason'], problem: string): void {
    if (this.#hasReported) return
    this.#hasReported = true
    this.#onFailure(new CatalogMirrorError(this.#path, reason, problem))
  }
}
