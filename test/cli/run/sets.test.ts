import { execFile, execFileSync } from 'node:child_process'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import t from 'tap'
import { sectionHashesOf } from '../../../lib/cli/run/hash/set-hash.js'
import { FileHasher } from '../../../lib/tree-hash/file-hasher.js'
import { MIB } from '../../../lib/sizes.js'
import { runHere, stage } from '../../helpers/command.js'
import { openBothEnds, settled } from '../../helpers/gate.js'
import { configuredCredentials } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'
import { worldFor } from '../../helpers/world.js'

const credentials = await configuredCredentials(t)
/** Three volumes of 2 MiB at most. */
const bytes = patternBytes(5 * MIB + 7)
const inVolumes = ['--max-archive-size', '2MiB', '--description', 'db.tar']

t.test('ls shows a set as one line, with what is missing', async (t) => {
  const { run, put, keep, append, place } = await worldFor(t, credentials)
  const [a = '', b = '', c = ''] = await put(bytes, ...inVolumes)
  t.match(
    (await run(['ls'])).out,
    new RegExp(
      `^db\\.tar  5\\.00 MiB  \\S+ \\S+  now  free in 90 days  ${a.slice(0, 8)}  docs  3 volumes\\n$`,
    ),
  )
  const [first, ...others] = (await run(['ls', '--json'])).out.trim().split('\n')
  t.strictSame(others, [])
  t.match(JSON.parse(first ?? ''), {
    type: 'archive',
    archiveId: a,
    size: bytes.length,
    volumes: [{ archiveId: a }, { archiveId: b }, { archiveId: c }],
    state: 'complete',
  })
  t.equal((await run(['ls', '--max-size', '4MiB'])).out, '', 'the size is that of the whole set')
  await keep((it) => it.type === 'archive' && it.archiveId !== b)
  t.match((await run(['ls'])).out, / {2}2 volumes, incomplete: volume 2 missing\n$/)
  await keep((it) => it.type === 'archive' && it.archiveId !== a)
  t.match(
    (await run(['ls', '--full'])).out,
    new RegExp(`Z  .*  ${a}  docs  1 volume, incomplete: volumes 1, 2 missing\\n$`),
  )
  const common = {
    type: 'archive',
    ...place,
    time: '2026-01-01T00:00:00Z',
    size: 5,
    treeHash: 'h',
    name: 'nightly',
  }
  await append({ ...common, archiveId: 'x', volume: 1, more: true })
  t.match(
    (await run(['ls', '--name', 'night'])).out,
    /^nightly .* {2}free {2}x {2}docs {2}1 volume, incomplete: another volume should follow\n/,
  )
  await append({ ...common, archiveId: 'y', volume: 2, firstVolume: 'x' })
  t.match(
    (await run(['ls', '--name', 'night'])).out,
    / {2}2 volumes, unknown: the catalog does not say where/,
  )
})

t.test('ls shows what may exist, and what is wrong', async (t) => {
  const { run, append, place } = await worldFor(t, credentials)
  const common = { ...place, time: '2026-01-01T00:00:00Z', treeHash: 'h' }
  const sending = { type: 'sending', ...common, size: 5, intentId: 'i', volume: 1, name: 'a' }
  const unknown = { type: 'unknown', ...common, size: 6, uploadId: 'u' }
  const orphan = { type: 'orphan', ...common, size: 7, description: 'c.tar' }
  const begun = { type: 'begun', ...common, uploadId: 'v', partSize: 1, volume: 1 }
  const completing = { type: 'completing', time: common.time, uploadId: 'v' }
  const wrong = { type: 'mismatched', ...common, archiveId: 'wrong', size: 8, sentTreeHash: 's' }
  await append(sending, unknown, orphan, begun, completing, wrong)
  t.match((await run(['ls'])).out.split('\n'), [
    /^- {6}8 B .* {2}free {2}wrong {2}docs {2}wrong: the stored tree hash differs/,
    /^a {6}5 B .* {2}- {12}docs {2}may exist$/,
    /^- {6}6 B .* {2}docs {2}may exist$/,
    /^- {8}- .* {2}docs {2}may exist$/,
    /^c\.tar {2}7 B .* {2}docs {2}may exist$/,
    '',
  ])
  const objects = (await run(['ls', '--json'])).out.trim().split('\n')
  t.match(
    objects.map((line) => JSON.parse(line) as object),
    [wrong, sending, unknown, { ...completing, vaultName: 'docs' }, orphan],
  )
  t.match(await run(['rm', '--yes', 'docs', 'wrong']), {
    err: /This archive will be deleted: wrong {2}\(not in the catalog\)/,
  })
})

