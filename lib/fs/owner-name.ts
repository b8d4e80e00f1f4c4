/**
 * File names that name a process: `PID_START_BOOT_NAMESPACE_MACHINE_SINCE_RANDOM_HOST`.
 *
 * The whole identity is in the name, so that a rename changes the owner of a file in one step. A field that the system
 * does not state is empty. Characters other than letters, digits, `.` and `-` are percent-encoded. A name is shorter
 * than 240 bytes.
 */
import { createHash } from 'node:crypto'
import type { ProcessIdentity } from '../runtime/process-identity.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'

/** The owner of a lock: a process, and the time since which it has held the lock. */
export interface LockOwner extends ProcessIdentity {
  /** When the owner took the lock by its own clock, ISO 8601. */
  readonly since: string
}

/** Maximum length of a host name that is written as it is. Linux allows 64 bytes. */
const MAX_HOST_LENGTH = 64
const NAME =
  /^(?<pid>\d{1,10})_(?<startTime>[A-Za-z\d.%-]*)_(?<bootId>[A-Za-z\d.%-]*)_(?<pidNamespace>[A-Za-z\d.%-]*)_(?<machineId>[A-Za-z\d.%-]*)_(?<since>[0-9a-z]{1,9})_[0-9a-f]{12}_(?<host>[A-Za-z\d.%~-]+)$/

type Field = 'pid' | 'startTime' | 'bootId' | 'pidNamespace' | 'machineId' | 'since' | 'host'

/** Makes a file name for a process that owns something from now on. No other call returns it, in any process. */
export function ownerName(
  owner: ProcessIdentity,
  { wallClock, random }: Pick<Runtime, 'random' | 'wallClock'> = systemRuntime,
): string {
  const { host, pid, startTime = '', bootId = '', pidNamespace = '', machineId = '' } = owner
  const fields = [startTime, bootId, pidNamespace, machineId].map(encoded)
  // A caller's clock may have fractions, and that of a machine without a battery may be wrong by decades.
  const since = Math.max(0, Math.trunc(wallClock.now())).toString(36)
  return [pid, ...fields, since, random.hex(6), shortened(host)].join('_')
}

/** Reads a name that {@link ownerName} made; `undefined` for any other name. */
export function parseOwnerName(name: string): LockOwner | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  const fields = match.groups as Record<Field, string> // each group takes part in every match
  try {
    return {
      host: decodeURIComponent(fields.host),
      pid: Number(fields.pid),
      startTime: decoded(fields.startTime),
      bootId: decoded(fields.bootId),
      pidNamespace: decoded(fields.pidNamespace),
      machineId: decoded(fields.machineId),
      since: new Date(Number.parseInt(fields.since, 36)).toISOString(),
    }
  } catch {
    return undefined // a `%` that encodes nothing: another program's name
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[_!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
}

function decoded(text: string): string | undefined {
  return text === '' ? undefined : decodeURIComponent(text)
}

/** Keeps a name within its limit. A host name that is cut contains `~`, so that it differs from every name that is not. */
function shortened(host: string): string {
  const text = encoded(host)
  if (text.length <= MAX_HOST_LENGTH) return text
  const start = host.slice(0, 40).replace(/[^A-Za-z0-9.-]/g, '-')
  return `${start}~${createHash('sha256').update(host).digest('hex').slice(0, 16)}`
}
