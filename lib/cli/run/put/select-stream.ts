/**
 * Which stream a `put` uploads: a new one, or one that an earlier run has left unfinished.
 *
 * - `--upload-id` selects one explicitly. `--resume` selects the newest of the same identity, by its place in the catalog;
 *   of a stream without a name, the newest whose first part is the source's.
 * - A stream is taken before it is looked at: what the catalog says of it is read again under its lock, since the process
 *   that had it may have finished it meanwhile. A stream of a living process is left alone.
 */
import { randomUUID } from 'node:crypto'
import { readCatalog, type Catalog } from '../../../catalog/catalog.js'
import { assertNoConflicts } from '../../../catalog/conflicts.js'
import { unfinishedIn, type Unfinished } from '../../../catalog/unfinished.js'
import { CompletionUnknownError, LockHeldError, TreeHashMismatchError } from '../../../errors.js'
import type { Lock } from '../../../fs/lock.js'
import type { Archive } from '../../../store/archive.js'
import type { ByteSource } from '../../../stages/byte-source.js'
import type { UploadJournal } from '../../../store/upload-journal.js'
import {
  findResumePoint,
  type EarlierRun,
  type ResumeFinding,
  type ResumePoint,
} from '../../../resume/resume-point.js'
import { SourcePrefix } from '../../../resume/source-prefix.js'
import { Retry, type RetryNotice } from '../../../transfer/retry.js'
import type { VaultClient } from '../../../client/vault-client.js'
import type { PutOptions } from '../../commands/put.js'
import type { Io } from '../../io.js'
import { warnOfConflictsIn } from '../../output/conflict-notes.js'
import { printNote } from '../../output/print.js'
import { earlierRunOf, isOfIdentity, isThere, keyOf, storedRunOf } from './earlier-run.js'
import { findingNotes, takeOverWarning } from './resume-notes.js'
import { storedFirstPart } from './stored-first-part.js'
import { type OwnedStream, owning, ownStream, type StreamIdentity } from './stream-owner.js'

/** What a stream is selected from. */
export interface StreamSelection {
  readonly identity: StreamIdentity
  readonly catalog: Catalog
  readonly client: VaultClient
  readonly source: ByteSource
  readonly options: PutOptions
  readonly io: Io
  /** Bytes of parts that the upload may hold; a stream without a name is recognized by a part that fits it. */
  readonly memory: number
  /** Is told of requests that are made again. */
  readonly onRetry: (notice: RetryNotice) => void
}

/** The stream to upload, owned by this process. */
export interface SelectedStream {
  readonly lock: Lock
  readonly journal: UploadJournal
  /** Where it is resumed; `undefined` for a new one. */
  readonly point: ResumePoint | undefined
  /** The whole source, from its beginning. */
  readonly source: ByteSource
}

/** What became of a candidate: it is resumed, another is looked for, or a new stream is started. */
type Resumed = Omit<SelectedStream, 'source'> | 'skipped' | 'start anew'

/**
 * Selects the stream, and takes its lock, which the caller releases.
 *
 * @throws {LockHeldError} `ERR_LOCK_HELD`: a living process owns the stream that is meant
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the service does not have the upload of `--upload-id`
 */
export async function selectStream(selection: StreamSelection): Promise<SelectedStream> {
  const { options, identity, catalog, io } = selection
  if (options.uploadId !== undefined) return new StreamSelector(selection).byUploadId(options.uploadId)
  if (!options.resume) return new StreamSelector(selection).newStream()
  await warnOfConflictsIn(catalog.path, io)
  const selector = new StreamSelector(selection)
  return identity.name === undefined ? selector.byFirstPart() : selector.byName()
}

class StreamSelector {
  readonly #selection: StreamSelection
  /** Candidates that are not what is meant, by upload or stream ID. */
  readonly #skipped = new Set<string>()

  constructor(selection: StreamSelection) {
    this.#selection = selection
  }

