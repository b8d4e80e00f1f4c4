/** The upload of a `put`: the stream is selected, sent and followed. */
import { sendSource } from '../../../upload/send-source.js'
import type { Archive } from '../../../store/archive.js'
import type { RetryNotice } from '../../../transfer/retry.js'
import type { ArchiveWriter } from '../../../upload/archive-writer.js'
import type { SelectedStream } from '../../../selection/stream-selection.js'
import { newWriter, resumedPlanOf } from '../../../vault/archive-writer.js'
import type { Io } from '../../io.js'
import { asUsageError } from '../../options/option-names.js'
import { printNote } from '../../output/print.js'
import { openVolume } from '../../output/progress/operation.js'
import type { Progress } from '../../output/progress/progress.js'
import { type PutStream, selectPutStream } from './put-stream.js'
import { withResumeHint } from './resume-hint.js'

/** An upload: the stream, and what is known of its source. */
export interface UploadTask extends PutStream {
  /** Bytes of the source; `undefined` if they are not known for certain. */
  readonly size: number | undefined
}

/** How an upload reports. */
export interface UploadReport {
  readonly progress: Progress
  readonly onRetry: (notice: RetryNotice) => void
}

/**
 * Selects the stream, and sends its source.
 *
 * @returns the archives that are stored
 * @throws {ResumableError} it failed, and can be resumed
 * @throws as {@link selectPutStream} and {@link sendSource}
 */
export async function upload(
  task: UploadTask,
  { progress, onRetry }: UploadReport,
  io: Io,
): Promise<readonly Archive[]> {
  const { file, command, target } = task
  const { destination, options } = target
  const selected = await selectPutStream(task, onRetry, io)
  try {
    const writer = asUsageError(() => makeWriter(task, selected, io))
    const state = { hasParts: false }
    writer.once('part', () => (state.hasParts = true))
    follow(writer, progress, onRetry)
    try {
      const { hashThreads } = options
      const archives = await sendSource(selected.source, writer, { hashThreads })
      if (state.hasParts) {
        progress.done()
      } else {
        // An earlier run has completed the upload: the source was only compared.
        progress.end('success')
        progress.note('The source is the same as the stored archive. Nothing was sent.')
      }
      return archives
    } catch (error) {
      progress.end()
      for (const { volume, archiveId } of writer.archives)
        printNote(io, `Volume ${volume} is stored. Its ID is ${archiveId}.`)
      throw withResumeHint(error, writer, { destination, file, command }, options)
    }
  } finally {
    await selected.lock.release()
  }
}

/** A new stream has the plan of `put`; the plan of a resumed stream is made from the part size of its upload. */
function makeWriter(
  { target, connection, plan, size }: UploadTask,
  { point, journal }: SelectedStream,
  { signal, clock }: Io,
): ArchiveWriter {
  const { options, description } = target
  const { retryFor, onFailure, limitRate } = options
  const { store } = connection
  const writerPlan = point ? resumedPlanOf(options, point, store) : plan
  return newWriter(
    { description, sourceSize: size, onFailure, journal, retryFor, limitRate, clock },
    { store, plan: writerPlan, resumePoint: point, signal },
  )
}

function follow(writer: ArchiveWriter, progress: Progress, noteRetry: (notice: RetryNotice) => void): void {
  writer.on('archive', ({ volume, archiveId }) => {
    if (volume > 1) progress.note(`Volume ${volume} is stored. Its ID is ${archiveId}.`)
  })
  writer.on('warning', ({ message }) => {
    progress.note(message)
  })
  writer.on('retry', noteRetry)
  progress.follow(writer, () => openVolume(writer))
}
