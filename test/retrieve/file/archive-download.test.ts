import { stopped } from '../../helpers/stopped-download.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import type { VaultRetrieval } from '../../../lib/vault/retrieval-options.js'
import { readFile, readdir, mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { AbortError } from '../../../lib/errors.js'
import { ArchiveReader } from '../../../lib/retrieve/archive-reader.js'
import { ArchiveDownload } from '../../../lib/retrieve/file/archive-download.js'
import { planRetrieval } from '../../../lib/retrieve/retrieval-plan.js'
import type { VerifiedRange } from '../../../lib/retrieve/verified-range.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import type { StoreLimits } from '../../../lib/store/limits.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import type { TransferProgress } from '../../../lib/transfer/progress.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { MIB } from '../../../lib/sizes.js'
import { gate } from '../../helpers/gate.js'
import { MemoryFiles } from '../../helpers/memory-files.js'
import { hasherOn } from '../../simulation/disk/file-hasher.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { naiveTreeHash } from '../../helpers/naive-tree-hash.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { optionsFor, count } from '../../helpers/retrieval.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

t.test('a download is a promise with the events of its reader', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const file = join(t.testdir(), 'out')
  const download = retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  t.match(download.plan, {
    rangeSize: MIB,
    concurrency: 2,
    totalBytes: undefined,
    jobs: [{ archiveId: 'a' }],
  })
  const seen: unknown[] = []
  download
    .on('job', (jobId, found) => seen.push(['job', jobId, found]))
    .on('ready', ({ archiveSize }) => seen.push(['ready', archiveSize]))
    .on('range', ({ end }) => seen.push(['range', end]))
    .on('held', () => seen.push('held'))
  let last: TransferProgress | undefined
  download.on('progress', (progress) => (last = progress))
  t.equal(download.progress, undefined, 'the file is not open yet')
  await download
  t.strictSame(seen, [
    ['job', 'a', false],
    ['ready', 3 * MIB],
    ['range', MIB],
    ['range', 2 * MIB],
    ['range', 3 * MIB],
  ])
  t.match(last, { doneBytes: 3 * MIB, totalBytes: 3 * MIB, skippedBytes: 0, requestsInFlight: 0 })
  t.strictSame(download.progress, last)
  t.ok((await readFile(file)).equals(bytes))
})

t.test('abort() ends a download, keeps its bytes, and the next one skips them', async (t) => {
  const bytes = patternBytes(6 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  const vault = MemoryVault.holding(bytes)
  const never = gate()
  vault.before = ({ operation, range }) =>
    operation === 'getJobOutput' && range?.start === 4 * MIB ? never.opened : undefined
  const stopped = retrieveToFile(file, optionsFor(vault, { concurrency: 1 }))
  stopped.on('range', ({ end }) => {
    if (end < 4 * MIB) return
    setImmediate(() => {
      stopped.abort('enough')
    })
  })
  const error = await stopped.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  t.ok(error instanceof AbortError)
  t.match(error, { code: 'ABORT_ERR', cause: 'enough' })
  t.equal(vault.underWay, 0)
  stopped.abort('has no effect any more')
  t.strictSame((await readdir(dir)).sort(), ['out.partial', 'out.partial.ranges'])

  const resumed = retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  let last: TransferProgress | undefined
  resumed.on('progress', (progress) => (last = progress))
  const [[held]] = await Promise.all([
    new Promise<[readonly { readonly end: number }[]]>((resolve) => {
      resumed.on('held', (...args) => {
        resolve(args)
      })
    }),
    resumed,
  ])
  const heldBytes = held.at(-1)?.end ?? 0
  t.ok(heldBytes >= MIB, `${heldBytes} bytes are held`)
  t.match(last, {
    doneBytes: 6 * MIB,
    skippedBytes: heldBytes,
    sentBytes: 6 * MIB - heldBytes,
    totalBytes: 6 * MIB,
    partsDone: 6,
  })
  t.ok((await readFile(file)).equals(bytes))
})

t.test('archives that need no job are skipped as well, and the total is known', async (t) => {
  const volumes = [patternBytes(2 * MIB, 1), patternBytes(2 * MIB, 2)]
  const { treeHashOf } = await import('../../../lib/tree-hash/tree-hash.js')
  const known = {
    archiveId: ['a', 'b'],
    archiveSizes: [2 * MIB, undefined],
    archiveHashes: volumes.map((bytes) => treeHashOf(bytes)),
  }
  const holding = (): MemoryVault => {
    const vault = MemoryVault.holding(volumes[0] as Buffer)
    vault.archives.set('b', volumes[1] as Buffer)
    return vault
  }
  const file = join(t.testdir(), 'out')
  const first = holding()
  first.before = ({ operation, jobId, range }) => {
    if (operation === 'getJobOutput' && jobId === 'b' && range?.start === MIB) throw new Error('stopped')
  }
  await t.rejects(retrieveToFile(file, optionsFor(first, { ...known, concurrency: 1 })), {
    message: 'stopped',
  })
  const again = holding()
  const resumed = retrieveToFile(file, optionsFor(again, known))
  let last: TransferProgress | undefined
  resumed.on('progress', (progress) => (last = progress))
  await resumed
  t.notOk(again.calls.some(({ operation, archiveId }) => operation === 'startRetrieval' && archiveId === 'a'))
  t.ok((last?.skippedBytes ?? 0) >= 2 * MIB)
  t.match(last, { doneBytes: 4 * MIB, totalBytes: 4 * MIB })
})

t.test('the reason of the caller’s signal is the cause', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  vault.before = () => gate().opened
  const aborting = new AbortController()
  const download = retrieveToFile(join(t.testdir(), 'out'), optionsFor(vault, { signal: aborting.signal }))
  setImmediate(() => {
    aborting.abort('timeout')
  })
  await t.rejects(download, { name: 'AbortError', cause: 'timeout' })
})

