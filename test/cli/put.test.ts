import { once } from 'node:events'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { readCatalog } from '../../lib/catalog/catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { LocalVault, LocalVaultOptions } from '../../lib/local/index.js'
import { resumeCommand } from '../../lib/cli/resume.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { ended, partsIn, run, runHere, serve, stage, start, type Ended } from '../helpers/command.js'
import { clientFor, localVaultFor } from '../helpers/local-vault.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const MIB = 1_048_576

/** Runs a command in this process, on the local vault of a folder. */
async function here(
  dir: string,
  args: readonly string[],
  input: Uint8Array = Buffer.alloc(0),
  terminals: Parameters<typeof stage>[1] = [],
): Promise<{ code: number; out: string; err: string }> {
  const it = stage(input, terminals, {}, new VirtualClock())
  const code = await runHere([...args, '--local-dir', dir], it)
  return { code, out: it.out(), err: it.err() }
}

async function recordsOf(file: string): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const record of readCatalog(file)) records.push(record)
  return records
}

/** A local vault in this process, for commands in others: how they reach it, and what came of them is counted here. */
async function vaultFor(
  test: Test,
  dir: string,
  options: Partial<LocalVaultOptions> = {},
): Promise<{ vault: LocalVault; where: string[]; keys: NodeJS.ProcessEnv; catalog: string }> {
  const vault = await localVaultFor(test, { dir, createVaults: true, ...options })
  const catalog = join(dir, 'catalog.jsonl')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const { accessKeyId, secretAccessKey } = vault.credentials
  return {
    vault,
    where,
    keys: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    catalog,
  }
}

/** Puts a stream with the built command. */
async function put(args: readonly string[], keys: NodeJS.ProcessEnv, source: Readable): Promise<Ended> {
  const child = start(['put', 'docs', '--part-size', '1MiB', ...args], keys)
  child.stdin.on('error', () => undefined)
  source.pipe(child.stdin)
  return ended(child)
}

t.test('an archive is in the catalog before its ID is printed, and ls lists it', async (t) => {
  const dir = t.testdir()
  const one = await here(dir, ['put', 'docs', '--description', 'Größe \u001b[2J'], Buffer.from('hello world'))
  const two = await here(dir, ['put', 'other', '--part-size', '1MiB'], patternBytes(2 * MIB))
  t.match([one, two], [{ code: 0 }, { code: 0 }])
  const records = await recordsOf(join(dir, 'catalog.jsonl'))
  t.match(records, [
    {
      type: 'archive',
      archiveId: one.out.trim(),
      vaultName: 'docs',
      size: 11,
      region: 'us-east-1',
      endpoint: /^local:[0-9a-f-]{36}$/,
    },
    { type: 'begun', vaultName: 'other', partSize: MIB, accountId: '111122223333' },
    { type: 'completing' },
    { type: 'archive', archiveId: two.out.trim(), treeHash: treeHashOf(patternBytes(2 * MIB)) },
  ])
  const all = await here(dir, ['ls'])
  t.match(all.out.split('\n'), [
    new RegExp(`^\\d{4}-\\S+Z {8}11 B  docs  ${one.out.trim()}  Größe \\\\u001b\\[2J$`),
    new RegExp(`^\\S+Z {4}2\\.00 MiB  other  ${two.out.trim()}$`),
    '',
  ])
  t.equal((await here(dir, ['ls', 'other'])).out.split('\n').length, 2)
  t.match(JSON.parse((await here(dir, ['ls', 'docs', '--json'])).out), {
    type: 'archive',
    archiveId: one.out.trim(),
  })
  t.match(await here(dir, ['ls', '--catalog', join(dir, 'none')]), { code: 0, out: '' })
})

t.test('a catalog that cannot be written to is told before anything is sent', async (t) => {
  const dir = t.testdir({ file: 'x' })
  const found = await here(dir, ['put', 'docs', '--catalog', join(dir, 'file', 'catalog')], Buffer.from('x'))
  t.match(found, { code: 1, out: '', err: /The catalog \S+\/file\/catalog cannot be written: / })
  t.match(
    await here(dir, ['vault', 'show', 'docs']),
    { code: 1, err: /Vault not found/ },
    'the vault was not even made',
  )
})

