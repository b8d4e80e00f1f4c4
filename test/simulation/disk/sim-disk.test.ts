import t from 'tap'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { parseChoice } from '../choices/choices.js'
import { ListedChoices } from '../choices/listed-choices.js'
import { RunWorld } from '../run/run-world.js'
import type { FaultKind } from '../world/faults.js'
import { Host } from '../world/host.js'
import { START_MS, turn } from '../world/scheduler.js'
import { SimProcess } from '../world/sim-process.js'
import { listedRates } from '../world/swarm.js'
import { SimDisk } from './sim-disk.js'

// The faults of the simulated disk, each by its named choices.

const PATH = '/data/file'
const MINUTE_MS = 60_000

/** A disk with the folder `/data`, used by the process `a` on the host `A` and the process `b` on the host `B`. */
class DiskRun {
  readonly choices: ListedChoices
  readonly world: RunWorld
  readonly disk: SimDisk
  readonly hosts = { A: new Host('A'), B: new Host('B') }
  readonly a: FileSystem
  readonly b: FileSystem
  readonly process: SimProcess

  constructor(kinds: readonly FaultKind[], ...list: readonly string[]) {
    this.choices = new ListedChoices(list.map(parseChoice))
    const { choices } = this
    this.world = new RunWorld({
      seed: 0,
      network: 'port',
      choices,
      rates: listedRates(kinds),
      records: false,
    })
    this.disk = new SimDisk(this.world)
    this.disk.makeFolder('/data')
    const table = new Map<string, SimProcess>()
    this.process = new SimProcess('a', this.hosts.A, this.world, this.disk, table)
    this.a = this.process.runtime.files
    this.b = new SimProcess('b', this.hosts.B, this.world, this.disk, table).runtime.files
  }

  /** Number of faults of a kind that took effect. */
  count(kind: FaultKind): number {
    return this.world.faults.counts.get(kind) ?? 0
  }

  /** Lets time pass until all that can happen has happened. Returns the minutes that passed. */
  async minutes(): Promise<number> {
    await turn()
    while (this.world.scheduler.step()) await turn()
    return (this.world.scheduler.nowMs - START_MS) / MINUTE_MS
  }

  /** Lets a number of minutes pass. */
  async pass(minutes: number): Promise<void> {
    this.world.scheduler.after(minutes * MINUTE_MS, () => undefined)
    await this.minutes()
  }
}

const bytes = (text: string): Buffer => Buffer.from(text)

t.test('a write takes only some of the bytes', async (t) => {
  const run = new DiskRun(['short-write'], 'a/write/short #2 = true', 'a/write/bytes #1 = 4')
  const file = await run.a.open(PATH, 'wx')
  t.equal(await file.write(bytes('hello')), 5)
  t.equal(await file.write(bytes('world')), 4)
  t.equal(run.disk.textOf(PATH), 'helloworl')
  t.equal(run.count('short-write'), 1)
  t.strictSame(run.choices.unapplied, [])
})

t.test('eight writes in a row are not short: that is a disk that is full', async (t) => {
  const short = Array.from({ length: 8 }, (_, i) => `a/write/short #${i + 1} = true`)
  const run = new DiskRun(['short-write'], ...short)
  const file = await run.a.open(PATH, 'wx')
  for (let i = 0; i < 7; i++) t.equal(await file.write(bytes('hello')), 1)
  t.equal(await file.write(bytes('hello')), 5)
  t.equal(run.count('short-write'), 7)
})

