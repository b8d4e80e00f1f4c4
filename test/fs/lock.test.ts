import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmod,
  link,
  lutimes,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { LockClaim, type TakenLock } from '../../lib/fs/lock-claim.js'
import {
  fileSystemTime,
  namesInLock,
  ownerState,
  touch,
  type LockDirectory,
} from '../../lib/fs/lock-files.js'
import { LockFolder, type Lock } from '../../lib/fs/lock.js'
import { ownerName } from '../../lib/fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../lib/runtime/process-identity.js'
import type { FileSystem } from '../../lib/runtime/file-system.js'
import type { Clock } from '../../lib/runtime/clock.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { systemFiles } from '../../lib/runtime/system-files.js'

const WHAT = 'The upload X'
/** The error of an entry with an owner's name that no owner wrote. */
const NOT_OURS = { message: /was not written by glacier-pipe.*move it away/ }
const ELSEWHERE: ProcessIdentity = {
  host: 'elsewhere',
  pid: 1,
  startTime: '7',
  bootId: '00000000-0000-4000-8000-000000000000',
  pidNamespace: '4026532000',
}

/** A process of this system that had our process ID before us, and so must be dead. */
async function recycled(): Promise<ProcessIdentity> {
  return { ...(await currentProcess()), startTime: '1' }
}

function pathOf(dir: string, key: string): string {
  return join(dir, createHash('sha256').update(key).digest('hex'))
}

function locksIn(dir: string): LockDirectory {
  return { dir, staleMs: 600_000, runtime: systemRuntime }
}

/** Creates the lock of an owner of the test's own making; the path of the owner's file. */
async function craft(dir: string, key: string, owner: ProcessIdentity, ageMs = 0): Promise<string> {
  const file = join(pathOf(dir, key), ownerName(owner))
  await mkdir(pathOf(dir, key), { recursive: true })
  await writeFile(file, '')
  await age(file, ageMs)
  return file
}

async function age(file: string, ageMs: number): Promise<void> {
  const time = (Date.now() - ageMs) / 1000
  await utimes(file, time, time)
}

/** All paths in a folder of locks. */
async function filesIn(dir: string): Promise<string[]> {
  return (await readdir(dir, { recursive: true })).sort()
}

t.test('a lock excludes others, in one process too, until it is released', async (t) => {
  const dir = join(t.testdir(), 'a', 'b')
  const [one, two] = [new LockFolder(dir), new LockFolder(dir)]
  t.equal(await one.ownerOf('../x'), undefined)
  await t.rejects(stat(dir), { code: 'ENOENT' }, 'a question creates nothing')
  const lock = await one.tryTake('../x', WHAT)
  const own = await currentProcess()
  t.match(lock, { previous: undefined, wasElsewhere: false })
  t.match(await two.ownerOf('../x'), own)
  for (const locks of [one, two])
    await t.rejects(locks.tryTake('../x', WHAT), {
      code: 'ERR_LOCK_HELD',
      owner: { host: own.host, pid: process.pid, since: /^\d{4}-.*Z$/ },
    })
  const other = await two.tryTake('other', WHAT)
  t.strictSame(await readdir(join(dir, '..')), ['b'], 'the key is no path')
  const [name = '', file = ''] = (await filesIn(dir)).filter((it) =>
    it.startsWith(createHash('sha256').update('../x').digest('hex')),
  )
  for (const path of [dir, join(dir, '..'), join(dir, name)]) t.equal((await stat(path)).mode & 0o777, 0o700)
  t.equal((await stat(join(dir, file))).mode & 0o777, 0o600)
  await lock.assertHeld()
  await lock.release()
  await lock.release()
  await t.rejects(lock.assertHeld(), { code: 'ERR_LOCK_LOST' })
  t.equal(await one.ownerOf('../x'), undefined)
  const again = await two.tryTake('../x', WHAT)
  await lock.release()
  await t.resolves(again.assertHeld(), 'a second release does not release the next lock')
  await Promise.all([again[Symbol.asyncDispose](), other.release()])
  t.strictSame(await filesIn(dir), [])
})

