import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { LockFolder } from '../../lib/fs/lock.js'
import { parseOwnerName } from '../../lib/fs/owner-name.js'
import { currentProcess } from '../../lib/runtime/process-identity.js'
import { ask, lockProcess, nextLine } from '../helpers/lock-process.js'

// Locks between real processes, of the built module.

const WHAT = 'The upload X'
const KEY = 'x'
const COUNT = 200

t.test('two processes that race for one lock never hold it both', async (t) => {
  const dir = t.testdir()
  const parameters = { DIR: join(dir, 'locks'), KEY, COUNT, MARKER: join(dir, 'marker') }
  const racers = [1, 2].map(() => lockProcess(t, 'race', parameters))
  const refused = await Promise.all(racers.map(async (it) => Promise.all([nextLine(it), once(it, 'exit')])))
  for (const [times, [code]] of refused) {
    t.equal(code, 0)
    t.comment(`${COUNT} times taken, ${times} times refused`)
  }
  t.strictSame(await readdir(join(dir, 'locks')), [])
})

t.test('a paused owner is alive, a killed one is not', async (t) => {
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  const owner = lockProcess(t, 'hold', { DIR: dir, KEY })
  t.equal(await nextLine(owner), 'held')
  await t.rejects(locks.tryTake(KEY, WHAT), { code: 'ERR_LOCK_HELD', owner: { pid: owner.pid } })
  owner.kill('SIGSTOP')
  for (const path of await readdir(dir, { recursive: true })) await utimes(join(dir, path), 1, 1)
  await t.rejects(locks.tryTake(KEY, WHAT), { code: 'ERR_LOCK_HELD' }, 'whatever its heartbeat')
  owner.kill('SIGCONT')
  t.equal(await ask(owner, 'still'), 'held')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  t.equal(await locks.ownerOf(KEY), undefined)
  const lock = await locks.tryTake(KEY, WHAT)
  t.match(lock, { previous: { pid: owner.pid }, wasElsewhere: false })
  await lock.release()
})

t.test(
  'an owner that ends without a release does not keep the lock, nor its process from ending',
  async (t) => {
    const dir = t.testdir()
    const owner = lockProcess(t, 'hold', { DIR: dir, KEY })
    t.equal(await nextLine(owner), 'held')
    owner.stdin.end()
    const [code] = (await once(owner, 'exit')) as [number]
    t.equal(code, 0, 'the heartbeat does not keep the process running')
    await t.resolves(new LockFolder(dir).tryTake(KEY, WHAT))
  },
)

/** Starts a command in a PID namespace of its own, and ends it with its parent. */
const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child']

t.test('an owner in another PID namespace lives by its heartbeat', async (t) => {
  if (spawnSync(UNSHARE[0] ?? '', [...UNSHARE.slice(1), 'true']).status !== 0) {
    t.comment('skipped: this process may not create a PID namespace')
    return
  }
  const dir = t.testdir()
  const locks = new LockFolder(dir)
  const own = await currentProcess()
  for (const launcher of [UNSHARE, [...UNSHARE, '--mount-proc']]) {
    const owner = lockProcess(t, 'hold', { DIR: dir, KEY }, launcher)
    t.equal(await nextLine(owner), 'held')
    const [file = ''] = (await readdir(dir, { recursive: true })).filter((path) => path.includes('/'))
    const identity = parseOwnerName(file.slice(file.indexOf('/') + 1))
    t.match(identity, { pid: 1, bootId: own.bootId }, 'its process ID means nothing here')
    t.not(identity?.pidNamespace, own.pidNamespace)
    await t.rejects(locks.tryTake(KEY, WHAT), { code: 'ERR_LOCK_HELD', owner: { pid: 1 } })

    const old = (await stat(join(dir, file))).mtimeMs / 1000 - 601
    await utimes(join(dir, file), old, old)
    t.equal(await ask(owner, 'still'), 'held', 'a check renews the heartbeat')
    await t.rejects(locks.tryTake(KEY, WHAT), { code: 'ERR_LOCK_HELD' })

    await utimes(join(dir, file), old, old)
    const lock = await locks.tryTake(KEY, WHAT)
    t.match(lock, { previous: { pid: 1 }, wasElsewhere: true })
    t.equal(await ask(owner, 'still'), 'ERR_LOCK_LOST')
    t.equal(await ask(owner, 'release'), 'ERR_LOCK_LOST')
    await lock.assertHeld()
    await lock.release()
    owner.kill('SIGKILL')
    await once(owner, 'exit')
  }
})
