import { execFileSync, spawn } from 'node:child_process'
import { once, EventEmitter } from 'node:events'
import { watch } from 'node:fs'
import { lstat, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ArchiveRecord, CatalogRecord } from '../../../../lib/catalog/record.js'
import type { LocalVault } from '../../../../lib/local/index.js'
import { MIB } from '../../../../lib/sizes.js'
import { commandHere, ended, start, type Ended } from '../../../helpers/command.js'
import { gathered } from '../../../helpers/gather.js'
import { localVaultFor } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'

// `get` against a local vault: what it owns, what it pays for, and what it delivers.

interface World {
  readonly vault: LocalVault
  readonly dir: string
  readonly catalog: string
  /** Starts the built command. */
  readonly startGet: (...args: string[]) => ReturnType<typeof start>
  /** Runs the command in this process. */
  readonly get: (...args: string[]) => Promise<Ended>
  /** Stores bytes; the catalog's records of the volumes. */
  readonly put: (bytes: Uint8Array, ...args: string[]) => Promise<ArchiveRecord[]>
  /** Jobs that were paid for. */
  readonly jobs: () => number
}

async function worldFor(test: Test): Promise<World> {
  const dir = test.testdir()
  const vault = await localVaultFor(test, {
    dir: join(dir, 'vault'),
    createVaults: true,
    inventoryInterval: 0,
  })
  const catalog = join(dir, 'catalog.jsonl')
  const { accessKeyId, secretAccessKey } = vault.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const where = ['--endpoint', vault.endpoint, '--region', vault.region]
  const command = ['get', ...where, '--catalog', catalog, '--memory', '4MiB', 'docs']
  const get = (...args: string[]): Promise<Ended> => commandHere([...command, ...args], keys)
  const startGet = (...args: string[]): ReturnType<typeof start> => {
    const child = start([...command, ...args], keys)
    test.teardown(async () => {
      if (child.kill('SIGKILL')) await once(child, 'exit')
    })
    return child
  }
  const put: World['put'] = async (bytes, ...args) => {
    const before = (await archivesIn(catalog)).length
    const words = ['put', ...where, '--catalog', catalog, '--part-size', '1MiB', 'docs', ...args]
    const { code, stderr } = await commandHere(words, keys, bytes)
    test.equal(code, 0, stderr)
    return (await archivesIn(catalog)).slice(before)
  }
  return { vault, dir, catalog, startGet, get, put, jobs: () => vault.traffic.of('InitiateJob').carriedOut }
}

async function archivesIn(catalog: string): Promise<ArchiveRecord[]> {
  const text = await readFile(catalog, 'utf8').catch(() => '')
  const records = text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as CatalogRecord)))
  return records.filter((record) => record.type === 'archive')
}