t.test('a recycled process ID does not keep a lock', async (t) => {
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  await (await locks.tryTake('other', WHAT)).release() // the folder is swept once
  const dead = await recycled()
  const file = await craft(dir, 'x', dead)
  t.equal(await locks.ownerOf('x'), undefined)
  const lock = await locks.tryTake('x', WHAT)
  t.match(lock, { previous: { pid: process.pid, startTime: '1' }, wasElsewhere: false })
  await t.rejects(stat(file), { code: 'ENOENT' })
  await lock.assertHeld()
  await lock.release()
  t.strictSame(await filesIn(dir), [])
})

t.test('of many that take over one lock, one succeeds', async (t) => {
  const dir = t.testdir()
  for (let i = 0; i < 20; i++) {
    await craft(dir, 'x', await recycled())
    if (i % 2) await craft(dir, 'x', await recycled()) // which a crash in the middle of a claim may leave
    if (i % 4 > 1) await writeFile(join(pathOf(dir, 'x'), '.DS_Store'), '')
    const taking = Array.from({ length: 8 }, () => new LockFolder(dir).tryTake('x', WHAT))
    const locks: Lock[] = []
    for (const it of await Promise.allSettled(taking))
      if (it.status === 'fulfilled') locks.push(it.value)
      else t.match(it.reason, { code: 'ERR_LOCK_HELD' })
    t.equal(locks.length, 1)
    for (const lock of locks) {
      await lock.assertHeld()
      await lock.release()
    }
    await rm(pathOf(dir, 'x'), { recursive: true, force: true })
  }
})

t.test('elsewhere, the heartbeat decides', async (t) => {
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  await locks.withLock('opened', async () => undefined)
  const file = await craft(dir, 'x', ELSEWHERE, 590_000)
  t.match(await locks.ownerOf('x'), { host: 'elsewhere', pid: 1 })
  await t.rejects(locks.tryTake('x', WHAT), { code: 'ERR_LOCK_HELD', owner: { host: 'elsewhere', pid: 1 } })
  await age(file, -3_600_000) // by the clock of another host
  await t.rejects(locks.tryTake('x', WHAT), { code: 'ERR_LOCK_HELD' })
  await age(file, 601_000)
  t.equal(await locks.ownerOf('x'), undefined)
  const lock = await locks.tryTake('x', WHAT)
  t.match(lock, { previous: { host: 'elsewhere' }, wasElsewhere: true })
  const [, taken = ''] = await filesIn(dir)
  t.ok(
    Date.now() - (await stat(join(dir, taken))).mtimeMs < 300_000,
    'the new owner is not stale from the start',
  )
  await lock.release()
  t.strictSame(await filesIn(dir), [], 'no time probe is left')
})

t.test('here, heartbeats are ignored', async (t) => {
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  const lock = await locks.tryTake('x', WHAT)
  const [, file = ''] = await filesIn(dir)
  await age(join(dir, file), 86_400_000)
  await t.rejects(locks.tryTake('x', WHAT), { code: 'ERR_LOCK_HELD' })
  await lock.release()
})

t.test('an owner whose lock was taken over finds out, and does not release it', async (t) => {
  const dir = t.testdir()
  const lock = await new LockFolder(dir).tryTake('x', WHAT)
  const [, file = ''] = await filesIn(dir)
  const other = join(dir, pathOf('', 'x'), ownerName(ELSEWHERE))
  await rename(join(dir, file), other) // a take-over
  await t.rejects(lock.assertHeld(), {
    code: 'ERR_LOCK_LOST',
    message: /the lock on the upload X/,
    cause: { code: 'ENOENT' },
  })
  await lock.release()
  await t.resolves(stat(other))
  await t.rejects(new LockFolder(dir).tryTake('x', WHAT), {
    code: 'ERR_LOCK_HELD',
    owner: { host: 'elsewhere' },
  })
})

t.test(
  'an error of the system other than that of an occupied path is reported after one attempt',
  async (t) => {
    const dir = t.testdir()
    let attempts = 0
    const rename = (): Promise<never> => {
      attempts++
      return Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' }))
    }
    const runtime = { ...systemRuntime, files: { ...systemFiles, rename } }
    await t.rejects(new LockFolder(dir, { runtime }).tryTake('x', WHAT), { code: 'EIO' })
    t.equal(attempts, 1)
    t.strictSame(await filesIn(dir), [], 'the prepared folder is removed')
  },
)

