/** Retrieves archives one after the other, in the order in which they become ready. */
import { AbortError, NotFoundError } from '../../../../errors.js'
import { runtimeWith } from '../../../../runtime/runtime.js'
import type { WaitedJob } from '../../../output/progress/waiting-line.js'
import { retrieveToFile } from '../../../../vault/retrieve-to-file.js'
import { formatCount, formatSize, formatTime } from '../../../output/format.js'
import { GET } from '../../../output/progress/operation.js'
import { Progress } from '../../../output/progress/progress.js'
import type { Connection } from '../../connection.js'
import { followReader } from '../follow-reader.js'
import { assertNothingAt, type Output } from './existing-outputs.js'
import { isOfConnection, Results } from './results.js'
import type { RetrievalQueue } from './retrieval-queue.js'
import { queueOf } from './service-queue.js'
import type { ManyTask, PlannedArchive } from './task.js'

/** The result of an archive whose job the service no longer has: the job is started again. */
const PUT_BACK = Symbol('put back')

/** Retrieves all archives. The files of the others are complete already. */
export async function retrieveAll(
  outputs: readonly Output[],
  archives: readonly PlannedArchive[],
  connection: Connection,
  task: ManyTask,
): Promise<void> {
  const { options, io, argv } = task
  const results = new Results(options, io, argv)
  const display = new WaitDisplay(task)
  const queue = queueOf(archives, connection, task, (jobs) => {
    display.begin(jobs)
  })
  for (const output of outputs) if (output.isComplete) await results.present(output)
  let left = archives.length
  try {
    while (!results.isConnectionLost) {
      const next = await queue.next()
      display.end('success')
      if (!next) break
      const { archive } = next
      const error = 'error' in next ? next.error : await retrieveOne(archive, next.jobIds, queue, task)
      io.signal.throwIfAborted()
      if (error === PUT_BACK) continue
      left--
      if (error === undefined) await results.retrieved(archive.output)
      else await results.failed(archive.output, error)
    }
  } catch (error) {
    display.end()
    if (io.signal.aborted) throw results.stopped(new AbortError({ cause: error }))
    throw isOfConnection(error) ? results.stopped(error) : error
  }
  results.end(left)
}

/** Shows that jobs are waited for, while no archive is read. */
class WaitDisplay {
  readonly #task: ManyTask
  #progress: Progress | undefined

  constructor(task: ManyTask) {
    this.#task = task
  }

  begin(jobs: readonly WaitedJob[]): void {
    const { io, options } = this.#task
    this.#progress = new Progress(io, options, GET)
    this.#progress.note(`Waiting for ${formatCount(jobs.length, 'retrieval job')}.`)
    for (const job of jobs.slice(0, 1)) this.#progress.waiting(job)
  }

  end(outcome?: 'success'): void {
    this.#progress?.end(outcome)
    this.#progress = undefined
  }
}

/** Retrieves an archive. Resolves to the error, if it fails, or to {@link PUT_BACK}. */
async function retrieveOne(
  archive: PlannedArchive,
  jobIds: readonly string[],
  queue: RetrievalQueue<PlannedArchive>,
  { options, io }: ManyTask,
): Promise<unknown> {
  const { output, retrieval } = archive
  const { file, entry, name } = output
  const { clock } = runtimeWith(io.clock)
  const progress = new Progress(io, options, GET)
  const [jobId] = jobIds.length === 1 && entry.set.volumes.length === 1 ? jobIds : []
  let isReady = false
  try {
    await assertNothingAt(file)
    progress.note(`Retrieving ${name} of ${formatTime(entry.time)}, ${formatSize(entry.size)}, to ${file}.`)
    const download = retrieveToFile(file, { ...retrieval, jobId })
    let lastMs = clock.now()
    void download.on('ready', () => {
      isReady = true
      lastMs = clock.now()
    })
    void download.on('range', ({ start, end }) => {
      queue.fetched(end - start, clock.now() - lastMs)
      lastMs = clock.now()
    })
    followReader(download, progress, options.snsTopic)
    await download
    progress.done()
    return undefined
  } catch (error) {
    progress.end()
    const isLost = error instanceof NotFoundError && jobId !== undefined && !isReady
    return isLost && queue.putBack(archive) ? PUT_BACK : error
  }
}
