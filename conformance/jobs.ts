/** Jobs that assertions start and wait for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Skip } from './assertion.js'
import { fieldsOf, hasStatus, isRefusal, neededHeader, summary } from './expectations.js'
import type { Session } from './session.js'
import { segment } from './stored.js'
import type { Answer } from './wire.js'

/** Milliseconds between two looks at a job, at first and at the most. */
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/** Asks for a job. */
export async function initiateJob(session: Session, vault: string, parameters: object): Promise<Answer> {
  return session.post('POST', `${vault}/jobs`, parameters)
}

/** Starts a job that is needed: its path. */
export async function startedJob(session: Session, vault: string, parameters: object): Promise<string> {
  const answer = await initiateJob(session, vault, parameters)
  hasStatus(answer, 202)
  return `${vault}/jobs/${segment(neededHeader(answer, 'x-amz-job-id'))}`
}

/**
 * Starts a job and waits until it is done: its path.
 *
 * @throws {@link Skip} if it takes longer than the run waits
 */
export async function finishedJob(session: Session, vault: string, parameters: object): Promise<string> {
  const job = await startedJob(session, vault, parameters)
  await finish(session, vault, job)
  return job
}

/**
 * Waits until a job is done.
 *
 * @throws {@link Skip} if it takes longer than the run waits
 */
export async function finish(session: Session, vault: string, job: string): Promise<void> {
  const { jobWaitMs } = session.settings
  if (session.control.isThere) await session.control.completeJobs(vault.slice(vault.lastIndexOf('/') + 1))
  const deadline = performance.now() + (session.jobsAreSlow ? 0 : jobWaitMs)
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    if (await isCompleted(session, job)) return
    if (performance.now() + pause > deadline) break
    await sleep(pause)
  }
  session.jobsAreSlow = true
  throw new Skip(`jobs are not done within ${jobWaitMs / 1000} s: wait longer with --job-wait`)
}

/**
 * Starts an inventory retrieval of a vault and waits until it is done: its path. With the controls of a local vault an
 * inventory is taken first.
 *
 * @throws {@link Skip} if the vault has no inventory yet, or the job takes longer than the run waits
 */
export async function finishedInventory(session: Session, vault: string, parameters = {}): Promise<string> {
  const answer = await initiateJob(session, vault, { Type: 'inventory-retrieval', ...parameters })
  if (answer.status === 404) {
    isRefusal(answer, 404, 'ResourceNotFoundException')
    throw new Skip('the vault has no inventory yet: the service takes the first within a day')
  }
  hasStatus(answer, 202)
  const job = `${vault}/jobs/${segment(neededHeader(answer, 'x-amz-job-id'))}`
  await finish(session, vault, job)
  return job
}

/** Downloads the output of a job, or a range of it, as `bytes=0-9`. */
export async function outputOf(session: Session, job: string, range?: string): Promise<Answer> {
  return session.send({ method: 'GET', target: `${job}/output`, headers: { range } })
}

async function isCompleted(session: Session, job: string): Promise<boolean> {
  const answer = await session.call('GET', job)
  if (answer.status !== 200) throw new Error(`the job cannot be looked at: ${summary(answer)}`)
  return fieldsOf(answer).Completed === true
}
