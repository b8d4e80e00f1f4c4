import { access, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ArchiveRecord, CatalogRecord } from '../../../../../lib/catalog/record.js'
import { GIB, MIB } from '../../../../../lib/sizes.js'
import { runHere, stage, type Stage } from '../../../../helpers/command.js'
import { configuredCredentials } from '../../../../helpers/local-vault.js'
import { patternBytes } from '../../../../helpers/pattern-source.js'
import { VirtualClock } from '../../../../helpers/virtual-clock.js'
import { worldFor, type Ran, type World } from '../../../../helpers/world.js'

// `get --match` against a local vault.

const credentials = await configuredCredentials(t)
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:restores'

interface ManyWorld extends World {
  /** The output folder, which does not exist yet. */
  readonly dir: string
  /** Runs `get docs --match srv-* -o DIR`. */
  readonly get: (...args: string[]) => Promise<Ran>
  /** Jobs that were paid for. */
  readonly jobs: () => number
  /** The files in the output folder. */
  readonly files: () => Promise<string[]>
  /** Streams for a command that is interrupted. */
  readonly staged: (...args: string[]) => { readonly it: Stage; readonly done: Promise<number> }
}

async function manyWorld(test: Test, options: Parameters<typeof worldFor>[2] = {}): Promise<ManyWorld> {
  const world = await worldFor(test, credentials, options)
  const { vault, catalog } = world
  const dir = join(vault.dir, 'restored')
  const words = ['docs', '--match', 'srv-*', '-o', dir]
  return {
    ...world,
    dir,
    get: (...args) => world.run(['get', ...words, ...args]),
    jobs: () => vault.traffic.of('InitiateJob').carriedOut,
    files: async () => (await readdir(dir)).sort(),
    staged: (...args) => {
      const { endpoint, region } = vault
      const it = stage(undefined, [], {}, new VirtualClock())
      const where = ['--endpoint', endpoint, '--region', region, '--catalog', catalog]
      return { it, done: runHere(['get', ...where, ...words, ...args], it) }
    },
  }
}

/** Waits until a condition holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

/** Waits until the notes of a partial file state a range. */
function untilHeld(notes: string): Promise<void> {
  return until(async () => (await readFile(notes, 'utf8').catch(() => '')).includes('"hash"'))
}

/** Changes the archives in the catalog. */
async function editArchives(
  { catalog, records }: World,
  edit: (record: ArchiveRecord) => CatalogRecord,
): Promise<void> {
  const edited = (await records()).map((record) => (record.type === 'archive' ? edit(record) : record))
  await writeFile(catalog, edited.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

t.test('archives are retrieved by name, each into a file of its own; again costs nothing', async (t) => {
  const { put, get, jobs, files, dir } = await manyWorld(t)
  const set = patternBytes(5 * MIB + 7)
  await put('older', '--name', 'srv-a')
  await put('newest', '--name', 'srv-a')
  await put(set, '--name', 'srv-b', '--max-archive-size', '2MiB')
  await put('secret', '--name', 'srv-../../etc/passwd')
  await put('other', '--name', 'db')
  await put('unnamed')
  const first = await get()
  t.equal(first.code, 0, first.err)
  const names = ['srv-..%2F..%2Fetc%2Fpasswd', 'srv-a', 'srv-b']
  t.strictSame(await files(), names)
  t.strictSame(
    first.out.trimEnd().split('\n').sort(),
    names.map((name) => join(dir, name)),
  )
  t.match(first.err, /One archive of each name is retrieved\. 1 other archive of these names/)
  t.match(first.err, /3 archives: 3 retrieved\./)
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'newest')
  t.ok((await readFile(join(dir, 'srv-b'))).equals(set))
  t.equal(jobs(), 5)
  const again = await get('--json', '-q')
  t.equal(again.code, 0)
  t.equal(again.err, '')
  const lines = again.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  t.match(lines, [
    { state: 'present', name: 'srv-../../etc/passwd', file: join(dir, names[0] ?? ''), size: 6 },
    { state: 'present', name: 'srv-a', archiveId: /^[\w-]{138}$/ },
    { state: 'present', name: 'srv-b', size: set.length },
  ])
  t.equal(jobs(), 5, 'the files are complete')
  await rm(join(dir, 'srv-a'))
  const one = await get('--json')
  t.match(one, { code: 0, err: /3 archives: 1 retrieved, 2 already there\./ })
  t.match(one.out, /"state":"retrieved","name":"srv-a"/)
  t.equal(jobs(), 5, 'the job is found')
})

t.test('a file that is not ours is named, and no job is started', async (t) => {
  const { put, get, jobs, files, dir } = await manyWorld(t)
  for (const name of ['srv-a', 'srv-b', 'srv-c', 'srv-d', 'srv-e', 'srv-f'])
    await put('12345', '--name', name)
  await mkdir(dir)
  await writeFile(join(dir, 'srv-a'), 'other')
  await symlink('elsewhere', join(dir, 'srv-b'))
  await writeFile(join(dir, 'srv-c.partial'), 'precious')
  await writeFile(join(dir, 'srv-d.partial.ranges'), 'foreign')
  await mkdir(join(dir, 'srv-e'))
  const subject = {
    vaultName: 'docs',
    archiveIds: ['x'],
    rangeSize: MIB,
    file: { inode: '1', birthtime: '1' },
  }
  await writeFile(join(dir, 'srv-f.partial.ranges'), `${JSON.stringify(subject)}\n`)
  const before = await files()
  for (const mode of [[], ['--no-wait'], ['--dry-run']]) {
    const refused = await get(...mode)
    t.equal(refused.code, 1)
    for (const name of ['a', 'b', 'e'])
      t.match(refused.err, new RegExp(`srv-${name}: It exists and is not an archive`))
    for (const name of ['c', 'd', 'f'])
      t.match(refused.err, new RegExp(`srv-${name}\\.partial does not belong to an archive of that name`))
  }
  t.equal(jobs(), 0)
  t.strictSame(await files(), before)
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'other')
})