t.test('a listener that throws rejects the promise, and the process goes on', async (t) => {
  const bytes = patternBytes(3 * MIB)
  for (const event of ['job', 'ready', 'range', 'progress'] as const) {
    const download = retrieveToFile(join(t.testdir(), 'out'), optionsFor(MemoryVault.holding(bytes)))
    download.once(event, () => {
      throw new Error('in a listener')
    })
    await t.rejects(download, { code: 'ERR_LISTENER', event }, event)
  }
})

t.test('a file appears when it is whole, and goes on where it stopped', async (t) => {
  const bytes = patternBytes(20 * MIB + 100)
  const dir = t.testdir()
  const file = join(dir, 'backup.tar')
  const aborting = new AbortController()
  const first = MemoryVault.holding(bytes)
  const stopping = retrieveToFile(file, optionsFor(first, { signal: aborting.signal }))
  stopping.on('range', ({ end }) => {
    if (end === 9 * MIB) aborting.abort()
  })
  await t.rejects(stopping, { name: 'AbortError' })
  t.strictSame((await readdir(dir)).sort(), ['backup.tar.partial', 'backup.tar.partial.ranges'])
  t.equal((await stat(`${file}.partial`)).mode & 0o777, 0o600)
  const lines = (await readFile(`${file}.partial.ranges`, 'utf8')).split('\n').length - 2
  t.ok(lines >= 7, `${lines} ranges are held`)

  const again = MemoryVault.holding(bytes)
  let held = 0
  await retrieveToFile(file, optionsFor(again)).on('held', (ranges) => (held = ranges.length))
  t.equal(held, lines)
  t.equal(count(again, 'getJobOutput'), 21 - held)
  t.ok((await readFile(file)).equals(bytes))
  t.strictSame(await readdir(dir), ['backup.tar'])
  await retrieveToFile(file, optionsFor(again))
  t.ok((await readFile(file)).equals(bytes), 'one that is there is replaced')
})

t.test(
  'the ranges that were verified are kept when the service has other bytes for a later one',
  async (t) => {
    const bytes = patternBytes(5 * MIB)
    const file = join(t.testdir(), 'out')
    const bad = MemoryVault.holding(bytes)
    bad.tamper = (output, { range }) =>
      range.start < 3 * MIB ? output : { ...output, treeHash: 'f'.repeat(64) }
    await t.rejects(retrieveToFile(file, optionsFor(bad, { concurrency: 1 })), {
      code: 'ERR_HASH_MISMATCH',
      scope: 'range',
    })
    const again = MemoryVault.holding(bytes)
    await retrieveToFile(file, optionsFor(again))
    t.ok(count(again, 'getJobOutput') < 5)
    t.ok((await readFile(file)).equals(bytes))
  },
)