t.test('open uploads are listed, and aborted', async (t) => {
  const dir = t.testdir()
  const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--description', 'db'])
  const { uploadId, partial } = await stopAfterParts(child, dir)
  t.match(partial, { code: 130 })
  t.match(await here(dir, ['uploads', 'docs']), {
    out: new RegExp(`^\\S+Z {2}1\\.00 MiB  ${uploadId}  db\\n$`),
  })
  t.match(JSON.parse((await here(dir, ['uploads', 'docs', '--json'])).out), {
    uploadId,
    partSize: MIB,
    description: 'db',
  })
  t.match(await here(dir, ['uploads', 'docs', `--abort=${uploadId}`]), {
    code: 0,
    err: /The upload is aborted/,
  })
  t.match(
    await here(dir, ['uploads', 'docs', `--abort=${uploadId}`, '-q']),
    { code: 0, err: '' },
    'as the service allows',
  )
  t.match(await here(dir, ['uploads', 'docs']), { code: 0, out: '' })
  const records = await recordsOf(join(dir, 'catalog.jsonl'))
  t.match(records.at(-1), { type: 'aborted', uploadId, vaultName: 'docs' })
  t.match(await here(dir, ['uploads', 'docs', '--abort', 'x']), {
    code: 1,
    err: /The upload ID was not found/,
  })
})

/** Interrupts a put once it has begun an upload; its ID as stderr has it. */
async function stopAfterParts(
  child: ReturnType<typeof start>,
  dir: string,
): Promise<{ uploadId: string; partial: Ended }> {
  child.stdin.on('error', () => undefined)
  child.stdin.write(patternBytes(3 * MIB))
  await partsIn(dir, 3)
  child.kill('SIGINT')
  const partial = await ended(child)
  return { partial, uploadId: /--upload-id=(\S+)/.exec(partial.stderr)?.[1] ?? '' }
}

t.test('what was stopped is gone on with, by its ID or as the last one of the vault', async (t) => {
  for (const by of ['--upload-id', '--resume', 'the command it printed']) {
    const dir = t.testdir()
    const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--description', 'db'])
    const { uploadId, partial } = await stopAfterParts(child, dir)
    const bytes = patternBytes(5 * MIB)
    const printed = /glacier-pipe put (.*)\n/.exec(partial.stderr)?.[1]?.split(' ') ?? []
    const found =
      by === 'the command it printed'
        ? await run(['put', ...printed], Readable.from([bytes]))
        : await run(
            ['put', 'docs', '--local-dir', dir, by === '--resume' ? by : `--upload-id=${uploadId}`],
            Readable.from([bytes]),
          )
    t.match(found, { code: 0, stdout: /^/ }, found.stderr)
    const get = await run(['get', '--local-dir', dir, 'docs', '--', found.stdout.toString().trim()])
    t.ok(get.stdout.equals(bytes), by)
    t.match((await recordsOf(join(dir, 'catalog.jsonl'))).at(-1), {
      type: 'archive',
      description: 'db',
      uploadId,
    })
  }
})

t.test('--resume with nothing unfinished begins anew, and says so', async (t) => {
  const dir = t.testdir()
  const put = ['put', 'docs', '--resume', '--part-size', '1MiB']
  t.match(await here(dir, put, patternBytes(2 * MIB)), {
    code: 0,
    err: /No upload to docs is unfinished: a new one is begun/,
  })
  t.match(await here(dir, [...put, '-q'], patternBytes(2 * MIB)), { code: 0, err: '' })
  t.match(await here(dir, [...put, '--upload-id', 'x']), { code: 2, err: /give one of them/ })
})