t.test('of several dead owners, the first by name is the previous one, and none is left', async (t) => {
  const dir = t.testdir()
  const dead = await recycled()
  const readdir = async (path: string): Promise<string[]> =>
    (await systemFiles.readdir(path, 9)).sort().reverse()
  const runtime = { ...systemRuntime, files: { ...systemFiles, readdir } }
  const locks = new LockFolder(dir, { runtime })
  await (await locks.tryTake('y', WHAT)).release() // the sweep of the first use finds none of them
  await craft(dir, 'x', { ...dead, startTime: '2' })
  await craft(dir, 'x', { ...dead, startTime: '3' })
  await craft(dir, 'x', dead)
  const lock = await locks.tryTake('x', WHAT)
  t.match(lock, { previous: { startTime: '1' }, wasElsewhere: false })
  t.equal((await filesIn(pathOf(dir, 'x'))).length, 1)
  await lock.release()
})

t.test('the file of an owner is private beside files of other programs as well', async (t) => {
  const dir = t.testdir()
  await mkdir(pathOf(dir, 'x'))
  await writeFile(join(pathOf(dir, 'x'), '.DS_Store'), '')
  const lock = await new LockFolder(dir).tryTake('x', WHAT)
  const [, name = ''] = (await readdir(pathOf(dir, 'x'))).sort()
  t.equal((await stat(join(pathOf(dir, 'x'), name))).mode & 0o777, 0o600)
  await lock.release()
})

t.test('an empty folder is removed where the system renames no folder to its path', async (t) => {
  const dir = t.testdir()
  const rename = async (from: string, to: string): Promise<void> => {
    const exists = await stat(to).catch(() => undefined)
    if (exists) throw Object.assign(new Error('not permitted'), { code: 'EPERM' })
    await systemFiles.rename(from, to)
  }
  const locks = new LockFolder(dir, { runtime: { ...systemRuntime, files: { ...systemFiles, rename } } })
  await locks.withLock('other', async () => undefined)
  await mkdir(pathOf(dir, 'x'))
  await (await locks.tryTake('x', WHAT)).release()
  t.strictSame(await filesIn(dir), [])
})

t.test('the first use removes empty folders of locks, and no folder of another name', async (t) => {
  const hash = '0123456789abcdef'.repeat(4)
  const dead = await recycled()
  const others = ['mine', hash.slice(1), `x${hash}`, `${hash}x`, hash.toUpperCase()]
  const dir = t.testdir(Object.fromEntries([hash, ...others].map((name) => [name, {}])))
  const copies = ['new', 'time'].map((kind) => `${ownerName(dead)}.${kind}.bak`)
  for (const name of copies) await writeFile(join(dir, name), '')
  await (await new LockFolder(dir).tryTake('x', WHAT)).release()
  t.strictSame(await filesIn(dir), [...others, ...copies].sort())
})

t.test('a folder of a lock that does not exist has no names', async (t) => {
  t.strictSame(await namesInLock(join(t.testdir(), 'none'), systemFiles), [])
})

t.test('the probe of the time is a new private file, which is removed', async (t) => {
  const dir = t.testdir()
  const written: unknown[] = []
  const files: FileSystem = {
    ...systemFiles,
    writeFile: async (path, text, options) => {
      written.push(options)
      await systemFiles.writeFile(path, text, options)
    },
  }
  const timeMs = await fileSystemTime(dir, { ...systemRuntime, files })
  t.ok(Math.abs(timeMs - Date.now()) < 600_000)
  t.strictSame(written, [{ mode: 0o600, flag: 'wx' }])
  t.strictSame(await filesIn(dir), [])
})

t.test('a heartbeat closes the file, whether it could write or not', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  for (const fails of [false, true]) {
    let closed = 0
    const files: FileSystem = {
      ...systemFiles,
      open: async (...args) => {
        const opened = await systemFiles.open(...args)
        return {
          ...opened,
          write: async () => {
            if (fails)
              throw Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
            return 1
          },
          close: async () => {
            closed++
            await opened.close()
          },
        }
      },
    }
    const touching = touch(file, files)
    if (fails) await t.rejects(touching, { code: 'ENOSPC', path: file })
    else await touching
    t.equal(closed, 1)
  }
})