t.test('a retrieval that fails before its first byte leaves nothing', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'out')
  await t.rejects(retrieveToFile(file, optionsFor(new MemoryVault())), { code: 'ERR_NOT_FOUND' })
  t.strictSame(await readdir(dir), [])
})

t.test('all bytes may be there already, and several archives are one file', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const file = join(t.testdir(), 'out')
  const holding = (): MemoryVault => {
    const vault = MemoryVault.holding(bytes)
    vault.archives.set('b', patternBytes(2 * MIB + 5, 3))
    return vault
  }
  const first = holding()
  // It fails when all is there: a directory has taken the place of the file.
  first.before = async ({ operation }) => {
    if (operation === 'getJobOutput') await mkdir(file, { recursive: true })
  }
  await t.rejects(retrieveToFile(file, optionsFor(first, { archiveId: ['a', 'b'] })), {
    cause: { code: 'EISDIR' },
  })
  await rm(file, { recursive: true })
  const again = holding()
  await retrieveToFile(file, optionsFor(again, { archiveId: ['a', 'b'] }))
  t.equal(count(again, 'getJobOutput'), 0, 'nothing was fetched again')
  t.ok((await readFile(file)).equals(Buffer.concat([bytes, patternBytes(2 * MIB + 5, 3)])))
})

t.test('an archive that is there whole needs no job, where its hash is known', async (t) => {
  const volumes = [patternBytes(3 * MIB, 1), patternBytes(2 * MIB, 2), patternBytes(2 * MIB + 5, 3)]
  const archiveId = ['a', 'b', 'c']
  const holding = (): MemoryVault => {
    const vault = new MemoryVault()
    for (const [i, bytes] of volumes.entries()) vault.archives.set(archiveId[i] ?? '', bytes)
    return vault
  }
  const archiveSizes = volumes.map(({ length }) => length)
  const archiveHashes = volumes.map((bytes) => treeHashOf(bytes))
  const known = { archiveId, archiveSizes, archiveHashes }
  const startedAfter = async (more: Partial<VaultRetrieval>, ranges: number): Promise<unknown[]> => {
    const file = join(t.testdir(), 'out')
    const first = holding()
    let outputs = 0
    first.before = async ({ operation }) => {
      if (operation === 'getJobOutput' && ++outputs > ranges) throw new Error('stopped')
    }
    await t.rejects(retrieveToFile(file, optionsFor(first, { ...known, concurrency: 1 })), {
      message: 'stopped',
    })
    const again = holding()
    const told: unknown[] = []
    const download = retrieveToFile(file, optionsFor(again, { ...known, ...more }))
    await download.on('range', ({ start }) => told.push(start))
    t.ok((await readFile(file)).equals(Buffer.concat(volumes)))
    t.equal(told[told.length - 1], 7 * MIB, 'ranges are those of the stream')
    return again.calls.flatMap((call) => (call.operation === 'startRetrieval' ? call.archiveId : []))
  }
  t.strictSame(await startedAfter({}, 4), ['b', 'c'], 'of the second not all is there')
  t.strictSame(await startedAfter({}, 7), ['c'])
  t.strictSame(await startedAfter({ archiveHashes: undefined }, 7), ['a', 'b', 'c'])
  const wrong = ['f'.repeat(64), ...archiveHashes.slice(1)]
  await t.rejects(startedAfter({ archiveHashes: wrong }, 7), {
    code: 'ERR_HASH_MISMATCH',
    expected: 'f'.repeat(64),
    actual: archiveHashes[0],
  })
  await rm(join(t.testdir(), 'out'), { force: true })

  const file = join(t.testdir(), 'out')
  const full = holding()
  full.after = async ({ operation, jobId, range }) => {
    if (operation === 'getJobOutput' && jobId === 'c' && range?.start === 2 * MIB) await mkdir(file)
  }
  await t.rejects(retrieveToFile(file, optionsFor(full, known)), { cause: { code: 'EISDIR' } })
  await rm(file, { recursive: true })
  const none = new MemoryVault()
  await retrieveToFile(file, optionsFor(none, known))
  t.strictSame(none.operations, [], 'all was there')
  t.ok((await readFile(file)).equals(Buffer.concat(volumes)))
})