t.test('a conflict is warned of, or refused where the archive itself is meant', async (t) => {
  const { run, put, catalog, records, append, vault } = await worldFor(t, credentials)
  const [id = ''] = await put('hello world')
  const record = (await records()).find((it) => it.type === 'archive')
  const other = { ...record, treeHash: 'f'.repeat(64) }
  await append(other)
  const lines = [JSON.stringify(record), JSON.stringify(other)]
  for (const args of [['ls'], ['uploads', 'docs'], ['catalog', 'diff', 'docs']]) {
    const { code, err } = await run(args)
    t.equal(code, 0)
    for (const line of lines) t.ok(err.includes(line), args.join(' '))
  }
  const file = join(vault.dir, 'file')
  await writeFile(file, 'hello world')
  for (const args of [
    ['rm', '--yes', 'docs', '--', id],
    ['verify', file, 'docs', '--', id],
  ]) {
    const { code, err } = await run(args)
    t.equal(code, 1)
    for (const line of lines) t.ok(err.includes(line), args.join(' '))
  }
  t.match(await run(['catalog', 'rebuild', 'docs']), {
    code: 0,
    err: /had different tree hashes in the catalog: 1\./,
  })
  t.match(await run(['verify', file, 'docs', '--', id]), { code: 0, err: '' })
  t.match((await run(['ls'])).err, '')
  const text = await readFile(catalog, 'utf8')
  t.match(await run(['catalog', 'rebuild', 'docs', '--json']), {
    out: /"added":0,"reconciled":0,"settled":0/,
  })
  t.equal(await readFile(catalog, 'utf8'), text)
  for (let i = 0; i < 12; i++)
    await append({ ...other, archiveId: `x${i}` }, { ...other, archiveId: `x${i}`, treeHash: 'g' })
  t.match(
    await run(['catalog', 'rebuild', 'docs', '-q']),
    { err: /for 2 other archives\./ },
    'not in the inventory',
  )
})

t.test('rm deletes a set as one object, its first volume last, and says so before', async (t) => {
  const { run, put, records, keep, vault } = await worldFor(t, credentials)
  const [a = '', b = '', c = ''] = await put(bytes, ...inVolumes)
  const [single = ''] = await put('hello', '--description', 'single')
  t.match(await run(['rm', '--yes', 'docs', '--', b]), {
    code: 2,
    err: new RegExp(`volume 2 of the set ${a}`),
  })
  t.match(await run(['rm', '--yes', 'other', '--', a]), { code: 2, err: /in the vault docs, not in other/ })
  t.equal(vault.traffic.of('DeleteArchive').carriedOut, 0)
  const { code, err } = await run(['rm', '--yes', 'docs', '--', a, b, single])
  t.equal(code, 0)
  t.match(err.split('\n'), [
    /This set will be deleted: 3 volumes, 5\.00 MiB in total:$/,
    new RegExp(`  ${c}  1\\.00 MiB .*\\(volume 3\\)$`),
    new RegExp(`  ${b}  2\\.00 MiB .*\\(volume 2\\)$`),
    new RegExp(`  ${a}  2\\.00 MiB  db\\.tar  \\(volume 1\\)$`),
    new RegExp(`This archive will be deleted: ${single}  5 B  single$`),
  ])
  const deleted = (await records()).flatMap((it) => (it.type === 'deleted' ? it.archiveId : []))
  t.strictSame(deleted, [c, b, a, single])
  t.equal((await run(['ls'])).out, '')

  const [d = '', e = '', f = ''] = await put(bytes, ...inVolumes)
  t.match(await run(['rm', '--yes', '-q', '--no-volumes', 'docs', '--', e]), { code: 0, err: '' })
  t.match(await run(['rm', '--yes', 'docs', '--', d]), {
    code: 0,
    err: /2 volumes, incomplete: volume 2 missing/,
  })
  t.equal(vault.traffic.of('DeleteArchive').carriedOut, 7)
  t.ok(f)

  const [g = ''] = await put(bytes, ...inVolumes)
  await keep((it) => it.type === 'archive' && it.archiveId !== g)
  t.match(await run(['rm', '--yes', 'docs', '--', g]), {
    code: 0,
    err: /not in the catalog[^]*3 archives deleted/,
  })
})

t.test('rm that fails in the middle leaves a set that the same command deletes', async (t) => {
  const { run, put, vault } = await worldFor(t, credentials)
  const [a = ''] = await put(bytes, ...inVolumes)
  vault.faults.add({ fault: 'expired-upload', operation: 'DeleteArchive', nth: 2 })
  t.match(await run(['rm', '--yes', 'docs', '--', a]), { code: 1 })
  vault.faults.clear()
  t.match((await run(['ls'])).out, / {2}2 volumes, incomplete: another volume should follow\n/)
  t.match(await run(['rm', '--yes', 'docs', '--', a]), { code: 0, err: /2 archives deleted/ })
  t.equal((await run(['ls'])).out, '')
})