t.test('actions of one process wait for each other, and do not look at the lock meanwhile', async (t) => {
  const pauses: number[] = []
  const clock: Clock = {
    now: () => Date.now(),
    random: () => 0.5,
    sleep: async (milliseconds, signal, options) => {
      pauses.push(milliseconds)
      await systemRuntime.clock.sleep(milliseconds, signal, options)
    },
  }
  const dir = t.testdir()
  const locks = new LockFolder(dir, {
    retryPauseMs: 7,
    runtime: { ...systemRuntime, clock },
  })
  const order: number[] = []
  const act = (i: number, then?: () => Promise<void>): Promise<void> =>
    locks.withLock('x', async () => {
      order.push(i)
      await then?.()
    })
  let third: Promise<void> | undefined
  const first = act(1)
  const second = act(2, async () => {
    third = act(3)
    // Longer than the steps after which the third would find the lock held.
    for (let step = 0; step < 50; step++) await stat(dir)
  })
  await Promise.all([first, second])
  await third
  t.strictSame(order, [1, 2, 3])
  t.notOk(pauses.includes(7))
})

t.test(
  'a claim that took a lock over and withdrew has no previous owner when the lock is free later',
  async (t) => {
    const dir = t.testdir()
    const path = pathOf(dir, 'x')
    await craft(dir, 'x', await recycled())
    let living = ''
    const rename = async (from: string, to: string): Promise<void> => {
      await systemFiles.rename(from, to)
      if (from.startsWith(path)) living = await craft(dir, 'x', ELSEWHERE) // which meets the process that takes over
    }
    const runtime = { ...systemRuntime, files: { ...systemFiles, rename } }
    const claim = await LockClaim.make({ ...locksIn(dir), runtime }, path)
    t.match(await claim.take(), { host: 'elsewhere' })
    t.strictSame(await readdir(path), [basename(living)], 'its own name is withdrawn')
    await unlink(living)
    const { previous, wasElsewhere } = (await claim.take()) as TakenLock
    t.strictSame({ previous, wasElsewhere }, { previous: undefined, wasElsewhere: false })
    await claim.end()
  },
)

t.test('only the first word of the name of a lock is changed in a message', async (t) => {
  const dir = t.testdir()
  const lock = await new LockFolder(dir).tryTake('x', 'Disk of The Hague')
  await rm(pathOf(dir, 'x'), { recursive: true })
  await t.rejects(lock.assertHeld(), { message: /Disk of The Hague/ })
})

t.test('a lock that cannot be looked at is neither held nor lost', async (t) => {
  const dir = t.testdir()
  const lock = await new LockFolder(dir).tryTake('x', WHAT)
  const [folder = '', file = ''] = await filesIn(dir)
  await unlink(join(dir, file))
  await mkdir(join(dir, file))
  await t.rejects(lock.assertHeld(), { cause: { code: 'EISDIR' } })
  await t.rejects(lock.release(), 'a system error is reported')
  await rm(join(dir, folder), { recursive: true })
  await t.rejects(lock.assertHeld(), { code: 'ERR_LOCK_LOST' }, 'somebody has removed the folder')
})

t.test('what a crash leaves in the folder of a lock neither blocks it nor lets two in', async (t) => {
  const foreign = ['.DS_Store', '12-1700000000000-ffffffffffffffffffffffff']
  for (const names of [[], foreign]) {
    const dir = t.testdir()
    const path = pathOf(dir, 'x')
    await mkdir(path)
    for (const name of names) await writeFile(join(path, name), 'mine')
    t.equal(await new LockFolder(dir).ownerOf('x'), undefined)
    let inside = 0
    for (let round = 0; round < 10; round++) {
      const taking = Array.from({ length: 5 }, () =>
        new LockFolder(dir).withLock('x', async () => {
          t.equal(++inside, 1)
          await readdir(dir)
          inside--
        }),
      )
      await Promise.all(taking)
    }
    if (names.length === 0) t.strictSame(await filesIn(dir), [])
    else t.strictSame((await readdir(path)).sort(), [...names].sort(), 'foreign files are left alone')
    for (const name of names) t.equal(await readFile(join(path, name), 'utf8'), 'mine')
  }
})

