import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { commandHere, ended, start } from '../../../helpers/command.js'
import { clientFor } from '../../../helpers/local-vault.js'
import { patternBytes, patternSource } from '../../../helpers/pattern-source.js'
import { here, put, recordsOf, stopAfterParts, vaultFor } from '../../../helpers/put.js'
import { MIB } from '../../../../lib/sizes.js'

t.test('what was stopped is continued, by its ID or by its name', async (t) => {
  for (const by of ['--upload-id', '--resume', 'the command it printed']) {
    const dir = t.testdir()
    const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--description', 'db'])
    const { uploadId, partial } = await stopAfterParts(child, dir)
    const bytes = patternBytes(5 * MIB)
    const printed = /glacier-pipe put (.*)\n/.exec(partial.stderr)?.[1]?.split(' ') ?? []
    const found =
      by === 'the command it printed'
        ? await commandHere(['put', ...printed], {}, bytes)
        : await commandHere(
            [
              'put',
              'docs',
              '--local-dir',
              dir,
              ...(by === '--resume' ? [by, '--name', 'db'] : [`--upload-id=${uploadId}`]),
            ],
            {},
            bytes,
          )
    t.match(found, { code: 0, stdout: /^/ }, found.stderr)
    const get = await commandHere(['get', '--local-dir', dir, 'docs', '--', found.stdout.toString().trim()])
    t.ok(get.stdout.equals(bytes), by)
    t.match((await recordsOf(join(dir, 'catalog.jsonl'))).at(-1), {
      type: 'archive',
      description: 'db',
      uploadId,
      name: 'db',
    })
  }
})

t.test('a name is the same in each form of Unicode', async (t) => {
  const composed = 'caf\u00e9.tar'
  for (const [first, second] of [
    [composed, composed.normalize('NFD')],
    [composed.normalize('NFD'), composed],
  ] as const) {
    const dir = t.testdir()
    const child = start(['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--name', first])
    const { uploadId } = await stopAfterParts(child, dir)
    t.match(await here(dir, ['put', 'docs', '--resume', '--name', second], patternBytes(4 * MIB)), {
      code: 0,
    })
    t.match((await recordsOf(join(dir, 'catalog.jsonl'))).at(-1), { type: 'archive', uploadId })
  }
})

t.test('--resume with nothing unfinished starts a new upload, and says so', async (t) => {
  const dir = t.testdir()
  const put = ['put', 'docs', '--resume', '--part-size', '1MiB']
  t.match(await here(dir, put, patternBytes(2 * MIB)), {
    code: 0,
    err: /No upload without a name to docs is unfinished\. Starting a new upload\./,
  })
  t.match(await here(dir, [...put, '--name', 'db'], patternBytes(2 * MIB)), {
    code: 0,
    err: /No upload of "db" to docs is unfinished\. Starting a new upload\./,
  })
  t.match(await here(dir, [...put, '-q'], patternBytes(2 * MIB)), { code: 0, err: '' })
  t.match(await here(dir, [...put, '--upload-id', 'x']), { code: 2, err: /Give only one of them/ })
})

t.test('a file shorter than what was uploaded is refused before anything is sent', async (t) => {
  const dir = t.testdir({ short: patternBytes(MIB + 5) })
  const child = start(['put', 'docs', '--local-dir', join(dir, 'v'), '--part-size', '1MiB'])
  const { vault, where, keys, catalog } = await vaultFor(t, join(dir, 'v'))
  const { uploadId } = await stopAfterParts(child, join(dir, 'v'))
  const whole = vault.traffic.of('UploadMultipartPart')
  const found = await commandHere(
    ['put', 'docs', join(dir, 'short'), `--upload-id=${uploadId}`, ...where],
    keys,
  )
  t.match(found, {
    code: 3,
    stderr:
      /Bytes 1048581-\d+ were uploaded before, but the source ends at 1048581\. Stored archives are unchanged/,
  })
  t.match(
    found.stderr,
    new RegExp(
      `To store the source as it is now, start a new upload: run put again without --upload-id\\. ` +
        `To resume the old upload, pipe in the old source: glacier-pipe put .*--upload-id=${uploadId} docs \\S+/short\\n`,
    ),
  )
  t.match((await recordsOf(catalog)).at(-1), { type: 'superseded', uploadId })
  t.strictSame(vault.traffic.of('UploadMultipartPart'), whole, 'nothing was sent')
})

t.test('a stream that fails between two volumes is continued, and until then is not whole', async (t) => {
  const dir = t.testdir()
  const bytes = patternBytes(3 * MIB)
  const { vault, where, keys, catalog } = await vaultFor(t, dir)
  vault.faults.add({ operation: 'InitiateMultipartUpload', nth: 2, fault: 'expired-upload' })
  const args = ['--max-archive-size', '2MiB', ...where]
  const failed = await put(args, keys, Readable.from([bytes, bytes]))
  t.match(failed, {
    code: 3,
    stderr:
      /Volume 1 is stored\. Its ID is \S+\.\n.*not found.*\n.*To resume, .*: … \| glacier-pipe put .* --resume docs\n/,
  })
  const first = /Its ID is ([\w-]+)/.exec(failed.stderr)?.[1] ?? ''
  const half = await commandHere(['get', ...where, '--incomplete', 'docs', '--', first], keys)
  t.ok(half.stdout.equals(bytes.subarray(0, 2 * MIB)))
  const whole = await put(['--resume', '--json', ...args], keys, Readable.from([bytes, bytes]))
  t.match(whole, { code: 0, stderr: /Resuming after volume 1, started / })
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
  t.match(await commandHere(['get', ...where, 'docs', '--', first], keys), {
    code: 1,
    stderr: /The last volume of the set/,
  })
  const torn = await commandHere(['get', ...where, '-q', '--incomplete', 'docs', '--', first], keys)
  t.match(torn, {
    code: 0,
    stderr: /first of 2 volumes, which are all retrieved, but the last volume is not among them/,
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
      t.match(resumed, { code: 0, stderr: new RegExp(`\\(${there} already there\\)`) })
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
  const get = await commandHere(['get', ...where, 'docs', '--', resumed.stdout.toString().trim()], keys)
  t.ok(get.stdout.equals(bytes))
})

t.test(
  'an upload that does not fit one archive is kept, and the advice leaves out --no-volumes',
  async (t) => {
    const dir = t.testdir()
    const { where, keys } = await vaultFor(t, dir)
    const limits = ['--max-archive-size', '12MiB', '--no-volumes', '--memory', '4MiB']
    const found = await put([...limits, ...where], keys, patternSource(24 * MIB, MIB))
    t.match(found, { code: 3, stdout: Buffer.alloc(0) })
    t.match(
      found.stderr,
      /To resume without --no-volumes, in another archive, pipe the same source in again: .*--upload-id=\S+ docs\n/,
    )
    const command = found.stderr.split('glacier-pipe put ').at(-1) ?? ''
    t.notMatch(command, ' --no-volumes')
    t.match(command, /--max-archive-size=12582912 /)
  },
)