t.test('the folder is made once the plan is known, and must be one', async (t) => {
  const { put, get, run, dir, jobs } = await manyWorld(t)
  await put('12345', '--name', 'srv-a')
  const planned = await get('--dry-run')
  t.match(planned, { code: 0, out: /5 B {2}[\w-]{138} {2}\S+srv-a\n1 retrieval job, Standard, 5 B: / })
  t.match(JSON.parse((await get('--dry-run', '--json')).out), {
    jobs: [{ size: 5, file: join(dir, 'srv-a') }],
  })
  await t.rejects(access(dir))
  t.match(await run(['get', 'docs', '--match', 'srv-*', '-o', join(dir, 'below')]), { code: 1, err: /below/ })
  await writeFile(dir, 'a file')
  t.match(await get(), { code: 1, err: /It is not a folder/ })
  t.equal(jobs(), 0)
})

t.test('contradictory options are refused', async (t) => {
  const { run, get } = await manyWorld(t)
  t.match(await get('--', 'x'), { code: 2, err: /either archives, or --match/ })
  for (const args of [['--range', '0-9'], ['--job', 'x'], ['--no-volumes']])
    t.match(await get(...args), { code: 2, err: /cannot be used with --match/ })
  for (const args of [[], ['-o', '-']])
    t.match(await run(['get', 'docs', '--match', 'x', ...args]), { code: 2, err: /with -o DIR/ })
  t.match(await get(), { code: 2, err: /no complete archive in docs whose name matches "srv-\*"/ })
})

t.test('a date selects older archives; a newer one does not disturb what was begun', async (t) => {
  const world = await manyWorld(t)
  const { put, get, run, dir, jobs } = world
  await put('older', '--name', 'srv-a')
  await editArchives(world, (record) => ({ ...record, time: '2026-03-01T12:00:00.000Z' }))
  await put('newest', '--name', 'srv-a')
  t.match(await run(['get', 'docs', '--match', 'srv-*@2026-02-01', '-o', dir]), { code: 2 })
  t.match(await run(['get', 'docs', '--match', 'srv-*@2026-03-02', '-o', dir]), { code: 0 })
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'older')
  const again = await get()
  t.match(again, {
    code: 0,
    err: /The file is of srv-a of 2026-03-01 .*, although a newer archive exists: srv-a of/,
  })
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'older')
  t.equal(jobs(), 1)
  await rm(join(dir, 'srv-a'))
  t.match(await get('-q'), { code: 0, err: '' })
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'newest')
})

t.test('only complete archives are retrieved; the others are named', async (t) => {
  const world = await manyWorld(t)
  const { put, get, keep, append, records, files } = world
  await put('12345', '--name', 'srv-old')
  await put(patternBytes(5 * MIB), '--name', 'srv-cut', '--max-archive-size', '2MiB')
  await put(patternBytes(5 * MIB, 1), '--name', 'srv-gap', '--max-archive-size', '2MiB')
  await put('conflict', '--name', 'srv-two')
  await put(patternBytes(MIB), '--name', 'srv-full')
  await keep((it) => !(it.type === 'archive' && it.name === 'srv-cut' && it.volume === 3))
  await keep((it) => !(it.type === 'archive' && it.name === 'srv-gap' && it.volume === 2))
  const two = (await records()).find((it) => it.type === 'archive' && it.name === 'srv-two')
  await append({ ...two, treeHash: 'ab'.repeat(32) })
  // As after a rebuild from an inventory.
  await editArchives(world, (it) =>
    it.name === 'srv-full' ? { ...it, partSize: undefined, intentId: undefined } : it,
  )
  const found = await get('-q')
  t.equal(found.code, 0)
  t.match(found.err, /not retrieved: srv-cut of .*: its end is not known; --incomplete retrieves it/)
  t.match(found.err, /not retrieved: srv-gap of .*: volumes are missing/)
  t.match(found.err, /not retrieved: srv-two of .*: the catalog has different tree hashes/)
  t.match(found.err, /may be the first of several volumes/)
  t.strictSame(await files(), ['srv-full', 'srv-old'])
  t.match(await get('-q', '--incomplete'), { code: 0 })
  t.strictSame(await files(), ['srv-cut', 'srv-full', 'srv-old'])
})