t.test('owners that are gone are all removed, so that one that comes back finds out', async (t) => {
  const dir = t.testdir()
  await craft(dir, 'x', ELSEWHERE, 700_000)
  await craft(dir, 'x', { ...ELSEWHERE, pid: 2 }, 700_000)
  const lock = await new LockFolder(dir).tryTake('x', WHAT)
  t.equal((await readdir(pathOf(dir, 'x'))).length, 1)
  t.match(lock, { previous: { host: 'elsewhere' }, wasElsewhere: true })
  await lock.release()
})

t.test('a claim that meets another one withdraws', async (t) => {
  const dir = t.testdir()
  const path = pathOf(dir, 'x')
  await mkdir(path)
  await writeFile(join(path, '.DS_Store'), '')
  const claim = await LockClaim.make(locksIn(dir), path)
  t.match(await claim.take(), { previous: undefined })
  // Another claim appears, as if ours had only been created and not been verified yet.
  const other = await craft(dir, 'x', ELSEWHERE)
  t.match(await claim.take(), { host: 'elsewhere' })
  t.strictSame((await readdir(path)).sort(), ['.DS_Store', basename(other)].sort())
  await unlink(other)
  t.match(await claim.take(), { previous: undefined })
  await claim.end()
  t.strictSame(await readdir(dir), [basename(path)], 'nothing that was prepared is left')
})

t.test('leftovers of processes that are gone are swept, and nothing else', async (t) => {
  const dir = t.testdir({ outside: {}, locks: {} })
  const locks = join(dir, 'locks')
  const [dead, stale, fresh, own, linked] = [
    ownerName(await recycled()),
    ownerName(ELSEWHERE),
    ownerName(ELSEWHERE),
    ownerName(await currentProcess()),
    ownerName(await recycled()),
  ]
  for (const name of [dead, stale, fresh, own]) {
    await mkdir(join(locks, `${name}.new`))
    await writeFile(join(locks, `${name}.new`, name), '')
    await writeFile(join(locks, `${name}.time`), '')
  }
  for (const kind of ['new', 'time']) await age(join(locks, `${stale}.${kind}`), 700_000)
  const full = `${ownerName(await recycled())}.new`
  await mkdir(join(locks, full))
  await writeFile(join(locks, full, 'foreign'), '')
  await writeFile(join(dir, 'outside', linked), 'kept')
  await symlink(join(dir, 'outside'), join(locks, `${linked}.new`))
  await writeFile(join(locks, 'nobody.new'), '')
  await mkdir(pathOf(locks, 'empty'))
  const held = await craft(locks, 'held', ELSEWHERE)
  await craft(locks, 'of a killed process', await recycled())
  await craft(locks, 'stale', ELSEWHERE, 700_000)
  const living = await craft(locks, 'beside a dead owner', await currentProcess())
  await craft(locks, 'beside a dead owner', await recycled())
  const lock = await new LockFolder(locks).tryTake('x', WHAT)
  await lock.release()
  const left = [fresh, own].flatMap((name) => [`${name}.new`, `${name}.time`])
  t.strictSame(
    (await readdir(locks)).sort(),
    [
      ...[...left, full, `${linked}.new`, 'nobody.new'],
      ...['held', 'stale', 'beside a dead owner'].map((key) => pathOf('', key)),
    ].sort(),
  )
  t.strictSame(await readdir(pathOf(locks, 'beside a dead owner')), [basename(living)])
  t.equal(await readFile(join(dir, 'outside', linked), 'utf8'), 'kept', 'a symbolic link is not followed')
  await t.resolves(stat(held))
})

t.test('what is in place of a folder is not followed', async (t) => {
  const dir = t.testdir({ outside: {}, locks: {} })
  const [outside, locks] = [join(dir, 'outside'), join(dir, 'locks')]
  const victim = join(outside, ownerName(await recycled()))
  await writeFile(victim, '')
  await symlink(outside, pathOf(locks, 'x'))
  await t.rejects(new LockFolder(locks).tryTake('x', WHAT), { message: /not a folder/ })
  await t.rejects(new LockFolder(locks).ownerOf('x'), { message: /not a folder/ })
  await writeFile(pathOf(locks, 'y'), '')
  await t.rejects(new LockFolder(locks).tryTake('y', WHAT), { message: /not a folder/ })
  const link = join(dir, 'link')
  await symlink(outside, link)
  const linked = new LockFolder(link)
  await t.rejects(linked.tryTake('x', WHAT), { message: /not a folder/ })
  t.strictSame(await readdir(outside), [basename(victim)])
  await unlink(link)
  await t.resolves(
    (await linked.tryTake('x', WHAT)).release(),
    'when it is moved away, the folder is created',
  )
})

