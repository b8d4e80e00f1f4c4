import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lutimes, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'

import { ownerName } from '../../../lib/fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../../lib/runtime/process-identity.js'
import { localVaultFor } from '../../helpers/local-vault.js'
import { ConcurrencyLimit, mapConcurrently } from '../../../lib/local/service/concurrency-limit.js'
import { Disk, namesIn } from '../../../lib/local/disk/disk.js'
import { isAbandoned } from '../../../lib/local/disk/owned-name.js'
import { loadVaultId } from '../../../lib/local/disk/vault-id.js'
import { locksOf } from '../../helpers/local-stores.js'

/** A process in a container. */
const ELSEWHERE: ProcessIdentity = {
  host: 'container',
  pid: 1,
  startTime: '7',
  bootId: '0',
  pidNamespace: '0',
}

/** The ID of a process that has ended. */
async function deadPid(): Promise<number> {
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'exit')
  return dead.pid ?? 0
}

t.test('a name tells whether its process still works on what it names', async (t) => {
  const dir = t.testdir()
  const own = await currentProcess()
  const random = 'f'.repeat(24)
  const old = (pid: number, made = Date.now()): string => `${pid}-${Math.floor(made)}-${random}`
  const [dead, before] = [await deadPid(), Date.now() - process.uptime() * 1000 - 5]
  const abandoned: Record<string, boolean> = {
    [ownerName(own)]: false,
    [ownerName({ ...own, pid: dead })]: true,
    [ownerName({ ...own, startTime: '1' })]: true, // of an earlier process of this ID
    [ownerName(ELSEWHERE)]: true, // removed meanwhile
    [old(process.pid)]: false, // names of version 0.1
    [old(1)]: false,
    [old(dead)]: true,
    [old(process.pid, before)]: true,
    [`${old(dead)}x`]: false, // names of others
    [`${dead}-1-${random}`]: false,
    ['']: false,
    nobody: false,
    [`${process.pid}-file`]: false,
  }
  for (const [name, expected] of Object.entries(abandoned))
    t.equal(await isAbandoned(dir, name), expected, name)
})

t.test('what dead processes left unfinished is swept; what living ones write is not', async (t) => {
  const dir = t.testdir({ 'local-vault.json': '{"format":1}', tmp: {}, outside: { file: 'x' } })
  const tmp = join(dir, 'tmp')
  const own = await currentProcess()
  const random = 'f'.repeat(24)
  const dead = await deadPid()
  const [mine, fresh, stale, growing] = [
    ownerName(own),
    ownerName(ELSEWHERE),
    ownerName(ELSEWHERE),
    ownerName(ELSEWHERE),
  ]
  const recycled = ownerName({ ...own, startTime: '1' })
  const [oldDead, oldFresh, oldAlive] = [dead, dead, 1].map((pid, i) => `${pid}-${Date.now() + i}-${random}`)
  const longAgo = Date.now() / 1000 - 700
  const others = ['nobody', `${dead}-file`, `${dead}-1-${random}`, `${recycled}_more`]
  for (const name of [oldDead, oldFresh, oldAlive, recycled, mine, fresh, ...others] as string[])
    await writeFile(join(tmp, name), '')
  for (const name of [oldDead, oldAlive, ...others] as string[])
    await utimes(join(tmp, name), longAgo, longAgo)
  for (const name of [stale, growing]) {
    await mkdir(join(tmp, name))
    await writeFile(join(tmp, name, '00000.part'), '')
    await utimes(join(tmp, name), longAgo, longAgo)
  }
  const link = ownerName({ ...own, startTime: '1' })
  await symlink(join(dir, 'outside'), join(tmp, link))
  await symlink(join(dir, 'outside'), join(tmp, stale, 'link'))
  for (const name of ['00000.part', 'link', '.']) await lutimes(join(tmp, stale, name), longAgo, longAgo)
  await new Disk(dir).open()
  t.strictSame(await namesIn(tmp), [...others, oldFresh, oldAlive, mine, fresh, growing].sort())
  t.equal(await readFile(join(dir, 'outside', 'file'), 'utf8'), 'x', 'a symbolic link is not followed')
})

t.test('nothing is written to a folder that has not been opened', async (t) => {
  await t.rejects(new Disk(t.testdir()).writeText('x', ''), { message: /has not been opened/ })
})

t.test('a folder has an ID that does not change', async (t) => {
  const dir = t.testdir()
  const open = async (): Promise<string> => {
    const disk = new Disk(dir)
    await disk.open()
    return loadVaultId(disk, locksOf(disk))
  }
  const [id, ...more] = await Promise.all([open(), open(), open()])
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.strictSame([...more, await open()], [id, id, id], 'processes that start at once agree')
  t.equal((await localVaultFor(t, { dir })).id, id)
  t.not((await localVaultFor(t, { dir: join(dir, 'other') })).id, id)
  t.equal((await stat(join(dir, 'vault-id'))).mode & 0o777, 0o600)
  for (const text of ['', 'x', `${id}${id}`]) {
    await writeFile(join(dir, 'vault-id'), text)
    await t.rejects(open(), { message: /does not contain a UUID/ })
  }
})

t.test('what is discarded is gone, and may be gone before', async (t) => {
  const disk = new Disk(t.testdir({ 'local-vault.json': '{"format":1}', folder: { file: '' } }))
  await disk.open()
  for (let i = 0; i < 2; i++) await disk.discard(disk.path('folder'))
  t.strictSame(await namesIn(disk.dir), ['local-vault.json', 'locks', 'tmp', 'vaults'])
  t.strictSame(await namesIn(disk.path('tmp')), [])
  await t.rejects(disk.discard(disk.dir), 'what cannot be removed is told')
})

t.test('what is done at once is bounded, comes in order, and ends with the first failure', async (t) => {
  let [underWay, most] = [0, 0]
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay--
    return n * 2
  }
  const items = Array.from({ length: 50 }, (_, n) => n)
  t.strictSame(
    await mapConcurrently(items, 4, work),
    items.map((n) => n * 2),
  )
  t.equal(most, 4)
  t.strictSame(await mapConcurrently([], 4, work), [])
  const begun: number[] = []
  const failing = mapConcurrently(items, 2, async (n) => {
    begun.push(n)
    await work(n)
    if (n === 3) throw new Error('three')
  })
  await t.rejects(failing, { message: 'three' })
  t.ok(begun.length < 7, 'nothing new is begun')
  const places = new ConcurrencyLimit(3)
  most = 0
  t.strictSame(
    await Promise.all(items.map((n) => places.run(() => work(n)))),
    items.map((n) => n * 2),
  )
  t.equal(most, 3)
  await t.rejects(
    places.run(() => Promise.reject(new Error('x'))),
    { message: 'x' },
  )
  most = 0
  await Promise.all(items.map((n) => places.run(() => work(n))))
  t.equal(most, 3, 'a failure gives its place back')
})