t.test('the failure of one archive does not stop the others', async (t) => {
  const world = await manyWorld(t)
  const { put, get, records, append, vault, files, dir } = world
  for (const name of ['srv-a', 'srv-b', 'srv-c']) await put(patternBytes(2 * MIB), '--name', name)
  const archives = (await records()).filter((it) => it.type === 'archive')
  const [a] = archives
  await append({ ...a, archiveId: 'x'.repeat(138), name: 'srv-gone', description: undefined })
  const found = await get('--json')
  t.equal(found.code, 1)
  t.match(found.out, /"state":"failed","name":"srv-gone",.*"error":"/)
  t.match(found.err, / srv-gone: .*not found/)
  t.match(found.err, /4 archives: 3 retrieved, 1 not retrieved\./)
  t.match(await get(), { code: 1, err: /4 archives: 0 retrieved, 3 already there, 1 not retrieved\./ })
  t.match(await get('--no-wait'), { code: 1, err: /srv-gone: .*not found/ })
  for (const name of await files()) await rm(join(dir, name))
  // The service has other bytes than the catalog says: those of one archive are wrong.
  await world.keep((it) => !(it.type === 'archive' && it.name === 'srv-gone'))
  for (let nth = 1; nth < 40; nth++)
    vault.faults.add({ operation: 'GetJobOutput', fault: 'corrupt-output', nth })
  const wrong = await get()
  t.match(wrong, { code: 4, err: /3 archives: [012] retrieved, [123] not retrieved\./ })
})

t.test('what is stopped is resumed, and its jobs are found', async (t) => {
  const { put, get, staged, jobs, files, dir, vault } = await manyWorld(t)
  const bytes = patternBytes(5 * MIB)
  await put(bytes, '--name', 'srv-a')
  await put('12345', '--name', 'srv-b')
  vault.faults.add({ operation: 'GetJobOutput', fault: 'stall', nth: 4 })
  const stopped = staged('--memory', '4MiB', '--concurrency', '1')
  await untilHeld(join(dir, 'srv-a.partial.ranges'))
  stopped.it.interrupt.abort('SIGINT')
  t.equal(await stopped.done, 130)
  t.match(
    stopped.it.err(),
    /Stopped\.\n.*kept\. To resume, run the same command again: glacier-pipe get .*--match 'srv-\*'/,
  )
  t.match(await files(), ['srv-a.partial', 'srv-a.partial.ranges'])
  vault.faults.clear()
  await put('newer', '--name', 'srv-a')
  const resumed = await get()
  t.match(resumed, { code: 0, err: /already there\)[^]*2 archives: 2 retrieved/ })
  t.ok((await readFile(join(dir, 'srv-a'))).equals(bytes), 'the archive that was begun')
  t.equal(jobs(), 2)
  t.strictSame(await files(), ['srv-a', 'srv-b'])
})

t.test('jobs are waited for together, and started alone with --no-wait', async (t) => {
  const world = await manyWorld(t, { jobDelay: 4 * 3_600_000 })
  const { put, get, run, staged, jobs, vault, files } = world
  for (const name of ['srv-a', 'srv-b']) await put(name, '--name', name)
  const started = await get('--no-wait', '--sns-topic', TOPIC)
  t.equal(started.code, 0, started.err)
  t.match(started.out, /^[\w-]{92}\n[\w-]{92}\n$/)
  t.match(started.err, /2 jobs in progress: expected to be complete between \d{4}-\S+ \d\d:\d\d and /)
  t.match(started.err, /run the same command without --no-wait: glacier-pipe get .* --match 'srv-\*' -o \S+ /)
  t.match((await run(['jobs', 'docs'])).out, new RegExp(`expected between .*  notifies ${TOPIC}\\n`))
  const json = (await get('--no-wait', '--json')).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  t.match(json, [
    { name: 'srv-a', file: /srv-a$/, expectedTo: /Z$/ },
    { name: 'srv-b', jobId: /^[\w-]{92}$/ },
  ])
  t.match(await get('--no-wait', '-q'), { code: 0, err: /^$/ })
  await t.rejects(files(), 'no folder is made')
  const waiting = staged('--sns-topic', TOPIC.replace('restores', 'other'))
  await until(() => waiting.it.err().includes('Waiting for 2 retrieval jobs.'))
  await vault.control.completeJobs()
  t.equal(await waiting.done, 0, waiting.it.err())
  t.equal(jobs(), 2)
  t.match(await get('--no-wait'), { code: 0, out: '', err: /All files are complete\. No job is started/ })
  for (const file of await files()) await rm(join(world.dir, file))
  t.match((await get('--no-wait')).err, /2 jobs complete: the output is kept until \d{4}-\S+ \d\d:\d\d\./)
  await editArchives(world, (it) => ({ ...it, size: 60 * GIB }))
  t.match((await get('--no-wait')).err, /starts the jobs of 1 further archive, each in time/)
  t.match(await get(), { code: 1, err: /too little free space/ })
})

