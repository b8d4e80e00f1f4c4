/**
 * An archive on its way into a file. The file gets its name when it is complete; an interrupted download is resumed
 * where it stopped.
 *
 * - Everything that can be wrong with the file is found out before a job is started.
 * - Bytes go into `FILE.partial` in order (`partial-file.ts`), and the hash of each range into the notes beside it.
 * - A resumed download hashes the bytes again and compares the hashes with the notes. It keeps the ranges that match, up
 *   to the first that does not. At the end, all hashes together must give the hash of the archive, so a wrong note costs
 *   a download and never leads to a wrong file.
 * - An archive without hashes of its parts has no notes, and is downloaded again from its beginning.
 */
import { dirname } from 'node:path'
import { HashMismatchError } from '../../errors.js'
import type { Runtime } from '../../runtime/runtime.js'
import { following, type FollowingSignal } from '../../streams/caller-signal.js'
import { forwardEvents } from '../../streams/forward-events.js'
import { ObservablePromise } from '../../streams/observable-promise.js'
import { pipeToClose } from '../../streams/pipe-to-close.js'
import {
  ArchiveReader,
  RETRIEVAL_EVENTS,
  type RetrievalContext,
  type RetrievalEvents,
} from '../archive-reader.js'
import { planRanges, type RangeOptions, type RetrievalPlan } from '../retrieval-plan.js'
import type { VerifiedRange } from '../verified-range.js'
import { assertFits } from './free-space.js'
import { outputTarget } from './output-target.js'
import { PartialFile } from './partial-file.js'
import type { TransferProgress } from '../../transfer/progress.js'
import type { PartialContent } from './partial-notes.js'
import { partialWriter } from './partial-writer.js'
import type { RangeHasher } from './range-hasher.js'
import { renameToTarget } from './rename-to-target.js'
import { writeThrough } from './stream-target.js'

/** The events of an {@link ArchiveDownload}. */
export interface ArchiveDownloadEvents extends RetrievalEvents {
  /** The ranges that the partial file already has. Their bytes have been verified, and they are not fetched again. */
  held: [ranges: readonly VerifiedRange[]]
}

/** The dependencies of a download. */
export interface DownloadContext extends RetrievalContext {
  /** The runtime of the lock on the file. Its clock is not that of an option, which is for retries. */
  readonly lockRuntime: Runtime
  /** The path of the file. */
  readonly file: string
  /** The archives and the range, which the notes of the partial file state. */
  readonly content: PartialContent
  /** The options of the plan: the range size of an earlier run is used unless they have one. */
  readonly rangeOptions: RangeOptions
  /** Makes the hasher of the partial file; default: `rangeHasher`. */
  readonly makeHasher?: (() => RangeHasher) | undefined
}

/** A download whose reader is known to its caller, once it is made. */
interface FollowedDownload extends DownloadContext {
  readonly onReader: (reader: ArchiveReader) => void
}

type Emit = (event: keyof ArchiveDownloadEvents, ...args: unknown[]) => void

/**
 * The promise that {@link retrieveToFile} returns. It is resolved when the file is complete and has its name. It emits the
 * events of {@link ArchiveDownloadEvents}, and no `error`.
 */
export class ArchiveDownload extends ObservablePromise<void, ArchiveDownloadEvents> {
  readonly #plan: RetrievalPlan | undefined
  readonly #reader: () => ArchiveReader | undefined
  readonly #abort: (reason: unknown) => void

  /**
   * @param prepare - checks the options and plans the retrieval. If it throws, the promise is rejected
   * @internal
   */
  constructor(prepare: () => DownloadContext) {
    let plan: RetrievalPlan | undefined
    let own: FollowingSignal | undefined
    let reader: ArchiveReader | undefined
    const onReader = (made: ArchiveReader): void => {
      reader = made
    }
    super(async (emit) => {
      const context = prepare()
      plan = context.plan
      own = following(context.signal)
      await download({ ...context, signal: own.signal, onReader }, emit).finally(own.release)
    })
    this.#plan = plan
    this.#reader = () => reader
    this.#abort = (reason) => own?.abort(reason)
  }

  /** The jobs, the ranges and the memory of the retrieval; `undefined` if the options are wrong. */
  get plan(): RetrievalPlan | undefined {
    return this.#plan
  }

  /**
   * The transfer as it stands, for a display that is updated by a timer; `undefined` until the bytes that an earlier call
   * has left are verified. The event `progress` reports changes.
   */
  get progress(): TransferProgress | undefined {
    return this.#reader()?.progress
  }

  /**
   * Ends the retrieval: the promise is rejected with an `AbortError` whose cause is the reason. The partial file and the
   * jobs are kept. Has no effect once the promise is settled.
   */
  abort(reason?: unknown): void {
    this.#abort(reason)
  }
}

async function download(context: FollowedDownload, emit: Emit): Promise<void> {
  const { signal } = context
  const target = await outputTarget(context.file, context.runtime.files)
  if (target.kind === 'stream') await writeThrough(target, () => observedReader(context, emit), signal)
  else await downloadToPartial(target.path, context, emit)
}

async function downloadToPartial(path: string, context: FollowedDownload, emit: Emit): Promise<void> {
  const { store, content, rangeOptions, runtime, lockRuntime, signal } = context
  const { hashes, limits } = store
  const partial = await PartialFile.open({
    path,
    content,
    rangeSizeFor: (earlierSize) => planRanges(rangeOptions, limits, earlierSize).rangeSize,
    hashes,
    limits,
    runtime,
    lockRuntime,
    makeHasher: context.makeHasher,
    signal,
  })
  try {
    const ranges = planRanges(rangeOptions, limits, partial.rangeSize)
    const plan = { ...context.plan, ...ranges, held: partial.held }
    // The file gets its name when all bytes are verified, so that it does not matter when they are.
    await fill(partial, path, { ...context, plan, checkLate: true }, emit)
    await partial.assertOurs()
    await renameToTarget(partial, path)
    await partial.removeNotes()
  } catch (error) {
    const isWrongArchive = error instanceof HashMismatchError && error.scope === 'archive'
    if (isWrongArchive) await partial.forget().catch(() => undefined) // the mismatch is the error to report
    throw error
  } finally {
    await partial.close()
  }
}

/** Retrieves the ranges that the partial file lacks. */
async function fill(
  partial: PartialFile,
  path: string,
  context: FollowedDownload,
  emit: Emit,
): Promise<void> {
  const { totalBytes, held } = context.plan
  if (totalBytes !== undefined)
    await assertFits(path, dirname(path), totalBytes - (await partial.allocated()), partial.files)
  if (held.length > 0) emit('held', held)
  const reader = observedReader(context, emit)
  await pipeToClose(reader, partialWriter(partial, path, reader))
  await partial.bytes.sync()
}

/** Makes a reader whose events are emitted by the download. The errors of its listeners destroy the reader. */
function observedReader(
  context: RetrievalContext & Pick<FollowedDownload, 'onReader'>,
  emit: Emit,
): ArchiveReader {
  const reader = new ArchiveReader(context)
  context.onReader(reader)
  forwardEvents(reader, RETRIEVAL_EVENTS, emit)
  return reader
}