t.test('--resume goes by vault and description, and leaves alone what the service has no more', async (t) => {
  const dir = t.testdir()
  const begun = (uploadId: string, more: object = {}): string =>
    `${JSON.stringify({ type: 'begun', time: '2026-01-01T00:00:00.000Z', region: 'us-east-1', endpoint: 'local', vaultName: 'docs', partSize: MIB, uploadId, volume: 1, ...more })}\n`
  const catalog = join(dir, 'catalog.jsonl')
  await here(dir, ['vault', 'create', 'docs'])
  const text =
    begun('gone') +
    begun('elsewhere', { vaultName: 'other' }) +
    begun('abroad', { region: 'eu-west-1' }) +
    begun('named', { description: 'db' })
  await writeFile(catalog, text)
  const named = await here(dir, ['put', 'docs', '--resume', '--description', 'db'], patternBytes(5))
  t.match(named, {
    code: 0,
    err: /Going on with named, begun 2026-01-01T00:00:00\.000Z\.\n.*The service has that upload no more: .* A new one is begun\./,
  })
  t.match((await recordsOf(catalog)).slice(-2), [{ type: 'ended', uploadId: 'named' }, { type: 'archive' }])
  const last = await here(dir, ['put', 'docs', '--resume', '-q'], patternBytes(5))
  t.match(last, { code: 0, err: '' })
  t.match((await recordsOf(catalog)).slice(-2), [{ type: 'ended', uploadId: 'gone' }, { type: 'archive' }])
  const asked = await here(dir, ['put', 'docs', '--upload-id', 'elsewhere'], patternBytes(5))
  t.match(asked, { code: 1, err: /The service has no open upload elsewhere: .*start again/ })
  t.match(
    await here(dir, ['put', 'nowhere', '--upload-id', 'x', '--catalog', join(dir, 'new')], Buffer.from('x')),
    { code: 1 },
  )
})

t.test('a file shorter than what was uploaded is refused before anything is sent', async (t) => {
  const dir = t.testdir({ short: patternBytes(MIB + 5) })
  const child = start(['put', 'docs', '--local-dir', join(dir, 'v'), '--part-size', '1MiB'])
  const { vault, where, keys, catalog } = await vaultFor(t, join(dir, 'v'))
  const { uploadId } = await stopAfterParts(child, join(dir, 'v'))
  const whole = vault.traffic.of('UploadMultipartPart')
  const found = await ended(
    start(['put', 'docs', join(dir, 'short'), `--upload-id=${uploadId}`, ...where], keys),
  )
  t.match(found, {
    code: 3,
    stderr: /Bytes 1048581-\d+ were uploaded, but the source ends at 1048581\. Nothing was changed/,
  })
  t.match(
    found.stderr,
    new RegExp(
      `To go on, pipe in the same again: glacier-pipe put .*--upload-id=${uploadId} docs \\S+/short\\n`,
    ),
  )
  t.strictSame(vault.traffic.of('UploadMultipartPart'), whole, 'nothing was sent')
  t.equal(catalog, join(dir, 'v', 'catalog.jsonl'))
})

t.test('a stream of several volumes comes back as one, by the ID of its first or by all', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(5 * MIB + 1)
  const volumes = ['--part-size', '1MiB', '--max-archive-size', '2MiB']
  const stored = await here(dir, ['put', 'docs', ...volumes], bytes)
  t.match(stored, { code: 0, err: /Volume 2 is stored\. Its ID is \S+\.\n.*Volume 3 is stored/ })
  const ids = stored.out.trim().split('\n')
  t.equal(ids.length, 3)
  const bytesOf = async (...args: string[]): Promise<Buffer> =>
    (await run(['get', '--local-dir', dir, ...args])).stdout
  t.ok((await bytesOf('docs', '--', ids[0] ?? '')).equals(bytes))
  t.ok((await bytesOf('docs', '--', ...ids)).equals(bytes))
  t.ok((await bytesOf('--no-volumes', 'docs', '--', ids[0] ?? '')).equals(bytes.subarray(0, 2 * MIB)))
  t.ok((await bytesOf('docs', '--', ids[1] ?? '')).equals(bytes.subarray(2 * MIB, 4 * MIB)))
  t.ok(
    (await bytesOf('--catalog', join(dir, 'none'), 'docs', '--', ids[0] ?? '')).equals(
      bytes.subarray(0, 2 * MIB),
    ),
  )

  const refused = await here(dir, ['put', 'docs', ...volumes, '--no-volumes'], bytes)
  t.match(refused, {
    code: 1,
    out: '',
    err: /The source is longer than 2 parts of 1048576 bytes\. Start again with a larger part size/,
  })
})

