import t from 'tap'
import { LockFolder, type LockFolderOptions } from '../../lib/fs/lock.js'
import type { ProcessIdentity } from '../../lib/runtime/process-identity.js'
import { systemRuntime, type Runtime } from '../../lib/runtime/runtime.js'
import { settled } from '../helpers/gate.js'
import { MemoryFiles } from '../helpers/memory-files.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

// Locks of several hosts on one file system in memory, each host by its own virtual clock.

const DIR = '/shared/locks'
const SUBJECT = 'The upload X'
const MINUTE_MS = 60_000

/** A file system that several hosts share. */
class SharedDisk {
  /** The time of the file system. */
  timeMs = Date.UTC(2026, 0, 1)
  readonly files = new MemoryFiles(() => this.timeMs)
  #names = 0

  host(name: string, clock: VirtualClock, options: LockFolderOptions = {}): LockFolder {
    const identity: ProcessIdentity = { host: name, pid: 1 }
    const runtime: Runtime = {
      ...systemRuntime,
      clock,
      wallClock: { now: () => this.timeMs },
      random: { uuid: () => '', hex: () => String(++this.#names).padStart(12, '0') },
      files: this.files,
      processes: {
        current: async () => identity,
        livenessOf: async ({ host }) => (host === name ? 'alive' : 'elsewhere'),
      },
    }
    return new LockFolder(DIR, { ...options, runtime })
  }

  /** Lets time pass, minute by minute, for the file system and for the hosts that are not paused. */
  async pass(minutes: number, ...clocks: readonly VirtualClock[]): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      this.timeMs += MINUTE_MS
      for (const clock of clocks) await clock.advance(MINUTE_MS)
      await settled()
    }
  }
}

t.test(
  'the heartbeat of an owner on another host keeps its lock; without it, the lock is lost',
  async (t) => {
    const disk = new SharedDisk()
    const clock = new VirtualClock(false)
    const lock = await disk.host('a', clock).tryTake('x', SUBJECT)
    const other = disk.host('b', new VirtualClock(false))
    await disk.pass(60, clock)
    await t.rejects(other.tryTake('x', SUBJECT), { code: 'ERR_LOCK_HELD', owner: { host: 'a' } })
    await disk.pass(10)
    await t.rejects(other.tryTake('x', SUBJECT), { code: 'ERR_LOCK_HELD' }, 'paused for ten minutes')
    await disk.pass(1)
    const taken = await other.tryTake('x', SUBJECT)
    t.match(taken, { previous: { host: 'a', since: '2026-01-01T00:00:00.000Z' }, wasElsewhere: true })
    await disk.pass(1, clock)
    await t.rejects(lock.assertHeld(), { code: 'ERR_LOCK_LOST' }, 'its heartbeat does not bring it back')
    await lock.release()
    await taken.assertHeld()
    await taken.release()
    t.strictSame(await disk.files.readdir(DIR), [])
    t.equal(clock.sleeping, 0, 'a released lock has no heartbeat')
  },
)

t.test('those who wait for a lock try again at intervals, until their time is up', async (t) => {
  const disk = new SharedDisk()
  const lock = await disk.host('a', new VirtualClock(false)).tryTake('x', SUBJECT)
  const clock = new VirtualClock()
  const waiting = disk.host('b', clock, { timeoutMs: 100, retryPauseMs: 20 })
  await t.rejects(
    waiting.withLock('x', async () => undefined),
    { code: 'ERR_LOCK_HELD' },
  )
  t.strictSame(clock.pauses, [20, 20, 20, 20, 20])
  const free = waiting.withLock('x', async () => 'taken')
  await lock.release()
  t.equal(await free, 'taken')
})

t.test('the waiting can be stopped', async (t) => {
  const disk = new SharedDisk()
  const lock = await disk.host('a', new VirtualClock(false)).tryTake('x', SUBJECT)
  const clock = new VirtualClock(false)
  const locks = disk.host('b', clock)
  const waiting = locks.withLock('x', async () => undefined)
  const rejected = t.rejects(waiting, { code: 'ERR_LOCK_HELD' })
  while (clock.sleeping === 0) await settled()
  locks.stopWaiting()
  clock.wake()
  await rejected
  await lock.release()
  t.equal(await locks.withLock('x', async () => 'taken'), 'taken', 'a free lock is taken all the same')
})