t.test('a lost connection ends the command, which can be repeated', async (t) => {
  const { put, get, vault, files } = await manyWorld(t)
  for (const name of ['srv-a', 'srv-b', 'srv-c']) await put(name, '--name', name)
  for (let nth = 1; nth < 20; nth++)
    vault.faults.add({ operation: 'GetJobOutput', fault: 'reset-before', nth })
  const failed = await get('--retry-for', '0')
  t.match(failed, {
    code: 3,
    err: /3 archives: 0 retrieved, 3 not retrieved\.\n.*To resume, run the same command/,
  })
  t.equal((failed.err.match(/ srv-[abc]: /g) ?? []).length, 2, 'the third is not tried')
  vault.faults.clear()
  for (let nth = 4; nth < 20; nth++) vault.faults.add({ operation: 'ListJobs', fault: 'reset-before', nth })
  t.match(await get('--retry-for', '0'), { code: 3, err: /To resume/ })
  vault.faults.clear()
  t.match(await get(), { code: 0 })
  t.equal((await files()).length, 3)
})

t.test('a file that appears meanwhile is kept; a job that seems lost is looked for again', async (t) => {
  const { put, staged, vault, dir, jobs } = await manyWorld(t, { jobDelay: 4 * 3_600_000 })
  await put('12345', '--name', 'srv-a')
  await put('67890', '--name', 'srv-b')
  const waiting = staged('--json')
  await until(() => waiting.it.err().includes('Waiting for 2 retrieval jobs.'))
  await writeFile(join(dir, 'srv-a'), 'precious')
  vault.faults.add({ operation: 'DescribeJob', fault: 'expired-job', nth: 1 })
  let isDone = false
  void waiting.done.finally(() => (isDone = true))
  await until(async () => {
    await vault.control.completeJobs()
    return isDone
  })
  t.equal(await waiting.done, 1, waiting.it.err())
  t.equal(jobs(), 2, 'it is still listed, and found')
  t.match(waiting.it.err(), /srv-a: .*srv-a: It exists and is not replaced/)
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), 'precious')
  t.equal(await readFile(join(dir, 'srv-b'), 'utf8'), '67890')
})

t.test('a run that was killed before it wrote a byte is resumed', async (t) => {
  const { put, get, dir } = await manyWorld(t)
  await put('12345', '--name', 'srv-a')
  await mkdir(dir)
  await writeFile(join(dir, 'srv-a.partial'), '', { mode: 0o600 })
  const archiveIds = await put('6789', '--name', 'srv-b')
  const subject = { vaultName: 'docs', archiveIds, rangeSize: MIB, file: { inode: '1', birthtime: '1' } }
  await writeFile(join(dir, 'srv-b.partial.ranges'), `${JSON.stringify(subject)}\n`)
  t.match(await get(), { code: 0 })
  t.equal(await readFile(join(dir, 'srv-a'), 'utf8'), '12345')
  t.equal(
    await readFile(join(dir, 'srv-b'), 'utf8'),
    '6789',
    'a run that was killed as it removed its empty file',
  )
})

t.test('a closed stdout ends the command', async (t) => {
  const { put, staged } = await manyWorld(t)
  await put('12345', '--name', 'srv-a')
  const closed = staged('-q')
  closed.it.io.stdout.destroy()
  t.equal(await closed.done, 1)
  t.notMatch(closed.it.err(), /To resume/)
})

t.test('a signal before a job is started starts none', async (t) => {
  const { put, staged, jobs } = await manyWorld(t)
  await put('12345', '--name', 'srv-a')
  for (const args of [['--no-wait'], []]) {
    const stopped = staged(...args)
    stopped.it.interrupt.abort('SIGTERM')
    t.equal(await stopped.done, 143)
  }
  t.equal(jobs(), 0)
})