t.test('a stream that fails between two volumes is gone on with, and until then is not whole', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(3 * MIB)
  const { vault, where, keys, catalog } = await vaultFor(t, dir)
  vault.faults.add({ operation: 'InitiateMultipartUpload', nth: 2, fault: 'expired-upload' })
  const args = ['--max-archive-size', '2MiB', ...where]
  const failed = await put(args, keys, Readable.from([bytes, bytes]))
  t.match(failed, {
    code: 3,
    stderr:
      /Volume 1 is stored\. Its ID is \S+\.\n.*not found.*\n.*To go on, .*: … \| glacier-pipe put .* --resume docs\n/,
  })
  const first = /Its ID is ([\w-]+)/.exec(failed.stderr)?.[1] ?? ''
  const half = await ended(start(['get', ...where, 'docs', '--', first], keys))
  t.ok(half.stdout.equals(bytes.subarray(0, 2 * MIB)))
  const whole = await put(['--resume', '--json', ...args], keys, Readable.from([bytes, bytes]))
  t.match(whole, { code: 0, stderr: /Going on after volume 1, begun / })
  const archives = whole.stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  t.match(archives, [
    { archiveId: first, volume: 1 },
    { volume: 2, firstVolume: first },
    { volume: 3, firstVolume: first },
  ])
  t.equal(vault.traffic.of('UploadMultipartPart').carriedOut, 6, 'each part once')

  // The same with the last volume's record lost: what there is comes, with a word about it.
  const lines = (await readFile(catalog, 'utf8')).trimEnd().split('\n')
  await writeFile(catalog, `${lines.slice(0, -1).join('\n')}\n`)
  const torn = await ended(start(['get', ...where, '-q', 'docs', '--', first], keys))
  t.match(torn, {
    code: 0,
    stderr: /first of 2 volumes, which are all retrieved, but the last is not among them/,
  })
})

t.test(
  'killed at half the way, --resume sends no finished part again, and the archive is the same',
  async (t) => {
    const dir = t.testdir()
    const size = 32 * MIB
    const { vault, where, keys, catalog } = await vaultFor(t, dir)
    const undisturbed = JSON.parse(
      (await put(['--json', ...where], keys, patternSource(size, 65_536))).stdout.toString(),
    ) as { treeHash: string }
    const client = clientFor(t, vault)
    for (const torn of [false, true]) {
      const before = vault.traffic.of('UploadMultipartPart').carriedOut
      const child = start(['put', 'docs', '--part-size', '1MiB', ...where], keys)
      child.stdin.on('error', () => undefined)
      child.stdin.write(patternBytes(size).subarray(0, size / 2))
      while (vault.traffic.of('UploadMultipartPart').carriedOut < before + 16)
        await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
      t.match(await ended(child), { code: null })
      if (torn) {
        // Half of the last line is gone: that of the upload itself. It is then asked for by its ID.
        const text = await readFile(catalog)
        await truncate(
          catalog,
          text.length - Math.floor((text.length - text.lastIndexOf('\n', text.length - 2)) / 2),
        )
      }
      const { items } = await client.listUploads({ vaultName: 'docs' })
      t.equal(items.length, 1)
      const uploadId = items[0]?.uploadId ?? ''
      const there = (await client.listParts({ vaultName: 'docs', uploadId })).items.length
      t.equal(there, 16)
      const sent = vault.traffic.of('UploadMultipartPart').bytes
      const resumed = await put(
        [torn ? `--upload-id=${uploadId}` : '--resume', '--json', '--progress', 'always', ...where],
        keys,
        patternSource(size, 65_536),
      )
      t.match(resumed, { code: 0, stderr: new RegExp(`\\(${there} were there\\)`) })
      t.match(JSON.parse(resumed.stdout.toString()), { treeHash: undisturbed.treeHash, size, parts: 32 })
      t.equal(
        vault.traffic.of('UploadMultipartPart').bytes - sent,
        size - there * MIB,
        'not a byte of a finished part',
      )
    }
  },
)

