/**
 * Progress as JSON: one object per line, for programs. The names are stable: bytes end in `Bytes`, milliseconds in `Ms`,
 * and a number that is not known is `null`.
 */
import type { Operation, Section } from './operation.js'
import type { TransferSnapshot } from './transfer-model.js'
import type { Wait } from './waiting-line.js'

/** How an operation ended. */
export type Outcome = 'success' | 'failure' | 'stopped'

/** The object about a transfer in progress. */
export function progressJson(
  snapshot: TransferSnapshot,
  { name }: Operation,
  section: Section | undefined,
): object {
  return { event: 'progress', operation: name, ...numbersOf(snapshot, section) }
}

/**
 * The object about an operation that has ended.
 *
 * @param snapshot - the transfer; `undefined` if the operation transfers no archives
 */
export function endJson(
  snapshot: TransferSnapshot | undefined,
  { name }: Operation,
  section: Section | undefined,
  outcome: Outcome,
): object {
  return { event: 'end', operation: name, outcome, ...(snapshot && numbersOf(snapshot, section)) }
}

/**
 * The object about a job that is waited for.
 *
 * @param wallNowMs - the time of day, milliseconds since 1970
 */
export function waitingJson(
  { job, sinceMs, usual }: Wait,
  { counts }: TransferSnapshot,
  { name }: Operation,
  section: Section | undefined,
  wallNowMs: number,
): object {
  return {
    event: 'waiting',
    operation: name,
    jobId: job.jobId,
    tier: job.tier ?? null,
    creationDate: job.creationDate,
    waitingMs: wallNowMs - sinceMs,
    usualMinMs: usual?.minMs ?? null,
    usualMaxMs: usual?.maxMs ?? null,
    doneBytes: counts.doneBytes,
    totalBytes: counts.totalBytes ?? null,
    ...sectionOf(section),
  }
}

/** The object about a job whose output can be read. */
export function readyJson(jobId: string, { name }: Operation): object {
  return { event: 'ready', operation: name, jobId }
}

function numbersOf(snapshot: TransferSnapshot, section: Section | undefined): object {
  const { counts, percent, bytesPerSecond, averageBytesPerSecond, etaMs, elapsedMs, waitedMs } = snapshot
  return {
    doneBytes: counts.doneBytes,
    inFlightBytes: counts.inFlightBytes,
    skippedBytes: counts.skippedBytes,
    wireBytes: counts.sentBytes,
    totalBytes: counts.totalBytes ?? null,
    percent: percent ?? null,
    parts: counts.partsDone,
    skippedParts: counts.partsSkipped,
    inFlight: counts.requestsInFlight,
    retries: counts.retries,
    bytesPerSecond: rounded(bytesPerSecond),
    averageBytesPerSecond: rounded(averageBytesPerSecond),
    etaMs: rounded(etaMs),
    elapsedMs: rounded(elapsedMs),
    waitedMs: rounded(waitedMs),
    ...sectionOf(section),
  }
}

/** The number of the volume of an upload, or of the job of a retrieval; `null` where it is the only one or not known. */
function sectionOf(section: Section | undefined): object {
  const number = (noun: Section['noun']): number | null => (section?.noun === noun ? section.number : null)
  return {
    volume: number('volume'),
    job: number('job'),
    jobs: (section?.noun === 'job' ? section.count : undefined) ?? null,
  }
}

function rounded(number: number | undefined): number | null {
  return number === undefined ? null : Math.round(number)
}