  async newStream(source: ByteSource = this.#selection.source): Promise<SelectedStream> {
    const { catalog, identity } = this.#selection
    const owned = await ownStream(catalog, identity, randomUUID(), 'The stream')
    return { ...owned, point: undefined, source }
  }

  async byName(): Promise<SelectedStream> {
    const { identity } = this.#selection
    for (;;) {
      const [candidate] = await this.#candidates()
      if (!candidate) {
        this.#note(
          `No upload of "${identity.name}" to ${identity.vaultName} is unfinished: starting a new one.`,
        )
        return this.newStream()
      }
      const resumed = await this.#resume(candidate)
      if (resumed === 'start anew') return this.newStream()
      if (resumed !== 'skipped') return { ...resumed, source: this.#selection.source }
    }
  }

  async byFirstPart(): Promise<SelectedStream> {
    const { io, source, identity } = this.#selection
    let candidates = await this.#candidates()
    const count = candidates.length
    if (count === 0) {
      this.#note(`No upload without a name to ${identity.vaultName} is unfinished: starting a new one.`)
      return this.newStream()
    }
    const prefix = new SourcePrefix(source, io.signal)
    try {
      for (;;) {
        const [candidate, ...others] = candidates
        if (!candidate) {
          const uploads = count === 1 ? 'the unfinished upload' : `any of the ${count} unfinished uploads`
          this.#note(
            `The first part of the source differs from that of ${uploads} without a name: starting a new one. ${count === 1 ? 'It stays' : 'They stay'} open.`,
          )
          return await this.newStream(prefix.bytes())
        }
        const resumed = await this.#resumeIfSame(candidate, prefix)
        if (resumed === 'start anew') return await this.newStream(prefix.bytes())
        if (typeof resumed === 'object') return { ...resumed, source: prefix.bytes() }
        // A comparison changes nothing: only what was owned for a moment is read again.
        candidates = resumed === 'differs' ? others : await this.#candidates()
      }
    } catch (error) {
      await prefix.close()
      throw error
    }
  }

  async byUploadId(uploadId: string): Promise<SelectedStream> {
    const { source, catalog, identity } = this.#selection
    for (;;) {
      const known = await this.#unfinished(uploadId)
      // The stream keeps the name it has in the catalog.
      const stream = known ? { ...identity, name: known.name } : identity
      const streamId = known?.streamId ?? uploadId
      const selected = await owning(catalog, stream, streamId, `The upload ${uploadId}`, (owned) =>
        this.#continueUpload(owned, uploadId, streamId),
      )
      if (selected !== 'skipped') return { ...selected, source }
    }
  }

  /** Those that `--resume` may mean, the newest first. */
  async #candidates(): Promise<Unfinished[]> {
    const { catalog, identity } = this.#selection
    const unfinished = await unfinishedIn(readCatalog(catalog.path))
    return unfinished
      .filter((it) => !it.isSuperseded && isOfIdentity(it, identity) && !this.#skipped.has(keyOf(it)))
      .reverse()
  }

  /** What is unfinished of an upload, or of the set that it became a volume of: one stream, and so one lock. */
  async #unfinished(uploadId: string): Promise<Unfinished | undefined> {
    const { catalog, identity } = this.#selection
    const unfinished = await unfinishedIn(readCatalog(catalog.path))
    const isVolumeOf = (it: Unfinished): boolean =>
      isThere(it, identity) && it.earlierVolumes.some((volume) => volume.uploadId === uploadId)
    return unfinished.find((it) => it.uploadId === uploadId) ?? unfinished.find(isVolumeOf)
  }

  #skip(candidate: Unfinished): 'skipped' {
    this.#skipped.add(keyOf(candidate))
    return 'skipped'
  }

  #setAside(candidate: Unfinished): 'differs' {
    this.#skip(candidate)
    return 'differs'
  }

  /** Takes a candidate whose first part is the source's. Changes nothing else, but that an expired one is recorded so. */
  async #resumeIfSame(candidate: Unfinished, prefix: SourcePrefix): Promise<Resumed | 'differs'> {
    // Its first part would not fit the memory that this upload may take.
    if (candidate.partSize * 4 > this.#selection.memory) return this.#setAside(candidate)
    const stored = candidate.firstPart ?? (await storedFirstPart(this.#selection, this.#retry(), candidate))
    if (stored === 'gone') {
      return this.#resume(candidate).catch((error: unknown) => {
        if (!(error instanceof LockHeldError)) throw error
        return this.#skip(candidate) // its process has just stored it, or is about to record that it has expired
      })
    }
    const first = stored && (await prefix.firstPart(candidate.partSize))
    const isSame = first?.size === stored?.size && first?.treeHash === stored?.treeHash
    return first && isSame ? this.#resume(candidate) : this.#setAside(candidate)
  }

  /** Takes a candidate and finds where it is resumed. */
  #resume(candidate: Unfinished): Promise<Resumed> {
    const { catalog, identity } = this.#selection
    const { streamId, uploadId } = candidate
    const what = uploadId === undefined ? 'The stream' : `The upload ${uploadId}`
    return owning(catalog, identity, streamId, what, async (owned) => {
      const now = (await this.#candidates()).find((it) => keyOf(it) === keyOf(candidate))
      if (!now) return 'skipped' // finished meanwhile: what is left is looked at again
      const finding = await this.#findPoint(owned, earlierRunOf(now, identity))
      this.#noteFinding(finding, now.uploadId, now.time)
      if (finding.point) return { ...owned, point: finding.point }
      this.#skip(now)
      return startsAnew(finding) ? 'start anew' : 'skipped'
    })
  }

  /** Finds where the upload of `--upload-id` is resumed; `skipped` where it is of another stream than was taken. */
  async #continueUpload(
    owned: OwnedStream,
    uploadId: string,
    streamId: string,
  ): Promise<Exclude<Resumed, 'start anew'>> {
    const { catalog, identity } = this.#selection
    const found = await this.#unfinished(uploadId)
    if ((found?.streamId ?? uploadId) !== streamId) return 'skipped' // its record came between
    const run = found ? earlierRunOf(found, identity) : await storedRunOf(catalog.path, uploadId, identity)
    if ('point' in run) {
      await assertNoConflicts(catalog.path, idsOf(run.point.earlierVolumes))
      return { ...owned, point: run.point }
    }
    const finding = await this.#findPoint(owned, run)
    if (!finding.point) throw finding.ended
    this.#noteFinding(finding, uploadId)
    return { ...owned, point: finding.point }
  }

  async #findPoint({ lock, journal }: OwnedStream, run: EarlierRun): Promise<ResumeFinding> {
    const { client, identity, options, io, catalog } = this.#selection
    await assertNoConflicts(catalog.path, idsOf(run.earlierVolumes))
    const takeOver = takeOverWarning(lock)
    if (takeOver !== undefined) printNote(io, takeOver)
    const vault = { vaultName: identity.vaultName, accountId: options.accountId }
    const { signal } = io
    const transfer = { client, retry: this.#retry(), vault, journal, signal, lastSignal: signal }
    return findResumePoint(transfer, run)
  }

  #noteFinding(finding: ResumeFinding, uploadId: string | undefined, time?: string): void {
    for (const line of findingNotes(finding, uploadId, time)) this.#note(line)
  }

  #retry(): Retry {
    const { client, options, io, onRetry } = this.#selection
    return new Retry({ retryFor: options.retryFor, clock: io.clock }, client, onRetry)
  }

  #note(line: string): void {
    if (!this.#selection.options.quiet) printNote(this.#selection.io, line)
  }
}

/** Where the archive may exist already, an older upload of the same stream is not resumed in its place. */
function startsAnew({ ended }: ResumeFinding): boolean {
  return ended instanceof CompletionUnknownError || ended instanceof TreeHashMismatchError
}

function idsOf(volumes: readonly Archive[] = []): string[] {
  return volumes.map(({ archiveId }) => archiveId)
}