t.test(
  'what has the name of an owner that is gone and is not its file is neither written to nor removed',
  { skip: process.platform === 'win32' && 'there are no FIFOs' },
  async (t) => {
    const entries: Record<string, (path: string, victim: string) => Promise<unknown>> = {
      'a symbolic link': (path, victim) => symlink(victim, path),
      'a link to nothing': (path, victim) => symlink(`${victim}.none`, path),
      'a second link to a file': (path, victim) => link(victim, path),
      'a FIFO': async (path) => execFileSync('mkfifo', [path]),
      'a folder': (path) => mkdir(path),
    }
    for (const [kind, make] of Object.entries(entries))
      for (const owner of [ELSEWHERE, await recycled()]) {
        const dir = t.testdir({ victim: 'precious' })
        const [victim, locks] = [join(dir, 'victim'), join(dir, 'locks')]
        const name = ownerName(owner)
        await mkdir(pathOf(locks, 'x'), { recursive: true })
        await make(join(pathOf(locks, 'x'), name), victim)
        await lutimes(join(pathOf(locks, 'x'), name), 1, 1)
        await t.rejects(new LockFolder(locks).tryTake('x', WHAT), NOT_OURS, kind)
        const second = await craft(locks, 'x', owner, 700_000) // the first by name is taken over, the others are removed
        await new LockFolder(locks).tryTake('x', WHAT).catch(() => undefined)
        await rm(second, { force: true })
        t.ok((await readdir(pathOf(locks, 'x'))).includes(name), `${kind} is left`)
        t.equal(await readFile(victim, 'utf8'), 'precious', kind)
        await t.rejects(stat(`${victim}.none`), { code: 'ENOENT' })
      }
  },
)

t.test('a file in place of the folder of all locks is named in the message', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file')
  await t.rejects(new LockFolder(path).tryTake('x', WHAT), { message: /not a folder. Move it away/ })
  await t.rejects(new LockFolder(join(path, 'x')).tryTake('x', WHAT), { code: 'ENOTDIR' })
})

t.test('a lock with too many names is an error, and names in a sweep are limited', async (t) => {
  const dir = t.testdir()
  await mkdir(pathOf(dir, 'x'))
  for (let i = 0; i <= 1000; i++) await writeFile(join(pathOf(dir, 'x'), `${i}`), '')
  await t.rejects(new LockFolder(dir).tryTake('x', WHAT), {
    message: /more than 1000 files.*move the folder/,
  })
  for (const name of ['0', '1']) await unlink(join(pathOf(dir, 'x'), name))
  await (await new LockFolder(dir).tryTake('x', WHAT)).release()
  await rm(pathOf(dir, 'x'), { recursive: true })
  for (let i = 0; i < 1010; i++) await mkdir(pathOf(dir, `${i}`))
  await (await new LockFolder(dir).tryTake('y', WHAT)).release()
  t.equal((await readdir(dir)).length, 10, 'the rest is left to the next sweep')
})

t.test('a claim that was swept while its process was paused is made again', async (t) => {
  const dir = t.testdir()
  const path = pathOf(dir, 'x')
  const file = await craft(dir, 'x', ELSEWHERE)
  const claim = await LockClaim.make(locksIn(dir), path)
  t.match(await claim.take(), { host: 'elsewhere' })
  const [prepared = ''] = (await readdir(dir)).filter((name) => name.endsWith('.new'))
  await rm(join(dir, prepared), { recursive: true })
  await unlink(file)
  t.match(await claim.take(), { previous: undefined })
  await claim.end()
  t.strictSame(await readdir(dir), [pathOf('', 'x')])
})

/** Whether this process may do what its files' modes forbid. */
function isRoot(): boolean {
  return process.getuid?.() === 0
}

