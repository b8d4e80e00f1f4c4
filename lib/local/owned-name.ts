/**
 * Names that say which process they belong to: `PID-MADE-RANDOM`, so that what a dead one left can be told from what a
 * living one is at. In a container every start has the same process ID, so the time counts too.
 */
import { randomBytes } from 'node:crypto'

/** When this process started, in milliseconds. */
const STARTED = Date.now() - process.uptime() * 1000

/** A name nothing else has. */
export function ownedName(): string {
  return `${process.pid}-${Date.now()}-${randomBytes(12).toString('hex')}`
}

/** Whether the process that made a name still runs; false of what is no such name. */
export function isOwnerAlive(name: string): boolean {
  const match = /^(\d+)-(\d+)-[0-9a-f]{24}$/.exec(name)
  if (!match) return false
  const [pid, made] = [Number(match[1]), Number(match[2])]
  return pid === process.pid ? made >= STARTED : isRunning(pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // somebody else's
  }
}
