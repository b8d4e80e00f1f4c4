import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import type { FaultKind } from '../../../lib/local/index.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../lib/sizes.js'
import { runHere, stage } from '../../helpers/command.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

import { vaultWorldFor, type CommandResult } from '../../helpers/vault-world.js'

/** More than there are of any request. */
const ATTEMPTS = 1000

t.test(
  'what a retrieval meets once, it gets over; what it meets always, it fails of; never is a wrong byte out',
  async (t) => {
    const bytes = patternBytes(5 * MIB)
    const table: [fault: FaultKind, code: number, err: RegExp][] = [
      ['corrupt-output', 4, /hash of bytes \d+-\d+ of the output .* does not match/],
      [
        'cut-output',
        3,
        /The request was given up after .*\nglacier-pipe: The retrieval job is kept.* run the same command again: glacier-pipe get .*\n$/,
      ],
      ['no-hash', 4, /Expected: not stated/],
      ['wrong-hash', 4, /Expected: f{64}/],
      ['error-500', 3, /run the same command again/],
      ['timeout', 3, /run the same command again/],
      ['timeout-without-body', 3, /run the same command again/],
      ['stall', 3, /No progress for 0\.2 s.*run the same command again/s],
      ['reset-before', 3, /run the same command again/],
      ['expired-job', 1, /The job ID was not found/],
    ]
    const { vault, run, put } = await vaultWorldFor(t)
    const archiveId = await put(bytes)
    const file = join(vault.dir, 'out')
    for (const [fault, code, err] of table) {
      const ways = ['--memory', '4MiB', '--concurrency', '1', '--retry-for', '300s']
      // Only a stall takes real time. No other may: on a busy machine good requests would be given up, and counted.
      const stalls = fault === 'stall'
      if (stalls) ways.push('--timeout', '0.2s')
      const get = (...args: string[]): Promise<CommandResult> =>
        run(['get', ...ways, ...args, 'docs', '--', archiveId])
      const rule = { fault, operation: 'GetJobOutput' }
      for (const nth of [1, 3, 5]) {
        vault.faults.clear()
        vault.faults.add({ ...rule, nth })
        t.match(await get('-o', file), { code: 0 }, `${fault} at range ${nth}`)
        t.ok((await readFile(file)).equals(bytes))
        await rm(file)
      }
      if (stalls) ways.push('--retry-for', '0.2s')
      for (const from of [1, 3, 5]) {
        vault.faults.clear()
        for (let nth = from; nth < from + ATTEMPTS; nth++) vault.faults.add({ ...rule, nth })
        const failed = await get('-o', '-')
        t.match(failed, { code, err }, `${fault} from range ${from} on`)
        const out = failed.outBytes
        t.ok(out.equals(bytes.subarray(0, out.length)), 'what is out is right')
        if (stalls) t.ok(out.length <= (from - 1) * MIB)
        else t.equal(out.length, (from - 1) * MIB, 'and it is what came before')
        if (code === 4) t.match(failed.err, `of bytes ${out.length}-${out.length + MIB - 1} of the output`)
      }
    }
  },
)

t.test('a file that was begun is gone on with by the same command', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const { vault, run, put } = await vaultWorldFor(t)
  const archiveId = await put(bytes)
  const file = join(vault.dir, 'out')
  const get = (): Promise<CommandResult> =>
    run([
      'get',
      '--memory',
      '4MiB',
      '--concurrency',
      '1',
      '--retry-for',
      '0',
      '-o',
      file,
      'docs',
      '--',
      archiveId,
    ])
  vault.faults.add({ fault: 'error-500', operation: 'GetJobOutput', nth: 5 })
  t.match(await get(), { code: 1, err: /Service unavailable/ })
  t.match(await get(), {
    code: 0,
    err: /Found the retrieval job .*\n.*retrieved 5\.00 MiB in 5 parts \([34] already there\)/,
  })
  t.ok((await readFile(file)).equals(bytes))
})