t.test('killed when the archive is stored and not yet recorded, --resume ends in its ID', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(3 * MIB)
  const { vault, where, keys, catalog } = await vaultFor(t, dir)
  vault.faults.add({ operation: 'CompleteMultipartUpload', fault: 'lose-answer' })
  const child = start(['put', 'docs', '--part-size', '1MiB', ...where], keys)
  child.stdin.end(bytes)
  while (vault.traffic.of('CompleteMultipartUpload').carriedOut === 0)
    await new Promise((resolve) => setImmediate(resolve))
  child.kill('SIGKILL')
  await ended(child)
  vault.faults.clear()
  const sent = vault.traffic.of('UploadMultipartPart').requests
  const resumed = await put(['--resume', ...where], keys, Readable.from([bytes]))
  t.match(resumed, { code: 0 })
  t.equal(vault.traffic.of('UploadMultipartPart').requests, sent, 'no part was sent')
  t.match((await recordsOf(catalog)).at(-1), {
    type: 'archive',
    archiveId: resumed.stdout.toString().trim(),
    size: 3 * MIB,
  })
  const get = await ended(start(['get', ...where, 'docs', '--', resumed.stdout.toString().trim()], keys))
  t.ok(get.stdout.equals(bytes))
})

t.test('a server that is killed and started again meanwhile is waited for', async (t) => {
  const dir = t.testdir()
  const first = await serve(t, dir)
  const where = [
    '--endpoint',
    first.endpoint,
    '--region',
    first.region,
    '--catalog',
    join(dir, 'catalog.jsonl'),
  ]
  await ended(start(['vault', 'create', 'docs', ...where], first.keys))
  const bytes = patternBytes(12 * MIB)
  const child = start(['put', 'docs', '--part-size', '1MiB', '--progress', 'always', ...where], first.keys)
  child.stdin.write(bytes.subarray(0, 4 * MIB))
  await partsIn(dir, 3)
  first.process.kill('SIGKILL')
  await once(first.process, 'exit')
  child.stdin.end(bytes.subarray(4 * MIB))
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  while (!/ECONNREFUSED.*Attempt \d+ follows in \d+ s/.test(err)) await once(child.stderr, 'data')
  await serve(t, dir, new URL(first.endpoint).port)
  const found = await ended(child)
  t.match(found, { code: 0 })
  const get = await ended(start(['get', ...where, 'docs', '--', found.stdout.toString().trim()], first.keys))
  t.ok(get.stdout.equals(bytes))
})

t.test('a server that takes everything and answers nothing does not hold a put for ever', async (t) => {
  const dir = t.testdir()
  const { vault, where, keys } = await vaultFor(t, dir)
  vault.faults.add({ operation: 'UploadMultipartPart', fault: 'stall' })
  const found = await put(
    ['--timeout', '0.3s', '--retry-for', '1s', ...where],
    keys,
    Readable.from([patternBytes(3 * MIB)]),
  )
  t.match(found, {
    code: 3,
    stderr: /Nothing moved for 0\.3 s.* Given up after \d+ attempts in \d s\. The upload is kept/,
  })
  t.match(found.stderr, /To go on, pipe in the same again: … \| glacier-pipe put .*--upload-id=\S+ docs\n/)
})

t.test('a rate limit holds what is sent to it', async (t) => {
  const dir = t.testdir()
  const args = ['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--limit-rate', '4MiB']
  const started = performance.now()
  const found = await run(args, patternBytes(4 * MIB))
  t.match(found, { code: 0 })
  // No test of speed: it cannot be faster than it may, less the first taking of each.
  t.ok(performance.now() - started > 900, `${performance.now() - started} ms`)
  t.match(await here(dir, ['put', 'docs', '--limit-rate', '0'], Buffer.from('x')), {
    code: 2,
    err: /from 1 up/,
  })
})

t.test('any number of threads may hash', async (t) => {
  const dir = t.testdir()
  const args = ['put', 'docs', '--local-dir', dir, '--part-size', '2MiB', '--json']
  const bytes = patternBytes(7 * MIB)
  for (const count of ['0', '1', '3']) {
    const { stdout } = await run([...args, '--hash-threads', count], bytes)
    t.match(JSON.parse(stdout.toString()), { treeHash: treeHashOf(bytes), parts: 4 }, `${count} threads`)
  }
  const wrong = await here(dir, ['put', 'docs', '--hash-threads', 'all'], Buffer.from('x'))
  t.match(wrong, { code: 2, err: /number of threads, 0 for none/ })
})

