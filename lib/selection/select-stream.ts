/**
 * Selects the stream that is uploaded: a new one, or one that an earlier run has left unfinished.
 *
 * - An upload ID selects a stream explicitly. `resume` selects the newest one of the same identity, by its position in the
 *   catalog; for a source without a name, the newest one with the same first part.
 * - A stream is owned before it is examined. Its records are read again under its lock, because the process that owned it
 *   before may have finished it meanwhile. A stream of a living process is left alone.
 */
import { deletionTimesIn } from '../catalog/queries/archives.js'
import { assertNoConflicts } from '../catalog/queries/conflicts.js'
import type { UnfinishedUpload } from '../catalog/unfinished-uploads.js'
import { CompletionUnknownError, LockHeldError, HashMismatchError, UploadGoneError } from '../errors.js'
import type { Archive } from '../store/archive.js'
import type { ByteSource } from '../stages/byte-source.js'
import { findResumePoint, type EarlierRun, type ResumeFinding } from '../resume/resume-point.js'
import { assertVolumesStored } from '../resume/stored-volumes.js'
import { SourcePrefix } from '../resume/source-prefix.js'
import { Retry } from '../transfer/retry.js'
import { earlierRunOf, storedRunOf } from './earlier-run.js'
import { StreamCandidates } from './stream-candidates.js'
import type { SelectedStream, StreamSelection } from './stream-selection.js'
import { findingNotes, takeOverWarning } from './resume-notes.js'
import { storedFirstPart } from './stored-first-part.js'
import { type OwnedStream, owning, ownStream } from './stream-owner.js'

/** The result for a candidate: it is resumed, another one is examined, or a new stream is started. */
type Resumed = Omit<SelectedStream, 'source'> | 'skipped' | 'start new'

/**
 * Selects the stream, and takes its lock, which the caller releases.
 *
 * @throws {LockHeldError} `ERR_LOCK_HELD`: a living process owns the stream
 * @throws {UploadGoneError} `ERR_UPLOAD_GONE`: the service does not have the upload of `uploadId`
 */
export async function selectStream(selection: StreamSelection): Promise<SelectedStream> {
  const { uploadId, resume, identity } = selection
  const selector = new StreamSelector(selection)
  if (uploadId !== undefined) return selector.byUploadId(uploadId)
  if (!resume) return selector.newStream()
  return identity.name === undefined ? selector.byFirstPart() : selector.byName()
}

class StreamSelector {
  readonly #selection: StreamSelection
  readonly #candidates: StreamCandidates

  constructor(selection: StreamSelection) {
    const { catalog, identity, runtime } = selection
    this.#selection = selection
    this.#candidates = new StreamCandidates(catalog.path, identity, runtime.files)
  }

  async newStream(source: ByteSource = this.#selection.source): Promise<SelectedStream> {
    const { identity, runtime } = this.#selection
    const owned = await ownStream(this.#selection, identity, runtime.random.uuid(), 'The stream')
    return { ...owned, point: undefined, source }
  }

  async byName(): Promise<SelectedStream> {
    const { identity, note } = this.#selection
    for (;;) {
      const [candidate] = await this.#candidates.list()
      if (!candidate) {
        note(`No upload of "${identity.name}" to ${identity.vaultName} is unfinished. Starting a new upload.`)
        return this.newStream()
      }
      const resumed = await this.#resume(candidate)
      if (resumed === 'start new') return this.newStream()
      if (resumed !== 'skipped') return { ...resumed, source: this.#selection.source }
    }
  }

  async byFirstPart(): Promise<SelectedStream> {
    const { source, signal, identity, note } = this.#selection
    let candidates = await this.#candidates.list()
    const count = candidates.length
    if (count === 0) {
      note(`No upload without a name to ${identity.vaultName} is unfinished. Starting a new upload.`)
      return this.newStream()
    }
    const prefix = new SourcePrefix(source, signal)
    try {
      for (;;) {
        const [candidate, ...others] = candidates
        if (!candidate) {
          const uploads = count === 1 ? 'the unfinished upload' : `any of the ${count} unfinished uploads`
          note(
            `The first part of the source differs from that of ${uploads} without a name. Starting a new upload. ${count === 1 ? 'That upload stays' : 'Those uploads stay'} open.`,
          )
          return await this.newStream(prefix.bytes())
        }
        const resumed = await this.#resumeIfSame(candidate, prefix)
        if (resumed === 'start new') return await this.newStream(prefix.bytes())
        if (typeof resumed === 'object') return { ...resumed, source: prefix.bytes() }
        // A comparison changes nothing in the catalog: it is read again only after a candidate was owned.
        candidates = resumed === 'differs' ? others : await this.#candidates.list()
      }
    } catch (error) {
      await prefix.close()
      throw error
    }
  }

  async byUploadId(uploadId: string): Promise<SelectedStream> {
    const { source, identity } = this.#selection
    for (;;) {
      const known = await this.#candidates.ofUpload(uploadId)
      // The stream keeps the name it has in the catalog.
      const stream = known ? { ...identity, name: known.name } : identity
      const streamId = known?.streamId ?? uploadId
      const selected = await owning(this.#selection, stream, streamId, `The upload ${uploadId}`, (owned) =>
        this.#continueUpload(owned, uploadId, streamId),
      )
      if (selected !== 'skipped') return { ...selected, source }
    }
  }

  #skip(candidate: UnfinishedUpload): 'skipped' {
    this.#candidates.skip(candidate)
    return 'skipped'
  }

  #setAside(candidate: UnfinishedUpload): 'differs' {
    this.#skip(candidate)
    return 'differs'
  }