t.test('a disk is full at any byte, until files are removed or a while has passed', async (t) => {
  const run = new DiskRun(['disk-full'], 'a/write/full #3 = true', 'a/write/room #1 = 3')
  const other = await run.a.open('/data/other', 'wx')
  await other.writeFile('12345')
  const file = await run.a.open(PATH, 'wx')
  t.equal(await file.write(bytes('hello')), 5)
  t.equal(await file.write(bytes('world')), 3, 'there was room for three bytes')
  await t.rejects(file.write(bytes('ld')), { code: 'ENOSPC', syscall: 'write' })
  t.equal(await file.write(bytes('J'), 0), 1, 'bytes that are there can be overwritten')
  await t.rejects(run.b.open('/data/new', 'wx'), { code: 'ENOSPC', syscall: 'open' })
  await t.rejects(run.b.mkdir('/data/new', 0o700), { code: 'ENOSPC', syscall: 'mkdir' })
  t.match(await run.b.statfs('/data'), { bavail: 0 })
  await run.a.unlink('/data/other')
  t.equal(await file.write(bytes('ld')), 2, 'a file was removed')
  t.equal(await file.write(bytes('12345')), 3)
  await run.pass(1)
  t.equal(await file.write(bytes('12345')), 5, 'a minute has passed')
  t.equal(run.count('disk-full'), 5)
})

t.test('a call fails before it has its effect, or after it', async (t) => {
  const run = new DiskRun(
    ['disk-error'],
    'a/mkdir/error #1 = true',
    'a/rename/error #1 = true',
    'a/rename/failure #1 = after',
  )
  await t.rejects(run.a.mkdir('/data/x', 0o700), { code: 'EIO', path: '/data/x' })
  await run.a.mkdir('/data/x', 0o700)
  await t.rejects(run.a.rename('/data/x', '/data/y'), { code: 'EIO' })
  t.strictSame(run.disk.namesIn('/data'), ['y'])
  t.equal(run.count('disk-error'), 2)
})

t.test('a slow call has its effect at its end, after those of others', async (t) => {
  const run = new DiskRun(['disk-slow'], 'a/mkdir/slow #1 = true', 'a/mkdir/delay-ms #1 = 120000')
  const slow = t.rejects(run.a.mkdir('/data/x', 0o700), { code: 'EEXIST' })
  await run.b.mkdir('/data/x', 0o700)
  t.equal(await run.minutes(), 2)
  await slow
  t.equal(run.count('disk-slow'), 1)
})

t.test('the calls of a host that is cut off wait until it is connected again', async (t) => {
  const run = new DiskRun([])
  run.hosts.A.cutOffUntilMs = START_MS + 15 * MINUTE_MS
  const late = run.a.mkdir('/data/x', 0o700)
  await run.b.mkdir('/data/y', 0o700)
  t.strictSame(run.disk.namesIn('/data'), ['y'])
  t.equal(await run.minutes(), 15)
  await late
  t.strictSame(run.disk.namesIn('/data'), ['x', 'y'])
  await run.a.rmdir('/data/x')
  t.equal(run.count('cut-off'), 1)
})

t.test('a power cut loses what was not synced, and all of it unless chance keeps some', async (t) => {
  const run = new DiskRun(['power-cut'])
  const file = await run.a.open(PATH, 'wx')
  await file.write(bytes('synced'))
  await file.sync()
  await run.a.syncFolder('/data')
  await file.write(bytes('lost'))
  await file.write(bytes('SYN'), 0)
  await run.a.mkdir('/data/lost', 0o700)
  await run.a.rename(PATH, '/data/renamed')
  run.disk.powerCut(run.hosts.A)
  t.strictSame(run.disk.namesIn('/data'), ['file'])
  t.equal(run.disk.textOf(PATH), 'synced')
  t.equal(run.count('power-cut'), 1)
  run.disk.powerCut(run.hosts.A)
  t.equal(run.count('power-cut'), 1, 'nothing was lost')
})