t.test('the command to go on with is one a shell takes as it is meant', async (t) => {
  const local = { onFailure: 'keep', volumes: true, progress: 'auto', local: true } as const
  t.equal(resumeCommand('docs', undefined, '-u', local), '… | glacier-pipe put --local --upload-id=-u docs')
  t.equal(
    resumeCommand('docs', "it's $HOME.tar", undefined, {
      ...local,
      local: false,
      catalog: 'a b',
      profile: 'p',
    }),
    "glacier-pipe put --profile=p '--catalog=a b' --resume docs 'it'\\''s $HOME.tar'",
  )
  t.equal(
    resumeCommand('docs', '-', 'u', { ...local, local: false }),
    '… | glacier-pipe put --upload-id=u docs',
  )
})

t.test('the address of the environment is part of where an archive is', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const env = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: vault.endpoint,
    AWS_REGION: vault.region,
  }
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.teardown(() => {
    process.env = before
  })
  const catalog = join(vault.dir, 'catalog.jsonl')
  const it = stage(Buffer.from('x'), [], env)
  t.equal(await runHere(['put', 'docs', '--catalog', catalog], it), 0, it.err())
  t.match(await recordsOf(catalog), [{ type: 'archive', endpoint: vault.endpoint, region: vault.region }])
})

t.test('--dry-run says what would be done, and does nothing', async (t) => {
  const dir = t.testdir({ file: Buffer.alloc(5 * MIB) })
  const known = await here(dir, [
    'put',
    'docs',
    join(dir, 'file'),
    '--dry-run',
    '--part-size',
    '1MiB',
    '--max-archive-size',
    '3MiB',
  ])
  t.match(known, { code: 0, err: '' })
  t.equal(
    known.out,
    [
      'part size   1.00 MiB',
      'at once     8 requests',
      'memory      10.0 MiB of parts, of 256.0 MiB allowed',
      'an archive  holds 3.00 MiB in 3 parts; then the stream goes on in another',
      '5.00 MiB    would be 5 parts in 2 archives: 9 requests',
      '',
    ].join('\n'),
  )
  const unknown = await here(dir, ['put', 'docs', '--dry-run', '--no-volumes'], Buffer.from('x'))
  t.match(unknown.out, /an archive {2}holds 156\.3 GiB in 10000 parts; more is an error\n$/)
  const json = await here(dir, ['put', 'docs', '--dry-run', '--json', '--expected-size', '2TB'])
  t.match(JSON.parse(json.out), {
    partSize: 64 * MIB,
    size: 2e12,
    forecast: { volumes: 3, parts: 29_803, requests: 29_809 },
  })
  t.match(await here(dir, ['put', 'docs', '--dry-run', '--expected-size', '2TB', '--no-volumes']), {
    code: 2,
  })
  t.match(await here(dir, ['vault', 'show', 'docs']), { code: 1 }, 'nothing was made')
})

t.test('progress says how many are sent at once, and how many parts were there', async (t) => {
  const dir = t.testdir()
  const it = stage(patternBytes(3 * MIB), ['stderr'])
  t.equal(await runHere(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB'], it), 0)
  t.match(it.err(), /stored 3\.00 MiB in 3 parts, .*\n$/)
})

t.test('serve fails requests as it is told', async (t) => {
  const it = stage()
  const dir = t.testdir()
  const fault = (rule: string): string[] => ['--fault', rule]
  const rules = [...fault('ListVaults:nth=1:throttle'), ...fault('UploadArchive:every=2,times=3:stall')]
  const served = runHere(['serve', '--dir', dir, ...rules], it)
  while (it.out() === '') await new Promise((resolve) => setImmediate(resolve))
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
  for (const [rule, err] of [
    ['fire', /no fault 'fire'/],
    ['Upload:stall', /no operation 'Upload'/],
    ['nth=0:stall', /Write a fault as OPERATION:every=3:KIND/],
    ['nth=1,every=2:stall', /nth or every, not both/],
  ] as const) {
    const wrong = stage()
    t.equal(await runHere(['serve', '--dir', dir, ...fault(rule)], wrong), 2)
    t.match(wrong.err(), err)
  }
})
