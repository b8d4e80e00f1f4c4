/** The line while a job is waited for: for how long, since when, and how long such a job takes. */
import { retrievalTimeOf, type RetrievalTime } from '../../../glacier/retrieval-times.js'
import type { Job } from '../../../store/retrieval-store.js'
import { formatDuration, formatSize } from '../format.js'
import { fittedLine, type Piece } from './fitted-line.js'
import type { Operation, Section } from './operation.js'
import { sectionText } from './transfer-line.js'
import type { TransferSnapshot } from './transfer-model.js'

const HOUR_MS = 3_600_000

/** A job that is waited for, of any store. */
export type WaitedJob = Pick<Job, 'jobId' | 'tier' | 'action' | 'creationDate'>

/** A job that is waited for. */
export interface Wait {
  readonly job: WaitedJob
  /** Milliseconds since 1970 by the clock of this machine: when the job was created, or else when the waiting began. */
  readonly sinceMs: number
  /** The time that such a job takes; `undefined` if it is not known. */
  readonly usual: RetrievalTime | undefined
}

/**
 * A wait for a job.
 *
 * @param wallNowMs - the time of day, milliseconds since 1970
 * @param usual - the time that such a job takes; default that of its tier in a vault
 */
export function waitFor(
  job: Wait['job'],
  wallNowMs: number,
  usual: RetrievalTime | undefined = retrievalTimeOf(job.tier),
): Wait {
  const createdMs = Date.parse(job.creationDate)
  const sinceMs = createdMs <= wallNowMs ? createdMs : wallNowMs // not known, or by a clock that is ahead
  return { job, sinceMs, usual }
}

/**
 * The line about a job that is waited for.
 *
 * @param wallNowMs - the time of day, milliseconds since 1970
 * @param maxLength - maximum number of characters: less important pieces are left out
 */
export function waitingLine(
  { job, sinceMs, usual: time }: Wait,
  { counts }: TransferSnapshot,
  { verb }: Operation,
  section: Section | undefined,
  { wallNowMs, maxLength }: { readonly wallNowMs: number; readonly maxLength: number },
): string {
  const usual = usualTime(job, time)
  const pieces: (Piece | false)[] = [
    { text: `waiting ${formatDuration(wallNowMs - sinceMs)}`, rank: 1 },
    { text: `since ${timeOfDay(sinceMs, wallNowMs)}`, before: ' ', rank: 3 },
    usual !== undefined && { text: `(${usual})`, before: ' ', rank: 2 },
    section !== undefined && { text: sectionText(section), rank: 4 },
    counts.doneBytes > 0 && { text: `${formatSize(counts.doneBytes)} ${verb}`, rank: 5 },
  ]
  return fittedLine(
    pieces.filter((piece) => piece !== false),
    maxLength,
  )
}

/** The usual duration of a job, as `Standard: 3-5 hours` or `Bulk: up to 48 hours`; `undefined` if it is not known. */
function usualTime({ tier, action }: Wait['job'], time: RetrievalTime | undefined): string | undefined {
  if (action === 'InventoryRetrieval') return 'an inventory takes hours'
  return tier === undefined || time === undefined ? undefined : `${tier}: ${timeText(time)}`
}

/** The time that a job takes, as `3-5 hours`, or `up to 12 hours` if only the longest time is known. */
export function timeText({ minMs, maxMs }: RetrievalTime): string {
  const [unitMs, unit] = maxMs < HOUR_MS ? [60_000, 'minutes'] : [HOUR_MS, 'hours']
  return `${minMs === 0 ? 'up to ' : `${minMs / unitMs}-`}${maxMs / unitMs} ${unit}`
}

/** A local time as `14:05`, or with its date if that is not today. */
function timeOfDay(timeMs: number, nowMs: number): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const time = new Date(timeMs)
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === new Date(nowMs).toDateString()) return clock
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}