t.test('a power cut keeps some writes, in part, and the first changes of names', async (t) => {
  const run = new DiskRun(
    ['power-cut'],
    'A/power-cut/kept-names #1 = 1',
    'A/power-cut/kept-write #2 = some',
    'A/power-cut/kept-bytes #1 = 2',
    'A/power-cut/kept-write #3 = all',
  )
  const file = await run.a.open(PATH, 'wx')
  await run.a.mkdir('/data/lost', 0o700)
  for (const text of ['one,', 'two,', 'three']) await file.write(bytes(text))
  run.disk.powerCut(run.hosts.A)
  t.strictSame(run.disk.namesIn('/data'), ['file'])
  t.equal(run.disk.textOf(PATH), '\0\0\0\0tw\0\0three')
  t.strictSame(run.choices.unapplied, [])
})

t.test(
  'a host loses only its own changes, and those after which no other host has changed anything',
  async (t) => {
    const run = new DiskRun(['power-cut'])
    await run.b.mkdir('/data/b', 0o700)
    const file = await run.b.open('/data/b/file', 'wx')
    await file.write(bytes('b'))
    run.disk.powerCut(run.hosts.A)
    t.equal(run.disk.textOf('/data/b/file'), 'b')
    t.equal(run.count('power-cut'), 0)
    const own = await run.a.open('/data/b/file', 'a')
    await own.write(bytes('a'))
    await run.a.mkdir('/data/b/lost', 0o700)
    run.disk.powerCut(run.hosts.A)
    t.strictSame(run.disk.namesIn('/data/b'), ['file'], 'names that another host has added to are on disk')
    t.equal(run.disk.textOf('/data/b/file'), 'b')
  },
)

t.test('a replaced file is another one, and those who have it open keep the old one', async (t) => {
  const run = new DiskRun(['file-replaced'])
  run.disk.replaceFile(PATH, 'old')
  t.equal(run.count('file-replaced'), 0, 'it is new')
  const file = await run.a.open(PATH, 'r+')
  run.disk.replaceFile(PATH, 'new')
  t.equal(run.count('file-replaced'), 1)
  t.not((await run.a.stat(PATH)).ino, (await file.stat()).ino)
  await file.write(bytes('OLD'), 0)
  t.equal(run.disk.textOf(PATH), 'new')
  run.disk.replaceFile(PATH, undefined)
  run.disk.powerCut(run.hosts.A)
  t.equal(run.disk.exists(PATH), false, 'on disk at once')
  t.equal(run.disk.textOf(PATH), undefined)
  t.equal(run.process.openFiles, 1)
  const { ino, birthtimeNs } = await file.stat()
  await file.close()
  t.equal(run.process.openFiles, 0)
  const next = await run.a.open(PATH, 'wx').then((file) => file.stat())
  t.equal(next.ino, ino, 'an inode is used again')
  t.not(next.birthtimeNs, birthtimeNs)
})

t.test('the files of a process are hashed as the process sees them', async (t) => {
  const run = new DiskRun(['disk-error'], 'a/read/error #4 = true')
  run.disk.replaceFile(PATH, 'x'.repeat(100))
  const hasher = run.disk.hasherOf(run.process)
  const range = { start: 0, end: 100 }
  const whole = await hasher.hash(PATH, { range: { start: 0, end: 101 } })
  const part = await hasher.hash(PATH, { range: { start: 16, end: 48 } }).catch((error: unknown) => error)
  t.match(part, { code: 'EIO' })
  t.equal(whole.size, 100)
  t.match(await hasher.hash(PATH, { range }), whole)
  await t.rejects(hasher.hash(PATH, { range, signal: AbortSignal.abort() }), { name: 'AbortError' })
  t.equal(run.process.openFiles, 0)
})

t.test('all paths in a folder are listed', async (t) => {
  const { disk, a } = new DiskRun([])
  await a.mkdir('/data/empty', 0o700)
  await a.mkdir('/data/full', 0o700)
  disk.replaceFile('/data/full/file', '')
  t.strictSame(disk.pathsIn('/data'), ['/data/empty', '/data/full/file'])
  t.throws(() => disk.bytesOf('/data/full'), { code: 'EISDIR' })
})