t.test('of a range nothing is kept, but the file is as much its own', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  const range = { start: 5, end: 4 * MIB + 5 }
  const options = { range, archiveSize: bytes.length }
  await stopped(file, bytes, 2, options)
  t.strictSame((await readdir(dir)).sort(), ['out.partial', 'out.partial.ranges'])
  const vault = MemoryVault.holding(bytes)
  const resumed = retrieveToFile(file, optionsFor(vault, options))
  resumed.on('held', () => {
    t.fail('no range is held')
  })
  await resumed
  t.ok((await readFile(file)).equals(bytes.subarray(5, 4 * MIB + 5)))
  t.strictSame(await readdir(dir), ['out'])
  const wrong = retrieveToFile(file, optionsFor(vault, { archiveId: [] }))
  t.equal(wrong.plan, undefined)
  wrong.abort() // it has no effect
  await t.rejects(wrong, { name: 'RangeError' })
})

t.test('a simulation downloads an archive of small leaves to files in memory, and resumes', async (t) => {
  const limits: StoreLimits = { leafSize: 1024, minPartSize: 1024, maxPartSize: 4096, maxParts: 8 }
  const bytes = patternBytes(9 * 1024 + 5)
  const files = new MemoryFiles()
  const vault = MemoryVault.holding(bytes)
  vault.leafSize = limits.leafSize
  const store = vaultStore(vault, { vaultName: 'backups' }, limits)
  const rangeOptions = { rangeSize: 2048, concurrency: 1 }
  const download = (archiveSizes?: number[]): ArchiveDownload =>
    new ArchiveDownload(() => ({
      store,
      plan: planRetrieval({ archiveId: 'a', archiveSizes, ...rangeOptions }, store),
      runtime: { ...systemRuntime, clock: new VirtualClock(), files },
      lockRuntime: { ...systemRuntime, files },
      file: '/out',
      content: { vaultName: 'backups', archiveIds: ['a'] },
      rangeOptions,
      makeHasher: () => hasherOn(files, limits.leafSize),
    }))
  vault.before = ({ operation, range }) => {
    if (operation === 'getJobOutput' && range?.start === 6 * 1024) throw new TypeError('stopped')
  }
  await t.rejects(download(), { message: 'stopped' })
  vault.before = () => undefined
  const { size: heldSize } = await files.lstat('/out.partial')
  files.statfs = () => Promise.resolve({ bsize: 1, blocks: 1, bavail: bytes.length - heldSize - 1 })
  await t.rejects(download([bytes.length]), { message: /too little free space/ }, 'a byte does not fit')
  files.statfs = () => Promise.resolve({ bsize: 1, blocks: 1, bavail: bytes.length - heldSize })
  const resumed = download([bytes.length])
  let held: readonly VerifiedRange[] = []
  resumed.on('held', (ranges) => (held = ranges))
  await resumed
  const out = await files.open('/out', 'r')
  const found = Buffer.alloc(bytes.length + 1)
  t.equal(await out.read(found, 0, found.length), bytes.length)
  t.ok(found.subarray(0, -1).equals(bytes))
  t.match(held[0], { start: 0, end: 2048, hash: naiveTreeHash(bytes.subarray(0, 2048), 1024) })
  t.strictSame(await files.readdir('/'), ['out'])

  const range = { start: 3 * 1024, end: 5 * 1024 }
  const plan = planRetrieval({ archiveId: 'a', archiveSizes: [bytes.length], range, ...rangeOptions }, store)
  const reader = new ArchiveReader({ store, plan, runtime: systemRuntime })
  t.ok(Buffer.concat(await reader.toArray()).equals(bytes.subarray(range.start, range.end)))
  t.strictSame(
    plan.jobs.map((job) => job.range),
    [
      { start: 3 * 1024, end: 4 * 1024 },
      { start: 4 * 1024, end: 5 * 1024 },
    ],
    'the jobs are nodes of the tree of small leaves',
  )
})
