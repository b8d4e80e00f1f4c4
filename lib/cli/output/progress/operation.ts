/** The operations whose progress is shown. */
import type { Job } from '../../../store/retrieval-store.js'

/** The words for an operation. */
export interface Operation {
  /** The name of the command. */
  readonly name: string
  /** The action while it runs, a present participle. */
  readonly running: string
  /** The action once it has ended, past tense. */
  readonly verb: string
  /** The action on the wire, past tense. */
  readonly wireVerb: string
  /** The line about a job that was waited for, and has its output. */
  readonly readyText: (job: ReadyJob) => string
  /** The noun for the output of each of several jobs. */
  readonly section: Section['noun']
}

/** A job that has its output, of any store. */
export type ReadyJob = Pick<Job, 'jobId'> & Partial<Pick<Job, 'archiveId'>>

const JOB = {
  readyText: ({ jobId }: ReadyJob): string => `The job ${jobId} is ready.`,
  section: 'job',
} as const

/** An upload. */
export const PUT: Operation = { name: 'put', running: 'storing', verb: 'stored', wireVerb: 'sent', ...JOB }

/** A retrieval of archives. */
export const GET: Operation = {
  name: 'get',
  running: 'retrieving',
  verb: 'retrieved',
  wireVerb: 'received',
  ...JOB,
}

/** A retrieval of objects of a bucket, whose jobs are restores. */
export const GET_OBJECTS: Operation = {
  ...GET,
  readyText: ({ jobId, archiveId = jobId }) => `The object ${archiveId} is restored.`,
  section: 'volume',
}

/** A retrieval of an inventory. */
export const INVENTORY: Operation = {
  name: 'inventory',
  running: 'retrieving',
  verb: 'retrieved',
  wireVerb: 'received',
  ...JOB,
}

/** The archive of a set that is being transferred, or the job that is being read. */
export interface Section {
  readonly noun: 'volume' | 'job'
  /** From 1. */
  readonly number: number
  /** The number of all; `undefined` if it is not known. */
  readonly count: number | undefined
}

/**
 * The job of a retrieval that is read, or waited for; `undefined` if there is only one.
 *
 * @param noun - the noun for the output of a job
 */
export function openJob(
  count: number,
  ready: number,
  isWaiting: boolean,
  noun: Section['noun'] = 'job',
): Section | undefined {
  return count > 1 ? { noun, number: Math.max(isWaiting ? ready + 1 : ready, 1), count } : undefined
}

/** The volume that an upload sends; `undefined` for the first volume, and between two volumes. */
export function openVolume(upload: {
  readonly archives: readonly unknown[]
  readonly uploadId: string | undefined
}): Section | undefined {
  const number = upload.archives.length + 1
  const isOpen = number > 1 && upload.uploadId !== undefined
  return isOpen ? { noun: 'volume', number, count: undefined } : undefined
}