t.test('a range of an archive is got, with or without its end', async (t) => {
  const bytes = patternBytes(5 * MIB + 10)
  const { vault, run, put } = await vaultWorldFor(t)
  const archiveId = await put(bytes)
  const file = join(vault.dir, 'out')
  for (const [range, start, end] of [
    ['1MiB-2MiB', MIB, 2 * MIB],
    ['1000-2999999', 1000, 3_000_000],
    ['3MiB-', 3 * MIB, bytes.length],
  ] as const) {
    t.match(await run(['get', '--range', range, '-o', file, 'docs', '--', archiveId]), { code: 0 }, range)
    t.ok((await readFile(file)).equals(bytes.subarray(start, end)), range)
  }
  const elsewhere = join(vault.dir, 'other.jsonl')
  const unknown = ['get', '--catalog', elsewhere, 'docs', '-o', file]
  t.match(await run([...unknown, '--range', '3MiB-', '--', archiveId]), { code: 2, err: /Give the end/ })
  t.match(await run([...unknown, '--range', '3MiB-4MiB', '--', archiveId]), { code: 0 })
  t.match(await run(['get', 'docs', '--range', '4MiB-6MiB', '--', archiveId]), {
    code: 2,
    err: /within the archive/,
  })
  for (const range of ['5', '1-2-3', '2MiB-1MiB', 'x-y', '-5']) {
    t.match(await run(['get', 'docs', `--range=${range}`, '--', archiveId]), { code: 2 }, range)
  }
})

