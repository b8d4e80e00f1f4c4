import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { ROUTES } from '../../lib/local/http/routes.js'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import {
  hashHeaders,
  localVaultFor,
  send,
  type RawRequest,
  type RawResponse,
} from '../helpers/local-vault.js'
import { fuzzByModel } from '../helpers/model-fuzz.js'

// Requests that are wrong in some way, or in none: nothing crashes, hangs, answers 500 or leaves the folder. 2,000 of them
// by default; `npm run test:slow` sends 10,000.

const BATCHES = Number(process.env.FUZZ_BATCHES ?? 100)
const AT_ONCE = 20

/** Values in the position of a name. */
const NASTY = [
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fescaped',
  '..%5c..%5cescaped',
  '%00',
  'docs%00',
  '%zz',
  '%ff%fe',
  '',
  '-',
  'docs',
  'a'.repeat(256),
  '-'.repeat(138),
  '_'.repeat(92),
  'caf%C3%A9',
  'con',
  'vault.json',
  '__proto__',
  'constructor',
]

const HEADERS = [
  'content-length',
  'content-range',
  'range',
  'x-amz-archive-description',
  'x-amz-archive-size',
  'x-amz-content-sha256',
  'x-amz-glacier-version',
  'x-amz-part-size',
  'x-amz-security-token',
  'x-amz-sha256-tree-hash',
]

const value = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '-1',
    '1048576',
    '99999999999999999999',
    'NaN',
    'bytes 0-0/*',
    'bytes=0-',
    'bytes=5-1',
  ),
  fc.constantFrom(
    'bytes 0-1048575/*',
    'bytes=9999999999-99999999999',
    'UNSIGNED-PAYLOAD',
    'f'.repeat(64),
    '2012-06-01',
  ),
  fc.stringMatching(/^[ -~]{0,40}$/),
)

const document = fc.oneof(
  fc.constantFrom(
    '{"Type":"archive-retrieval"}',
    '{"Type":"inventory-retrieval","InventoryRetrievalParameters":{"Limit":"1","Marker":"__proto__"}}',
    '{"Tags":{"__proto__":"x"}}',
    '{"Tags":{"a":"b"}}',
    '{"TagKeys":["constructor"]}',
    '{"SNSTopic":"arn:aws:sns:us-east-1:111122223333:t","Events":["ArchiveRetrievalCompleted"]}',
    '{"Policy":"{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"(*\\"}]}"}',
    '{"Policy":{"Rules":[{"Strategy":"None"}]}}',
    '[]',
    'null',
    '{',
  ),
  fc.json(),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

t.test('random and mutated requests do no harm', async (t) => {
  const vault = await localVaultFor(t, { dir: join(t.testdir({ vaults: {} }), 'vaults') })
  const ask = (request: RawRequest): Promise<RawResponse> => send(vault, request)
  await ask({ method: 'PUT', path: '/-/vaults/docs' })
  const bytes = Buffer.from('hello world')
  const stored = await ask({
    method: 'POST',
    path: '/-/vaults/docs/archives',
    headers: hashHeaders(bytes),
    body: bytes,
  })
  const archiveId = String(stored.headers['x-amz-archive-id'])
  await vault.control.takeInventory('docs')
  const job = await ask({
    method: 'POST',
    path: '/-/vaults/docs/jobs',
    body: JSON.stringify({ Type: 'archive-retrieval', ArchiveId: archiveId }),
  })
  const upload = await ask({
    method: 'POST',
    path: '/-/vaults/docs/multipart-uploads',
    headers: { 'x-amz-part-size': '1048576' },
  })
  const known: Record<string, string> = {
    vaultName: 'docs',
    archiveId,
    jobId: String(job.headers['x-amz-job-id']),
    uploadId: String(upload.headers['x-amz-multipart-upload-id']),
    lockId: 'x',
  }

  /** A request of some operation, with a few things about it changed. */
  const request = fc
    .record({
      route: fc.constantFrom(...ROUTES),
      method: fc.option(fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD'), { freq: 4 }),
      names: fc.dictionary(fc.constantFrom(...Object.keys(known)), fc.constantFrom(...NASTY), { maxKeys: 1 }),
      query: fc.option(fc.stringMatching(/^(marker|limit|completed|statuscode|operation)=[!-~]{0,20}$/), {
        freq: 3,
      }),
      headers: fc.dictionary(fc.constantFrom(...HEADERS), fc.option(value, { nil: undefined }), {
        maxKeys: 3,
      }),
      body: fc.option(document, { nil: '' }),
      signed: fc.integer({ min: 0, max: 19 }),
    })
    .map(({ route, method, names, query, headers, body, signed }): RawRequest => {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? known[name] ?? '')
      const text = ['GET', 'HEAD', 'DELETE'].includes(method ?? route.method) ? '' : body
      const { linearHash, treeHash } = computeChecksums(Buffer.from(text))
      const search = [route.query, query]
        .filter(Boolean)
        .join('&')
        .replace(/[#"<>\\^`{|}]/g, '')
      return {
        method: method ?? route.method,
        path: `/-/${path}${search && `?${search}`}`,
        headers: {
          ...(text !== '' && { 'content-length': String(Buffer.byteLength(text)) }),
          ...(route.streams && { 'x-amz-content-sha256': linearHash, 'x-amz-sha256-tree-hash': treeHash }),
          ...headers,
          ...(headers['content-length'] && { 'content-length': String(Buffer.byteLength(text)) }),
        },
        body: text,
        ...(signed === 0 && { sign: false }),
      }
    })

  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
      for (const { status, body } of await Promise.all(requests.map(ask))) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status >= 500) throw new Error(`${status}: ${body.toString()}`)
      }
    }),
    { numRuns: BATCHES, endOnFailure: true },
  )
  t.equal(
    [...statuses.values()].reduce((sum, count) => sum + count),
    BATCHES * AT_ONCE,
  )
  t.comment(JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b))))
  for (const status of [200, 201, 204, 400, 403, 404])
    t.ok(statuses.has(status), `some were answered ${status}`)
  t.strictSame(await readdir(join(vault.dir, '..')), ['vaults'], 'nothing is beside the folder')
  const kept = (await readdir(vault.dir)).sort()
  t.strictSame(
    kept.filter((name) => name !== 'account.json'),
    ['credentials.json', 'home.json', 'local-vault.json', 'locks', 'tmp', 'vault-id', 'vaults'],
    'and in it nothing but its own',
  )
  t.strictSame(await readdir(join(vault.dir, 'tmp')), [], 'and nothing unfinished')
  t.match(await ask({ method: 'GET', path: '/-/vaults/docs' }), { status: 200 })
})

t.test('requests made of the model get answers of the model', async (t) => {
  // test/slow/model-fuzz.test.ts sends many more.
  await fuzzByModel(t, Number(process.env.MODEL_FUZZ_SEED ?? 14), 300)
})

t.test('nor do bytes that are no request at all', async (t) => {
  const vault = await localVaultFor(t)
  const { hostname, port } = new URL(vault.endpoint)
  const text = 'PUT /-/vaults/docs HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc'
  const mutated = fc
    .tuple(fc.nat(text.length), fc.nat(10), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone))
  await fc.assert(
    fc.asyncProperty(mutated, async (bytes) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.resume()
      socket.end(Buffer.from(bytes, 'latin1'))
      await once(socket, 'close')
    }),
    { numRuns: 1000 },
  )
  t.match(await send(vault, { method: 'GET', path: '/-/vaults' }), { status: 200 })
})