t.test('rm lists what it deletes before it asks, also with --quiet', async (t) => {
  const { vault, catalog, put } = await worldFor(t, credentials)
  const [a = ''] = await put(bytes, ...inVolumes)
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  stdin.write('n\n')
  t.equal(await runHere(['rm', '-q', ...where, 'docs', '--', a], { ...it, io: { ...it.io, stdin } }), 1)
  t.match(it.err(), /This set will be deleted: 3 volumes[^]*Delete 3 archives from docs permanently\?/)
})

t.test(
  'a signal ends the hashing of a whole set from a FIFO',
  { skip: process.platform === 'win32' },
  async (t) => {
    const dir = t.testdir()
    const [fifo, another] = [join(dir, 'fifo'), join(dir, 'another')]
    execFileSync('mkfifo', [fifo, another])
    const hasher = new FileHasher()
    t.teardown(() => {
      hasher.close()
    })
    const { io, interrupt } = stage()
    const unopened = sectionHashesOf(fifo, [1, 1], hasher, io)
    await settled()
    interrupt.abort('SIGINT')
    await t.rejects(unopened, { name: 'AbortError' }, 'nobody opens it')
    openBothEnds(fifo)
    const other = stage()
    const silent = sectionHashesOf(another, [1, 1], hasher, other.io)
    const writer = await open(another, 'w') // waits until it is read
    await writer.write('x')
    await settled()
    other.interrupt.abort('SIGINT')
    await t.rejects(silent, { name: 'AbortError' }, 'its writer is silent')
    await writer.close()
  },
)

t.test('verify compares a file with all volumes of a set', async (t) => {
  const { run, put, vault, keep, append, records } = await worldFor(t, credentials)
  const [a = '', b = '', c = ''] = await put(bytes, ...inVolumes)
  const file = join(vault.dir, 'file')
  const verify = (...args: string[]): ReturnType<typeof run> => run(['verify', file, 'docs', ...args])
  await writeFile(file, bytes)
  t.match(await verify('--', a), { code: 0, out: `${file}: OK\n`, err: '' })
  t.match(JSON.parse((await verify('--json', '--', a)).out), {
    archiveId: a,
    size: bytes.length,
    state: 'complete',
    volumes: [{ archiveId: a }, { archiveId: b }, { archiveId: c, size: MIB + 7 }],
  })
  t.match(
    await verify('--inventory', '--', a),
    { code: 0, err: /3 volumes, unknown/ },
    'linked by descriptions',
  )
  t.match(await run(['verify', '-', 'docs', '--', a], bytes), { code: 0, out: '-: OK\n' })
  const fifo = join(vault.dir, 'fifo')
  await promisify(execFile)('mkfifo', [fifo])
  const [piped] = await Promise.all([run(['verify', fifo, 'docs', '--', a]), writeFile(fifo, bytes)])
  t.match(piped, { code: 0, out: `${fifo}: OK\n` })
  t.match(await run(['verify', '-', 'docs', '--', a], bytes.subarray(1)), {
    code: 4,
    err: /expected 5242887 bytes/,
  })
  t.match(await run(['verify', '-', 'docs', '--', a], Buffer.concat([bytes, bytes])), { code: 4 })

  const other = Buffer.from(bytes)
  other[3 * MIB] = (other[3 * MIB] ?? 0) ^ 1
  await writeFile(file, other)
  t.match(await verify('--', a), { code: 4, err: /bytes 2097152-4194303 of .* \(volume 2\) does not match/ })
  t.match(await run(['verify', '-', 'docs', '--', a], other), { code: 4, err: /volume 2/ })
  await writeFile(file, bytes.subarray(0, 4 * MIB))
  t.match(await verify('--', a), { code: 4, err: /expected 5242887 bytes, found 4194304/ })
  await writeFile(file, bytes.subarray(2 * MIB, 4 * MIB))
  t.match(await verify('--', b), { code: 0, err: /volume 2 of the set .*\. Only this volume/ })
  t.match(await verify('-q', '--', b), { code: 0, err: '' })
  await writeFile(file, bytes.subarray(0, 2 * MIB))
  t.match(await verify('--no-volumes', '--', a), { code: 0, err: '' })
  t.match(await verify('--', a), { code: 4 })

  const [lost] = (await records()).filter((it) => it.type === 'archive' && it.archiveId === b)
  await keep((it) => it.type === 'archive' && it.archiveId !== b)
  t.match(await verify('--', a), { code: 1, err: /does not have volume 2 of the set/ })
  await keep((it) => it.type === 'archive' && it.archiveId !== c)
  await append(lost ?? {})
  await writeFile(file, bytes.subarray(0, 4 * MIB))
  t.match(await verify('--', a), {
    code: 0,
    err: /Warning: .* 2 volumes, incomplete: another volume should follow/,
  })
})