t.test('a job is started, not waited for, listed, and its output got hours later', async (t) => {
  const { vault, run, put } = await vaultWorldFor(t, { jobDelay: 4 * 3_600_000 })
  const archiveId = await put('hello world')
  const started = await run(['get', '--no-wait', 'docs', '--', archiveId])
  t.match(started, { code: 0, out: /^[\w-]{92}\n$/, err: /run the same command without --no-wait/ })
  const jobId = started.out.trim()
  t.match(await run(['get', '--no-wait', '--json', '-q', 'docs', '--', archiveId]), {
    out: new RegExp(
      `^\\{"jobId":"${jobId}","tier":"Standard","expectedFrom":"[^"]+Z","expectedTo":"[^"]+Z"\\}\n$`,
    ),
    err: /^$/,
  })
  t.match(await run(['jobs', 'docs']), {
    code: 0,
    out: new RegExp(
      `^\\d{4}-\\S+Z  Standard   ${archiveId}  ${jobId}  in progress, expected between \\S+Z and \\S+Z\\n$`,
    ),
  })
  await vault.control.completeJobs()
  t.match(await run(['jobs', 'docs']), { out: / {2}ready until at least \d{4}-\S+Z\n$/ })
  t.match(await run(['get', 'docs', `--job=${jobId}`]), {
    code: 0,
    out: 'hello world',
    err: /Found the retrieval job/,
  })
  t.match(await run(['jobs', 'docs', '--json']), { out: /"readyUntil":"\d{4}/ })
  await run([
    'get',
    '--no-wait',
    '-q',
    '--range',
    '0-1MiB',
    'docs',
    '--catalog',
    join(t.testdir(), 'none.jsonl'),
    '--',
    await put(patternBytes(2 * MIB)),
  ])
  t.match(await run(['jobs', 'docs']), {
    out: / {2}[\w-]{138} bytes 0-1048576 {2}[\w-]{92} {2}in progress, expected/,
  })
  await vault.control.failJobs('No.')
  const { out } = await run(['jobs', 'docs'])
  t.match(out, / {2}failed\n/)
  const part = /bytes 0-1048576 {2}([\w-]{92})/.exec(out)?.[1] ?? ''
  t.match(await run(['get', 'docs', `--job=${part}`]), { code: 1, err: /failed: No\./ })
  const inventory = await run(['inventory', 'docs', '--job', 'x'])
  t.match(inventory, { code: 1, err: /The job ID was not found: x/ })
  for (const args of [
    ['get', 'docs'],
    ['get', 'docs', '--job', 'x', '--', archiveId],
  ]) {
    t.match(await run(args), { code: 2, err: /Give either archives, --match PATTERN for .*, or --job ID\./ })
  }
  t.match(await run(['get', 'docs', '--job', 'x', '--range', '0-5']), {
    code: 2,
    err: /--range cannot be used with --job/,
  })
})

t.test('an inventory is a table, CSV, or JSON, and its job no archive', async (t) => {
  const { run, put, vault } = await vaultWorldFor(t)
  const first = await put('hello world', '--description', 'say "hi", all')
  const table = await run(['inventory', 'docs'])
  t.match(table, { code: 0, err: /Started the inventory job [\w-]{92}\. Waiting/ })
  t.match(table.out, new RegExp(`^\\d{4}-\\S+Z {8}11 B  ${first}  say "hi", all\\n$`))
  const json = await run(['inventory', 'docs', '--json', '-q'])
  t.match(JSON.parse(json.out), { archiveId: first, size: 11, name: 'say "hi", all', treeHash: /^b94d27/ })
  t.equal(json.err, '')
  const csv = await run(['inventory', 'docs', '--csv'])
  t.match(csv.out, /^archiveId,name,creationDate,size,treeHash,description\n/)
  t.match(csv.out, `${first},"say ""hi"", all",`)
  t.match(csv.err, /Found the inventory job/)
  t.match(await run(['inventory', 'docs', '--since', '2000-01-01', '--before', '2001-01-01']), {
    code: 0,
    out: '',
  })
  t.match(await run(['inventory', 'docs', '--since', 'soon']), { code: 2, err: /2026-01-31/ })
  const jobs = await run(['jobs', 'docs'])
  t.match(jobs.out, / {2}- {10}inventory JSON {2}[\w-]{92} {2}ready until/)
  const jobId = /inventory JSON {2}([\w-]{92})/.exec(jobs.out)?.[1] ?? ''
  t.match(await run(['get', 'docs', `--job=${jobId}`]), {
    code: 2,
    err: /of an inventory\. Read it with: glacier-pipe inventory/,
  })
  t.match(await run(['inventory', 'docs', '--retry-for', '1h', `--job=${jobId}`]), { code: 0 })
  await vault.close()
})

t.test('archives are deleted where it is meant, and the catalog knows', async (t) => {
  const { run, put, catalog } = await vaultWorldFor(t)
  const ids = [await put('one'), await put('two'), await put('three')]
  const [first = ''] = ids
  t.match(await run(['rm', 'docs', '--', first]), {
    code: 2,
    err: /no terminal to ask for confirmation\. Give --yes/,
  })
  t.match(await run(['rm', '--yes', 'docs', '--', first]), {
    code: 0,
    err: /is charged for until \d{4}-\d\d-\d\d, 90 days .*\n.*1 archive deleted/,
  })
  t.equal((await run(['ls'])).out.trim().split('\n').length, 2)
  t.match(await run(['get', 'docs', '--', first]), { code: 1, err: /archive ID was not found/ })
  t.match(await run(['rm', '-q', '--yes', 'docs', '--', first]), { code: 0 }, 'again')
  t.match(await run(['rm', '--yes', 'docs', '--', 'x']), { code: 2, err: /has no archive "x" in docs/ })
  t.match(await run(['vault', 'rm', 'docs']), {
    code: 1,
    err: /its last inventory is empty.*glacier-pipe empty NAME/,
  })
  t.match(await run(['empty', 'docs']), { code: 2, err: /--yes/ })
  t.match(await run(['empty', '--yes', '--concurrency', '1', 'docs']), {
    code: 0,
    err: /2 archives deleted.*\n.*To delete the vault too, wait about a day until its next inventory/,
  })
  t.match(await run(['empty', '--yes', '-q', 'docs']), { code: 0, err: '' })
  t.match(await run(['vault', 'rm', 'docs']), { code: 0 })
  const before = Date.now() - 100 * 86_400_000
  const old = (await readFile(catalog, 'utf8')).split('\n').find((line) => line.includes('"archive"')) ?? ''
  const archive = {
    ...(JSON.parse(old) as object),
    archiveId: 'o'.repeat(138),
    time: new Date(before).toISOString(),
  }
  await appendFile(catalog, `${JSON.stringify(archive)}\n`)
  t.notMatch(
    (await run(['rm', 'docs', '--yes', '--', 'o'.repeat(138)])).err,
    /charged/,
    'it is older than that',
  )
})

t.test('emptying a vault goes on where it stopped, and takes what no inventory has', async (t) => {
  const { run, put, vault } = await vaultWorldFor(t, { inventoryInterval: 86_400_000 })
  for (let i = 0; i < 5; i++) await put(`archive ${i}`)
  await vault.control.takeInventory('docs')
  await put('stored since')
  vault.faults.add({ fault: 'error-500', operation: 'DeleteArchive', nth: 3 })
  vault.faults.add({ fault: 'expired-upload', operation: 'DeleteArchive', nth: 4 })
  t.match(await run(['empty', '--yes', '--concurrency', '2', 'docs']), { code: 1, err: /404|not found/ })
  vault.faults.clear()
  const asked = vault.traffic.of('DeleteArchive').carriedOut
  t.match(await run(['empty', '--yes', 'docs']), { code: 0 })
  t.equal(vault.traffic.of('DeleteArchive').carriedOut, 6, `${asked} were not deleted again`)
  t.equal((await run(['ls'])).out, '')
})

t.test('at a terminal it asks, and a no is a no', async (t) => {
  const { vault, catalog, put } = await vaultWorldFor(t)
  const archiveId = await put('one')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const answered = async (answer: string): Promise<{ code: number; err: string }> => {
    const it = stage(Buffer.alloc(0), ['stdin', 'stderr'], {}, new VirtualClock())
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.write(`${answer}\n`)
    const code = await runHere(['rm', ...where, 'docs', '--', archiveId], { ...it, io: { ...it.io, stdin } })
    return { code, err: it.err() }
  }
  t.match(await answered('n'), {
    code: 1,
    err: /Delete the archive from docs permanently\? \[y\/N\] .*Nothing was deleted/s,
  })
  t.match(await answered(''), { code: 1 })
  t.match(await answered('yes'), { code: 0, err: /1 archive deleted/ })
})

t.test('a file is held against what is stored, without retrieving it', async (t) => {
  const bytes = patternBytes(2 * MIB + 1)
  const { run, put, vault, catalog } = await vaultWorldFor(t)
  const archiveId = await put(bytes)
  const file = join(vault.dir, 'backup')
  await writeFile(file, bytes)
  t.match(await run(['verify', file, 'docs', '--', archiveId]), { code: 0, out: `${file}: OK\n` })
  t.match(JSON.parse((await run(['verify', file, 'docs', '--json', '--', archiveId])).out), {
    size: bytes.length,
    treeHash: treeHashOf(bytes),
  })
  await rm(catalog)
  t.match(await run(['verify', file, 'docs', '--', archiveId]), {
    code: 2,
    err: /Give --inventory to compare/,
  })
  t.match(await run(['verify', '--inventory', file, 'docs', '--', archiveId]), { code: 0 })
  t.match(await run(['verify', '--inventory', file, 'docs', 'x'.repeat(138)]), {
    code: 1,
    err: /has no archive x/,
  })
  await writeFile(file, bytes.subarray(1))
  t.match(await run(['verify', '--inventory', file, 'docs', '--', archiveId]), {
    code: 4,
    err: /expected 2097153 bytes/,
  })
  await writeFile(file, patternBytes(2 * MIB + 1, 5))
  t.match(await run(['verify', '--inventory', file, 'docs', '--', archiveId]), {
    code: 4,
    err: /does not match/,
  })
})

t.test('hashes are checked in the manner of sha256sum', async (t) => {
  const { run, vault } = await vaultWorldFor(t)
  const [a, b] = [join(vault.dir, 'a'), join(vault.dir, 'b')]
  await writeFile(a, 'hello world')
  await writeFile(b, 'hello world')
  const { out: list } = await run(['hash', a, b])
  t.match(await run(['hash', '--check'], list), { code: 0, out: `${a}: OK\n${b}: OK\n` })
  await writeFile(join(vault.dir, 'list'), list)
  await writeFile(b, 'hello')
  t.match(await run(['hash', '-c', join(vault.dir, 'list')]), {
    code: 4,
    out: `${a}: OK\n${b}: FAILED\n`,
    err: /The hash of .*b does not match/,
  })
  await rm(a)
  t.match(await run(['hash', '-c', '--quiet', join(vault.dir, 'list')]), {
    code: 4,
    out: `${a}: FAILED open or read\n${b}: FAILED\n`,
    err: /a: no such file or directory \(ENOENT\)\n.*The hash of .*b does not match/,
  })
  t.match(await run(['hash', '-c', '--json', join(vault.dir, 'list')]), {
    out: /\{"file":".*","ok":false\}\n/,
  })
  const stopping = stage(Buffer.from(list))
  stopping.interrupt.abort('SIGINT')
  t.equal(await runHere(['hash', '--check'], stopping), 130)
})
