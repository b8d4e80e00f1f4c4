/** Uploads that are named, by `put --upload-id` and `uploads --abort`, and the locks of their streams. */
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { commandHere, ended, start } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { localVaultFor } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { MIB } from '../../../../lib/sizes.js'

t.test('an upload whose archive is deleted, or in another vault, is not reported as stored', async (t) => {
  const dir = t.testdir({ source: patternBytes(2 * MIB + 1) })
  const vault = await localVaultFor(t, { dir: join(dir, 'vaults'), createVaults: true })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const catalog = join(dir, 'catalog.jsonl')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const source = join(dir, 'source')
  const stored = await commandHere(['put', 'docs', source, '--part-size', '1MiB', ...where], keys)
  t.equal(stored.code, 0)
  const archiveId = stored.stdout.toString().trim()
  const uploadId = /"uploadId":"([^"]+)"/.exec(await readFile(catalog, 'utf8'))?.[1] ?? ''
  const again = (vaultName: string): ReturnType<typeof commandHere> =>
    commandHere(['put', vaultName, source, `--upload-id=${uploadId}`, ...where], keys)
  t.match(
    await again('docs'),
    { code: 0, stdout: Buffer.from(`${archiveId}\n`) },
    'while it is there, it is compared with',
  )
  t.match(await again('others'), { code: 1, stdout: Buffer.alloc(0) }, 'nothing is stored in the other vault')
  t.equal((await commandHere(['rm', 'docs', '--yes', ...where, '--', archiveId], keys)).code, 0)
  t.match(await again('docs'), { code: 1, stdout: Buffer.alloc(0) })
})

t.test('a set between two volumes has one owner, also where a stored upload of it is named', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const dir = t.testdir({ source: bytes })
  const vault = await localVaultFor(t, { dir: join(dir, 'vaults'), createVaults: true })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const catalog = join(dir, 'catalog.jsonl')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const sized = ['--part-size', '1MiB', '--max-archive-size', '2MiB']
  const source = join(dir, 'source')
  t.equal((await commandHere(['put', 'docs', source, ...sized, ...where], keys)).code, 0)
  const lines = (await readFile(catalog, 'utf8')).split('\n')
  const first = lines.findIndex((line) => line.startsWith('{"type":"archive"'))
  await writeFile(catalog, lines.slice(0, first + 1).join('\n') + '\n') // as a kill behind the first volume leaves it
  const uploadId = /"uploadId":"([^"]+)"/.exec(lines[first] ?? '')?.[1] ?? ''
  const owner = start(
    [
      'put',
      'docs',
      '--name',
      'source',
      `--upload-id=${uploadId}`,
      '--progress',
      'always',
      ...sized,
      ...where,
    ],
    keys,
  )
  owner.stdin.write(bytes.subarray(0, 2 * MIB))
  await once(owner.stderr, 'data') // it has its lock
  const rival = await commandHere(['put', 'docs', source, '--resume', ...sized, ...where], keys)
  t.match(rival, { code: 1, stdout: Buffer.alloc(0) }, 'the rival is refused')
  owner.stdin.end(bytes.subarray(2 * MIB))
  t.equal((await ended(owner)).code, 0)
  const after = (await readFile(catalog, 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"type":"archive"'))
  t.equal(after.length, 2, 'each volume is stored once')
})

t.test('a catalog has the same locks through a symbolic link', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const dir = t.testdir({ source: bytes })
  const vault = await localVaultFor(t, { dir: join(dir, 'vaults'), createVaults: true })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const there = ['--endpoint', vault.endpoint, '--region', vault.region]
  const catalog = join(dir, 'catalog.jsonl')
  const link = join(dir, 'link.jsonl')
  await symlink('catalog.jsonl', link)
  const named = ['put', 'docs', '--name', 'source', '--part-size', '1MiB', '--progress', 'always', ...there]
  const owner = start([...named, '--catalog', catalog], keys)
  owner.stdin.write(bytes.subarray(0, 2 * MIB))
  while (vault.traffic.of('UploadMultipartPart').carriedOut === 0) await settled(1) // it is recorded by then
  const uploadId = /"uploadId":"([^"]+)"/.exec(await readFile(catalog, 'utf8'))?.[1] ?? ''
  const rival = start(
    [...named.slice(0, 2), join(dir, 'source'), ...named.slice(2), '--catalog', link, '--resume'],
    keys,
  )
  t.match(await ended(rival), { code: 1, stdout: Buffer.alloc(0) })
  const abort = start(['uploads', 'docs', `--abort=${uploadId}`, '--catalog', link, ...there], keys)
  t.match(await ended(abort), { code: 1 })
  owner.stdin.end(bytes.subarray(2 * MIB))
  t.equal((await ended(owner)).code, 0)
})

t.test('that another account does not have an upload does not end it', async (t) => {
  const dir = t.testdir({ 'catalog.jsonl': '' })
  const accountId = '999988887777'
  const vault = await localVaultFor(t, { dir: join(dir, 'vaults'), createVaults: true, accountId })
  const { accessKeyId, secretAccessKey } = vault.credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const catalog = join(dir, 'catalog.jsonl')
  const { endpoint, region } = vault
  const begun = {
    type: 'begun',
    time: '2024-01-01T00:00:00.000Z',
    region,
    endpoint,
    accountId: '111122223333',
  }
  const line = JSON.stringify({ ...begun, uploadId: 'U', vaultName: 'docs', partSize: MIB, volume: 1 }) + '\n'
  await writeFile(catalog, line)
  const abort = start(
    ['uploads', 'docs', '--abort=U', '--catalog', catalog, '--endpoint', endpoint, '--region', region],
    keys,
  )
  t.match(await ended(abort), { code: 1 })
  t.equal(await readFile(catalog, 'utf8'), line)
})
