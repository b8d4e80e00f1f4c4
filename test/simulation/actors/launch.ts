/** Runs an actor in a simulated process, and checks what the process leaves behind when it has ended. */
import { getEventListeners } from 'node:events'
import { UsageError } from '../../../lib/cli/command-errors.js'
import { GlacierPipeError } from '../../../lib/errors.js'
import { checkExpiry } from '../invariants/expiry-is-true.js'
import type { Host } from '../world/host.js'
import { SimProcess } from '../world/sim-process.js'
import { disturb, disturbSuccess } from './disturb.js'
import type { SharedEnvironment } from './environment.js'
import { ListenerFailure } from './listeners.js'
import { ConsumerFailure } from './consumer.js'
import { SourceFailure } from './source.js'

/** The end of a process. */
export type Outcome<Result> =
  | { readonly state: 'succeeded'; readonly result: Result }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'killed' }

/** The work of an actor; its process ends when the promise is settled. */
export type Actor<Result> = (process: SimProcess, signal: AbortSignal) => Promise<Result>

/**
 * Starts a process, and resolves when it is over.
 *
 * @param name - unique in the run
 */
export async function launch<Result>(
  env: SharedEnvironment,
  name: string,
  host: Host,
  actor: Actor<Result>,
): Promise<Outcome<Result>> {
  const { world, disk, table } = env
  const process = new SimProcess(name, host, world, disk, table)
  const stop = new AbortController()
  disturb(process, env, stop)
  world.note(name, () => `starts on ${host.name}`)
  let outcome: Outcome<Result> = { state: 'killed' }
  actor(process, stop.signal).then(
    (result) => {
      outcome = { state: 'succeeded', result }
      process.end()
    },
    (error: unknown) => {
      outcome = { state: 'failed', error }
      process.end()
    },
  )
  await process.over
  if (process.state !== 'ended') return { state: 'killed' }
  note(env, name, outcome)
  checkError(env, name, outcome)
  // What the end of the process has caused is done when the next event happens.
  await new Promise<void>((resolve) => world.scheduler.after(0, resolve))
  checkLeftovers(process, stop.signal)
  if ((outcome as Outcome<Result>).state === 'succeeded') disturbSuccess(process, env)
  return outcome
}

function note({ world }: SharedEnvironment, name: string, outcome: Outcome<unknown>): void {
  if (outcome.state === 'succeeded') world.note(name, () => 'ends')
  if (outcome.state === 'failed') {
    const { error } = outcome
    if (hasCode(error, 'ERR_LOCK_LOST')) world.reached('lock lost')
    world.note(name, () => `fails: ${messageOf(error)}`)
  }
}

function hasCode(error: unknown, code: string): boolean {
  const { code: own, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  return own === code || (cause !== undefined && hasCode(cause, code))
}

function messageOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause === undefined ? message : `${message} (${(cause as Error).message})`
}

/** A process fails with the errors of the documentation, and no others, and they are true. */
function checkError(env: SharedEnvironment, name: string, outcome: Outcome<unknown>): void {
  if (outcome.state !== 'failed') return
  const { world } = env
  const { error } = outcome
  const isExpected =
    error instanceof GlacierPipeError ||
    error instanceof SourceFailure ||
    error instanceof ConsumerFailure ||
    error instanceof ListenerFailure ||
    error instanceof UsageError ||
    (error as Error).name === 'AbortError' ||
    isSystemError(error)
  if (!isExpected) world.fail('errors are documented ones', `${name}: ${(error as Error).stack}`)
  checkExpiry(env, name, error)
}

function isSystemError(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined && code !== undefined && /^E[A-Z]+$/.test(code)
}

/** No timer, listener, request or file of a process that has ended remains. */
function checkLeftovers(process: SimProcess, signal: AbortSignal): void {
  const { sleeping, openFiles, requests, world, name } = process
  const found = {
    'timers that keep it alive': sleeping.keepingAlive,
    'other timers': sleeping.others,
    'open files': openFiles,
    requests,
    'listeners of its signal': getEventListeners(signal, 'abort').length,
  }
  for (const [what, count] of Object.entries(found))
    if (count !== 0) world.fail('nothing remains of an ended process', `${name} leaves ${count} ${what}`)
}
