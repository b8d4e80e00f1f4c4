/** The identity of a process. It differs from that of an earlier process with the same process ID. */
import { createHash } from 'node:crypto'
import { SYSTEM, type ProcessSystem } from './process-system.js'

/** A process, as locks and catalog records identify it. */
export interface ProcessIdentity {
  /** The host's name. */
  readonly host: string
  /** The process ID, valid in its PID namespace. */
  readonly pid: number
  /** When the process started, as the system states it; only to be compared for equality. */
  readonly startTime?: string | undefined
  /** The boot during which the process runs; changes when the system restarts. */
  readonly bootId?: string | undefined
  /** The PID namespace in which `pid` is valid; differs between containers. */
  readonly pidNamespace?: string | undefined
  /** Identifies the machine across restarts; absent in a container, whose machine ID may come from its image. */
  readonly machineId?: string | undefined
}

/**
 * The state of a process, as far as this process can see:
 * - `alive`: it runs, or is paused
 * - `dead`: it has ended for certain
 * - `elsewhere`: it is, or was, on another host or in another container, where this process cannot see it
 */
export type Liveness = 'alive' | 'dead' | 'elsewhere'

/** A process that exists; `startTime` is `undefined` if the system does not state it. */
interface Sighting {
  readonly startTime: string | undefined
}

/** The number of the initial PID namespace, a constant of Linux: a process in it is in no container. */
const INITIAL_NAMESPACE = '4026531836'

const identities = new WeakMap<ProcessSystem, Promise<ProcessIdentity>>()

/**
 * The identity of this process. It is determined once.
 *
 * @param system - the calls to the operating system; tests replace them
 */
export function currentProcess(system: ProcessSystem = SYSTEM): Promise<ProcessIdentity> {
  let identity = identities.get(system)
  if (identity === undefined) {
    identity = identify(system)
    identities.set(system, identity)
  }
  return identity
}

/**
 * Whether a process is alive. A stopped process is alive; a zombie is dead. In case of doubt a process counts as alive.
 *
 * @param system - the calls to the operating system; tests replace them
 */
export async function livenessOf(
  process: ProcessIdentity,
  system: ProcessSystem = SYSTEM,
): Promise<Liveness> {
  const own = await currentProcess(system)
  if (!isVisible(process, own)) return hasRestarted(process, own) ? 'dead' : 'elsewhere'
  if (process.pid === own.pid && process.startTime === own.startTime) return 'alive'
  const found = await look(process.pid, system)
  if (found === undefined) return 'dead'
  const isSame = found.startTime === undefined || process.startTime === undefined
  return isSame || found.startTime === process.startTime ? 'alive' : 'dead'
}

async function identify(system: ProcessSystem): Promise<ProcessIdentity> {
  const [bootId, namespaceLink, rawMachineId] = await Promise.all([
    orUndefined(system.readFile('/proc/sys/kernel/random/boot_id')),
    orUndefined(system.readLink('/proc/self/ns/pid')),
    orUndefined(system.readFile('/etc/machine-id')),
  ])
  const found = await look(system.pid, system)
  const pidNamespace = namespaceLink === undefined ? undefined : /\d+/.exec(namespaceLink)?.[0]
  return {
    host: system.hostname(),
    pid: system.pid,
    startTime: found?.startTime,
    bootId: bootId?.trim(),
    pidNamespace,
    machineId: pidNamespace === INITIAL_NAMESPACE ? maskedMachineId(rawMachineId?.trim()) : undefined,
  }
}

/** The machine ID must be kept private (machine-id(5)): only a hash of it is written to files. */
function maskedMachineId(raw: string | undefined): string | undefined {
  if (raw === undefined || !/^[0-9a-f]{32}$/.test(raw)) return undefined // as `uninitialized`
  return createHash('sha256').update(`glacier-pipe machine ${raw}`).digest('hex').slice(0, 32)
}

/** Whether the ID of a process is valid here: same boot and PID namespace, or, if they are not known, same host. */
function isVisible(process: ProcessIdentity, own: ProcessIdentity): boolean {
  if (process.bootId !== own.bootId || process.pidNamespace !== own.pidNamespace) return false
  return own.bootId !== undefined || process.host === own.host
}

/** Whether a process ran on this machine before it restarted. */
function hasRestarted(process: ProcessIdentity, own: ProcessIdentity): boolean {
  if (process.bootId === undefined || own.bootId === undefined || process.bootId === own.bootId) return false
  return own.machineId !== undefined && process.machineId === own.machineId && process.host === own.host
}

/** Looks a process up; `undefined` if no process has this ID, or only a zombie does. */
async function look(pid: number, system: ProcessSystem): Promise<Sighting | undefined> {
  const self = await orUndefined(system.readLink('/proc/self'))
  // In a PID namespace without a /proc of its own, process IDs mean other processes there.
  const isForeign = self !== undefined && self !== String(system.pid)
  const stat = isForeign ? undefined : await orUndefined(system.readFile(`/proc/${pid}/stat`))
  if (stat !== undefined) return sightingIn(stat)
  if (!system.exists(pid)) return undefined
  if (self !== undefined) return { startTime: undefined } // `hidepid` hides the processes of other users
  const printed = (await orUndefined(system.psStartTime(pid)))?.trim()
  return { startTime: printed === '' ? undefined : printed }
}

/**
 * Reads `/proc/PID/stat`: `PID (COMMAND) STATE …`, where the command may contain spaces and parentheses. A zombie whose
 * threads still run is not dead: after SIGKILL, one of them may be in the middle of a system call.
 */
function sightingIn(stat: string): Sighting | undefined {
  const rest = stat.slice(stat.lastIndexOf(')') + 2) // from field 3 on
  const fields = rest.split(' ')
  const [threads, startTime] = [Number(fields[17]), fields[19]]
  return /^[ZXx] /.test(rest) && threads <= 1 ? undefined : { startTime }
}

async function orUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  return result.catch(() => undefined)
}