  /** Resumes a candidate if its first part is that of the source. Otherwise only an expired candidate is changed: it is recorded. */
  async #resumeIfSame(candidate: UnfinishedUpload, prefix: SourcePrefix): Promise<Resumed | 'differs'> {
    // The first part would not fit into the memory of this upload.
    if (candidate.partSize * 4 > this.#selection.memory) return this.#setAside(candidate)
    const stored = candidate.firstPart ?? (await storedFirstPart(this.#selection, this.#retry(), candidate))
    if (stored === 'gone') {
      return this.#resume(candidate).catch((error: unknown) => {
        if (!(error instanceof LockHeldError)) throw error
        return this.#skip(candidate) // its process has just stored it, or is about to record that it has expired
      })
    }
    const first = stored && (await prefix.firstPart(candidate.partSize, this.#selection.store.hashes))
    const isSame = first?.size === stored?.size && first?.hash === stored?.hash
    return first && isSame ? this.#resume(candidate) : this.#setAside(candidate)
  }

  /** Owns a candidate and finds the point where it is resumed. */
  #resume(candidate: UnfinishedUpload): Promise<Resumed> {
    const { identity } = this.#selection
    const { streamId, uploadId } = candidate
    const subject = uploadId === undefined ? 'The stream' : `The upload ${uploadId}`
    return owning(this.#selection, identity, streamId, subject, async (owned) => {
      const now = await this.#candidates.find(candidate)
      if (!now) return 'skipped' // finished meanwhile: the rest is examined again
      const finding = await this.#findPoint(owned, earlierRunOf(now, identity))
      this.#noteFinding(finding, now.uploadId, now.time)
      if (finding.point) return { ...owned, point: finding.point }
      this.#skip(now)
      return startsNewUpload(finding) ? 'start new' : 'skipped'
    })
  }

  /** Finds the point where the upload of an upload ID is resumed; `skipped` if it belongs to a stream that is not owned. */
  async #continueUpload(
    owned: OwnedStream,
    uploadId: string,
    streamId: string,
  ): Promise<Exclude<Resumed, 'start new'>> {
    const { catalog, identity, runtime, partSize } = this.#selection
    const { files } = runtime
    const found = await this.#candidates.ofUpload(uploadId)
    if ((found?.streamId ?? uploadId) !== streamId) return 'skipped' // its record was written meanwhile
    const run = found
      ? earlierRunOf(found, identity)
      : await storedRunOf(catalog.path, uploadId, identity, files)
    if ('point' in run) {
      const { earlierVolumes } = run.point
      await assertNoConflicts(catalog.path, idsOf(earlierVolumes), files)
      const { store, signal } = this.#selection
      await assertVolumesStored({ store, signal, retry: this.#retry() }, earlierVolumes)
      return { ...owned, point: run.point }
    }
    const finding = await this.#findPoint(owned, { partSize, ...run })
    if (!finding.point) throw finding.ended
    this.#noteFinding(finding, uploadId)
    return { ...owned, point: finding.point }
  }

  async #findPoint({ lock, journal }: OwnedStream, run: EarlierRun): Promise<ResumeFinding> {
    const { store, signal, catalog, runtime, warn } = this.#selection
    await assertNoConflicts(catalog.path, idsOf(run.earlierVolumes), runtime.files)
    const warning = takeOverWarning(lock)
    if (warning !== undefined) warn(warning)
    const context = { store, retry: this.#retry(), journal, signal, lastSignal: signal }
    const finding = await findResumePoint(context, run)
    return finding.isStoredNow ? this.#unlessDeleted(finding, run) : finding
  }

  /**
   * A repeated completion may name an archive that was deleted since. A catalog that was replaced by an older copy has the
   * record of the deletion, and not that of the archive.
   */
  async #unlessDeleted(finding: ResumeFinding, { uploadId = '' }: EarlierRun): Promise<ResumeFinding> {
    const { catalog, runtime } = this.#selection
    const ids = new Set(idsOf(finding.point?.earlierVolumes))
    const [archiveId] = (await deletionTimesIn(catalog.path, runtime.files, ids)).keys()
    if (archiveId === undefined) return finding
    return { point: undefined, ended: new UploadGoneError(uploadId, { archiveId }), isStoredNow: false }
  }

  #noteFinding(finding: ResumeFinding, uploadId: string | undefined, time?: string): void {
    for (const line of findingNotes(finding, uploadId, time)) this.#selection.note(line)
  }

  #retry(): Retry {
    const { store, retryFor, runtime, clock = runtime.clock, onRetry } = this.#selection
    return new Retry({ retryFor, clock }, store, onRetry)
  }
}

/** Whether a new upload is started: the archive may exist already, so no older upload of the stream is resumed instead. */
function startsNewUpload({ ended }: ResumeFinding): boolean {
  return ended instanceof CompletionUnknownError || ended instanceof HashMismatchError
}

function idsOf(volumes: readonly Archive[] = []): string[] {
  return volumes.map(({ archiveId }) => archiveId)
}