/** Writes a catalog anew, without some of its lines or with others. */
async function editCatalog(
  catalog: string,
  edit: (record: CatalogRecord) => CatalogRecord | undefined,
): Promise<void> {
  const lines = (await readFile(catalog, 'utf8')).trimEnd().split('\n')
  const edited = lines.flatMap((line) => edit(JSON.parse(line) as CatalogRecord) ?? [])
  await writeFile(catalog, edited.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

function idOf([first]: readonly ArchiveRecord[]): string {
  return first?.archiveId ?? ''
}

/** Waits until a file in a folder has so many bytes. */
async function untilSize(dir: string, name: string, size: number): Promise<void> {
  const changed = new EventEmitter()
  const watcher = watch(dir, () => changed.emit('change'))
  try {
    for (;;) {
      const change = once(changed, 'change')
      if (((await stat(join(dir, name)).catch(() => undefined))?.size ?? 0) >= size) return
      await change
    }
  } finally {
    watcher.close()
  }
}

t.test('a retrieval is paid for once, whatever becomes of answers and jobs', async (t) => {
  const { vault, get, put, jobs } = await worldFor(t)
  const bytes = patternBytes(5 * MIB)
  for (const [what, paid, rule] of [
    ['the answer to InitiateJob is lost', 1, { operation: 'InitiateJob', fault: 'lose-answer', nth: 1 }],
    ['the job is lost while it is waited for', 2, { operation: 'DescribeJob', fault: 'expired-job', nth: 1 }],
    ['the job is lost when it is to be read', 2, { operation: 'GetJobOutput', fault: 'expired-job', nth: 1 }],
    ['the job is lost while it is read', 2, { operation: 'GetJobOutput', fault: 'expired-job', nth: 4 }],
    ['a range is answered with the whole', 1, { operation: 'GetJobOutput', fault: 'whole-output', nth: 2 }],
    ['a range is answered with another', 1, { operation: 'GetJobOutput', fault: 'other-range', nth: 3 }],
  ] as const) {
    const archiveId = idOf(await put(bytes))
    const before = jobs()
    vault.faults.clear()
    vault.faults.add(rule)
    const found = await get('--', archiveId)
    t.equal(found.code, 0, `${what}: ${found.stderr}`)
    t.ok(found.stdout.equals(bytes), what)
    t.equal(jobs() - before, paid, what)
  }
})

t.test('answers that are always of something else are exit code 3, and no wrong byte is out', async (t) => {
  const { vault, get, put } = await worldFor(t)
  const bytes = patternBytes(5 * MIB)
  const archiveId = idOf(await put(bytes))
  for (const fault of ['whole-output', 'other-range'] as const) {
    vault.faults.clear()
    for (let nth = 3; nth < 40; nth++) vault.faults.add({ operation: 'GetJobOutput', fault, nth })
    const found = await get('--concurrency', '1', '--', archiveId)
    t.match(
      found,
      { code: 3, stderr: /The response is not of the requested range.*\n.*run the same command again/ },
      fault,
    )
    t.ok(found.stdout.equals(bytes.subarray(0, 2 * MIB)))
  }
})

t.test('a second command is refused at once; what a killed one left is continued', async (t) => {
  const { vault, dir, get, startGet, put, jobs } = await worldFor(t)
  const [first, second] = [patternBytes(6 * MIB, 1), patternBytes(6 * MIB, 2)]
  const [firstId, secondId] = [idOf(await put(first)), idOf(await put(second))]
  const out = join(dir, 'out')
  vault.faults.add({ operation: 'GetJobOutput', fault: 'stall', nth: 4 }) // it goes no further
  const one = startGet('--concurrency', '1', '-o', out, '--', firstId)
  await untilSize(dir, 'out.partial', 2 * MIB)
  one.kill('SIGSTOP') // a paused owner is alive
  const before = jobs()
  for (const archiveId of [firstId, secondId]) {
    const refused = await get('-o', out, '--', archiveId)
    t.equal(refused.code, 1)
    t.match(
      refused.stderr,
      new RegExp(`output file .*out is owned by process ${String(one.pid)} on .* since `),
    )
  }
  t.equal(jobs(), before, 'no job was started')
  const killed = ended(one)
  one.kill('SIGKILL')
  await killed
  vault.faults.clear()
  const other = await get('-o', out, '--', secondId)
  t.match(other, {
    code: 1,
    stderr: /contains the bytes that an earlier command has retrieved of .*To resume/,
  })
  t.equal(jobs(), before)
  const again = await get('-o', out, '--', firstId)
  t.match(again, { code: 0, stderr: /\(\d already there\)/ })
  t.ok((await readFile(out)).equals(first))
  const beside = (await readdir(dir)).filter((entry) => entry.startsWith('out'))
  t.strictSame(beside, ['out'], 'nothing is left beside it')
})

t.test('of two commands that write to one path, every exit 0 left its own bytes', async (t) => {
  const { dir, startGet, put } = await worldFor(t)
  const sources = [patternBytes(3 * MIB, 1), patternBytes(3 * MIB, 2)]
  const ids = [idOf(await put(sources[0] as Buffer)), idOf(await put(sources[1] as Buffer))]
  const out = join(dir, 'out')
  for (let round = 0; round < 8; round++) {
    const delay = Math.random() * 400
    const codes: (number | null)[] = []
    const watched = ids.map(async (id, i): Promise<void> => {
      if (i === 1) await new Promise((resolve) => setTimeout(resolve, delay)) // the offset is what is tested
      const { code, stderr } = await ended(startGet('-o', out, '--', id))
      codes[i] = code
      if (code !== 0) t.match(stderr, /is owned by process/, stderr)
    })
    await Promise.all(watched)
    const found = await readFile(out)
    t.ok(codes.includes(0), codes.join())
    const owner = sources.findIndex((source) => source.equals(found))
    t.equal(codes[owner], 0, `${delay} ms: ${codes.join()}`)
    await rm(out)
  }
})

t.test('what cannot be the output is refused before a job is paid for', async (t) => {
  const { dir, catalog, get, put, jobs } = await worldFor(t)
  const archiveId = idOf(await put(patternBytes(2 * MIB)))
  await mkdir(join(dir, 'folder'))
  await writeFile(join(dir, 'foreign.partial'), 'precious')
  const refused = async (path: string, message: RegExp): Promise<void> => {
    t.match(await get('-o', join(dir, path), '--', archiveId), { code: 1, stderr: message }, path)
  }
  await refused('folder', /It is a directory/)
  await refused(join('none', 'out'), /does not exist/)
  await refused('foreign', /foreign\.partial: It was not written by glacier-pipe/)
  t.equal(await readFile(join(dir, 'foreign.partial'), 'utf8'), 'precious')
  await editCatalog(catalog, (record) => (record.type === 'archive' ? { ...record, size: 2 ** 52 } : record))
  await refused('large', /too little free space/)
  t.equal(jobs(), 0)
  const entries = (await readdir(dir)).filter((entry) => !entry.startsWith('catalog.jsonl')).sort()
  t.strictSame(entries, ['folder', 'foreign.partial', 'vault'], 'nothing was made')
})

t.test('a FIFO is written through; a link is followed', async (t) => {
  const { dir, get, put } = await worldFor(t)
  const bytes = patternBytes(3 * MIB)
  const archiveId = idOf(await put(bytes))
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  const cat = spawn('cat', [fifo])
  const [found, read] = await Promise.all([get('-o', fifo, '--', archiveId), gathered(cat.stdout)])
  t.equal(found.code, 0, found.stderr)
  t.ok(read.equals(bytes))
  t.ok((await lstat(fifo)).isFIFO())
  await symlink('target', join(dir, 'link'))
  t.match(await get('-o', join(dir, 'link'), '--', archiveId), { code: 0 })
  t.ok((await readFile(join(dir, 'target'))).equals(bytes))
})

/** A set of three volumes, the last of them short. */
async function setFor(test: Test): Promise<World & { bytes: Buffer; ids: string[] }> {
  const world = await worldFor(test)
  const bytes = patternBytes(5 * MIB + 10)
  const records = await world.put(bytes, '--max-archive-size', '2MiB')
  return { ...world, bytes, ids: records.map(({ archiveId }) => archiveId) }
}

t.test('a set is one object, and a range of it one of the whole', async (t) => {
  const { get, bytes, ids, jobs, dir, catalog } = await setFor(t)
  t.equal(ids.length, 3)
  const [first = ''] = ids
  t.match(await get('--', first), {
    code: 0,
    stdout: bytes,
    stderr: /the first of 3 volumes, which are all/i,
  })
  t.match(await get('-q', '--', first), { code: 0, stdout: bytes, stderr: /^$/ })
  t.equal(jobs(), 3)
  for (const [range, start, end] of [
    ['1000-4999999', 1000, 5_000_000],
    ['3MiB-', 3 * MIB, bytes.length],
    ['2MiB-4MiB', 2 * MIB, 4 * MIB],
  ] as const) {
    const out = join(dir, 'out')
    t.match(await get('--range', range, '-o', out, '--', first), { code: 0 }, range)
    t.ok((await readFile(out)).equals(bytes.subarray(start, end)), range)
  }
  for (const way of [[], ['-o', join(dir, 'none')], ['--no-wait']])
    t.match(await get('--range', '5MiB-6MiB', ...way, '--', first), { code: 2, stderr: /within the archive/ })
  const listed = await get('--no-wait', '--', ...ids)
  t.equal(listed.stdout.toString().trim().split('\n').length, 3)
  // Volumes that take days to read: their jobs would expire.
  await editCatalog(catalog, (record) =>
    record.type === 'archive' ? { ...record, size: 60 * 2 ** 30 } : record,
  )
  const large = await get('--no-wait', '--', first)
  t.match(large, { code: 0, stderr: /That command starts the other jobs/ })
  t.equal(large.stdout.toString().trim().split('\n').length, 1)
})

t.test('a part of a stream is never delivered as the whole without a warning', async (t) => {
  const { get, bytes, ids, catalog } = await setFor(t)
  const [first = '', second = '', third = ''] = ids
  const quiet = async (...args: string[]): Promise<Ended> => get('-q', ...args)
  const volume = bytes.subarray(2 * MIB, 4 * MIB)
  const alone = new RegExp(
    `Warning: the archive is volume 2 of the set ${first} of 3 volumes\\. Only this volume`,
  )
  t.match(await quiet('--', second), { code: 0, stdout: volume, stderr: alone })
  t.match(await quiet('--no-volumes', '--', second), { code: 0, stdout: volume, stderr: alone })
  const firstOnly = { code: 0, stdout: bytes.subarray(0, 2 * MIB) }
  t.match(await quiet('--no-volumes', '--', first), { ...firstOnly, stderr: /^$/ }, 'asked for')
  t.match(await get('--no-volumes', '--', first), {
    ...firstOnly,
    stderr: /first of 3 volumes\. Only this volume/,
  })
  t.match(await quiet('--', first, second), { code: 0, stderr: /has 3 volumes, and not all are retrieved/ })
  t.match(await quiet('--', ...ids), { code: 0, stdout: bytes, stderr: /^$/ }, 'all were named')
  const job = (await quiet('--no-wait', '--no-volumes', '--', first)).stdout.toString().trim()
  t.match(await quiet(`--job=${job}`), { ...firstOnly, stderr: /volume 1 of the set/ })

  const elsewhere = ['--catalog', `${catalog}.none`]
  t.match(await quiet(...elsewhere, '--', first), {
    ...firstOnly,
    stderr: /may be the first of several volumes/,
  })
  t.match(await quiet(...elsewhere, `--job=${job}`), { ...firstOnly, stderr: /may be the first of several/ })
  t.match(
    await quiet(...elsewhere, '--', third),
    { code: 0, stderr: /^$/ },
    'its size says that nothing follows',
  )

  await editCatalog(catalog, (record) => (isVolume(record, 3) ? undefined : record))
  const refused = {
    code: 1,
    stdout: Buffer.alloc(0),
    stderr: /was not stored to its end, .* With --incomplete, get retrieves the volumes that are stored\.\n$/,
  }
  t.match(await quiet('--', first), refused)
  t.match(await quiet('--incomplete', '--', first), {
    code: 0,
    stdout: bytes.subarray(0, 4 * MIB),
    stderr: /Warning: the archive is the first of 2 volumes, .*the last volume is not among them/,
  })
  t.match(await quiet('--range', '0-3MiB', '--', first), { code: 0, stderr: /^$/ }, 'a range that is known')
  t.match(await quiet('--range', '3MiB-', '--', first), refused)
  t.match(await quiet('--incomplete', '--range', '3MiB-', '--', first), {
    code: 0,
    stderr: /the last volume is not among them/,
  })
  // As after a rebuild: nothing says whether the second is the last.
  await editCatalog(catalog, (record) => {
    if (!isVolume(record, 1) && !isVolume(record, 2)) return record
    const { partSize, parts, more, ...rest } = record
    t.ok(partSize && parts && more)
    return rest
  })
  t.match(await quiet('--', first), { code: 0, stderr: /does not say whether other volumes follow/ })
  await editCatalog(catalog, (record) => (isVolume(record, 1) ? { ...record, more: true } : record))
  await editCatalog(catalog, (record) => (isVolume(record, 2) ? undefined : record))
  t.match(await quiet('--', first), refused)
  t.match(await quiet('--incomplete', '--', first), {
    ...firstOnly,
    stderr: /and the only one in the catalog/,
  })
  await editCatalog(catalog, (record) => {
    if (!isVolume(record, 1)) return record
    const { more, ...rest } = record
    t.ok(more)
    return rest
  })
  t.match(await quiet('--', first), { ...firstOnly, stderr: /may be the first of several volumes/ })
})

t.test('a gap in a set is an error, and a volume of it still comes by its own ID', async (t) => {
  const { get, bytes, ids, catalog, jobs } = await setFor(t)
  const [first = '', , third = ''] = ids
  await editCatalog(catalog, (record) => (isVolume(record, 2) ? undefined : record))
  for (const more of [[], ['--range', '0-1MiB']])
    t.match(await get(...more, '--', first), { code: 1, stderr: /does not have volume 2 of the set/ })
  t.equal(jobs(), 0)
  t.match(await get('-q', '--', third), {
    code: 0,
    stdout: bytes.subarray(4 * MIB),
    stderr: /volume 3 of the set/,
  })
  t.match(await get('-q', '--no-volumes', '--', first), {
    code: 0,
    stdout: bytes.subarray(0, 2 * MIB),
  })
})

t.test('an archive that the catalog describes in two ways is not retrieved', async (t) => {
  const { get, put, catalog, jobs } = await worldFor(t)
  const [archive] = await put(patternBytes(MIB))
  const text = await readFile(catalog, 'utf8')
  await writeFile(catalog, `${text}${JSON.stringify({ ...archive, treeHash: 'f'.repeat(64) })}\n`)
  const found = await get('--', archive?.archiveId ?? '')
  t.match(found, { code: 1, stderr: /different tree hashes for the archive/ })
  t.equal(jobs(), 0)
})

function isVolume(record: CatalogRecord, volume: number): record is ArchiveRecord {
  return record.type === 'archive' && record.volume === volume
}