t.test('system errors are reported, not taken for a lock that is held', async (t) => {
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  await locks.withLock('x', async () => undefined)
  await rm(dir, { recursive: true })
  await t.rejects(locks.tryTake('x', WHAT), { code: 'ENOENT' })
  await mkdir(dir)
  await mkdir(pathOf(dir, 'x'))
  await chmod(pathOf(dir, 'x'), 0o000)
  if (!isRoot() && process.platform !== 'win32') await t.rejects(locks.ownerOf('x'), { code: 'EACCES' })
  await chmod(pathOf(dir, 'x'), 0o700)
  await writeFile(join(pathOf(dir, 'x'), '.DS_Store'), '')
  const claim = await LockClaim.make(locksIn(dir), pathOf(dir, 'x'), 1)
  await t.rejects(claim.take(), { message: /neither taken nor read/, cause: { code: 'ENOTEMPTY' } })
  await claim.end()
  const tooLong = await LockClaim.make(locksIn(dir), join(dir, 'x'.repeat(300)))
  await t.rejects(tooLong.take(), { code: 'ENAMETOOLONG' })
  await tooLong.end()
  await mkdir(join(pathOf(dir, 'y'), ownerName(await recycled())), { recursive: true })
  await t.rejects(locks.tryTake('y', WHAT), NOT_OURS, 'a folder in place of the owner file')
  await rm(pathOf(dir, 'x'), { recursive: true })
  await t.resolves(locks.withLock('x', async () => undefined))
})

t.test('what happens to the file of an owner elsewhere decides about its state', async (t) => {
  const dir = t.testdir({ file: '' })
  const owner = { ...ELSEWHERE, since: '2026-01-01T00:00:00.000Z' }
  t.equal(await ownerState(owner, join(dir, 'file'), locksIn(dir)), 'living')
  t.equal(await ownerState(owner, join(dir, 'none'), locksIn(dir)), 'stale', 'it was released')
  await t.rejects(ownerState(owner, join(dir, 'file', 'x'), locksIn(dir)), { code: 'ENOTDIR' })
})

t.test('in one process those who wait are served in turn; between processes, the waiting ends', async (t) => {
  const dir = t.testdir()
  const [one, two] = [new LockFolder(dir), new LockFolder(dir)]
  const order: number[] = []
  await Promise.all(Array.from({ length: 9 }, (_, i) => one.withLock('x', async () => order.push(i))))
  t.strictSame(order, [0, 1, 2, 3, 4, 5, 6, 7, 8])
  await t.rejects(
    one.withLock('x', () => {
      throw new Error('at once')
    }),
    { message: 'at once' },
  )
  await t.rejects(
    one.withLock('x', async () => {
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.equal(await two.withLock('x', async () => 'free again'), 'free again')
  t.equal(
    await one.withLock('a', () => one.withLock('b', async () => 'other keys do not wait')),
    'other keys do not wait',
  )
  const other = new LockFolder(dir, { timeoutMs: 20 })
  const waiting = one.withLock('x', () => other.withLock('x', async () => undefined))
  await t.rejects(waiting, { code: 'ERR_LOCK_HELD', owner: { pid: process.pid } })
  t.strictSame(await filesIn(dir), [])
})

t.test(
  'a file of a lock that cannot be written is named',
  { skip: process.platform === 'win32' && 'there are no FIFOs' },
  async (t) => {
    const path = join(t.testdir(), 'fifo')
    execFileSync('mkfifo', [path])
    await t.rejects(touch(path, systemFiles), NOT_OURS)
    await t.rejects(touch(`${path}.none`, systemFiles), { code: 'ENOENT', path: `${path}.none` })
    await writeFile(`${path}.file`, '')
    const full: FileSystem = {
      ...systemFiles,
      open: async (...args) => ({
        ...(await systemFiles.open(...args)),
        write: async () => {
          throw Object.assign(new Error('EDQUOT'), { errno: -28, code: 'ENOSPC', syscall: 'write' })
        },
      }),
    }
    await t.rejects(touch(`${path}.file`, full), { code: 'ENOSPC', path: `${path}.file` })
  },
)

t.test(
  'a lock that was taken over is held, also if what was prepared for it cannot be removed',
  async (t) => {
    const dir = t.testdir()
    await craft(dir, 'x', await recycled())
    const files = {
      ...systemFiles,
      rmTree: async () => {
        throw Object.assign(new Error('i/o error'), { code: 'EIO' })
      },
    }
    const lock = await new LockFolder(dir, { runtime: { ...systemRuntime, files } }).tryTake('x', WHAT)
    await lock.assertHeld()
    await lock.release()
    t.notOk(await new LockFolder(dir).ownerOf('x'))
  },
)
