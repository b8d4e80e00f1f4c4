import { connect } from 'node:net'
import t from 'tap'
import { type LocalVault } from '../../../lib/local/index.js'
import { MIB } from '../../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send, type RawRequest } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { withVault } from '../../helpers/upload-requests.js'

const DAY = 86_400_000

t.test('an upload in one request is stored, or refused with the reason', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const bytes = patternBytes(2 * MIB + 1)
  const upload: RawRequest = {
    method: 'POST',
    path: '/-/vaults/docs/archives',
    headers: hashHeaders(bytes),
    body: bytes,
  }
  const stored = await send(vault, {
    ...upload,
    headers: { ...upload.headers, 'x-amz-archive-description': 'tar of docs' },
  })
  t.match(stored, {
    status: 201,
    headers: {
      'x-amz-archive-id': /^[\w-]{138}$/,
      'x-amz-sha256-tree-hash': hashHeaders(bytes)['x-amz-sha256-tree-hash'],
    },
  })
  t.equal(
    stored.headers.location,
    `/111122223333/vaults/docs/archives/${String(stored.headers['x-amz-archive-id'])}`,
  )

  const wrong = 'f'.repeat(64)
  const cases: [Record<string, string | undefined>, number, string, RegExp][] = [
    [
      { 'x-amz-sha256-tree-hash': wrong },
      400,
      'InvalidParameterValueException',
      /^Checksum mismatch: expected f{64}, computed \w{64}$/,
    ],
    [
      { 'x-amz-content-sha256': wrong },
      403,
      'InvalidSignatureException',
      /payload hash. Computed digest: \w{64} expected hash: f{64}$/,
    ],
    [
      { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      400,
      'InvalidParameterValueException',
      /Invalid x-amz-content-sha256: UNSIGNED-PAYLOAD/,
    ],
    [
      { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      400,
      'InvalidParameterValueException',
      /STREAMING/,
    ],
    [
      { 'x-amz-content-sha256': undefined },
      400,
      'MissingParameterValueException',
      /^Required parameter missing: x-amz-content-sha256$/,
    ],
    [
      { 'x-amz-sha256-tree-hash': undefined },
      400,
      'MissingParameterValueException',
      /^Required parameter missing: x-amz-sha256-tree-hash$/,
    ],
    [{ 'x-amz-archive-description': 'x'.repeat(1025) }, 400, 'InvalidParameterValueException', /description/],
    [{ 'x-amz-archive-description': 'tab\there' }, 400, 'InvalidParameterValueException', /description/],
  ]
  for (const [headers, status, code, message] of cases) {
    const answer = await send(vault, { ...upload, headers: { ...upload.headers, ...headers } })
    t.match(answer, { status, json: { code, message } }, String(message))
  }
  const empty = { ...upload, headers: hashHeaders(Buffer.alloc(0)), body: '' }
  t.match(await send(vault, empty), { status: 400, json: { message: 'Invalid Content-Length: 0' } })
  const chunked = {
    ...upload,
    headers: { ...hashHeaders(bytes), 'content-length': undefined, 'transfer-encoding': 'chunked' },
  }
  t.match(await send(vault, chunked), {
    status: 400,
    json: { message: 'Required parameter missing: Content-Length' },
  })
  const elsewhere = { ...upload, path: '/-/vaults/none/archives' }
  t.match(await send(vault, elsewhere), {
    status: 404,
    json: { message: 'Vault not found for ARN: arn:aws:glacier:us-east-1:111122223333:vaults/none' },
  })
})

t.test('an archive longer than 4 GiB is refused by its Content-Length, before its bytes', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const { port } = new URL(vault.endpoint)
  const large = { ...hashHeaders(Buffer.from('x')), 'content-length': '4294967297' }
  const answer = await new Promise<string>((resolve, reject) => {
    // A signed request is taken from a short one; only its length lies.
    const socket = connect(Number(port), '127.0.0.1', () => {
      void signedHead(vault, large).then((head) => socket.write(head), reject)
    })
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString())
    })
  })
  t.match(answer, /^HTTP\/1.1 400 [^]*Invalid Content-Length: 4294967297/)
})

/** The head of a signed UploadArchive request with these headers. */
async function signedHead(vault: LocalVault, headers: Record<string, string>): Promise<string> {
  const lines: string[] = []
  const catcher = await startCatcher(lines)
  await send(
    { ...vault, endpoint: catcher.endpoint },
    { method: 'POST', path: '/-/vaults/docs/archives', headers, sign: {} },
  ).catch(
    () => undefined, // the catcher answers nothing
  )
  await catcher.close()
  return lines.join('')
}

/** A server that takes down what it is sent and hangs up. */
async function startCatcher(lines: string[]): Promise<{ endpoint: string; close: () => Promise<void> }> {
  const { createServer } = await import('node:net')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      lines.push(data.toString())
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      ),
  }
}

t.test('counts are as of the last inventory, and a vault is deleted as of it', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now })
  const at = (request: RawRequest): RawRequest => ({ ...request, time: time.time })
  const describe = async (): Promise<Record<string, unknown>> =>
    (await send(vault, at({ method: 'GET', path: '/-/vaults/docs' }))).json
  const remove = (): Promise<{ status: number }> =>
    send(vault, at({ method: 'DELETE', path: '/-/vaults/docs' }))
  await send(vault, at({ method: 'PUT', path: '/-/vaults/docs' }))
  time.time += 2 * DAY
  t.match(await describe(), { LastInventoryDate: null }, 'nothing was written, so no inventory is taken')
  const bytes = patternBytes(100)
  const stored = await send(
    vault,
    at({ method: 'POST', path: '/-/vaults/docs/archives', headers: hashHeaders(bytes), body: bytes }),
  )
  const refusal = {
    status: 400,
    json: {
      message: 'Vault not empty or recently written to: arn:aws:glacier:us-east-1:111122223333:vaults/docs',
    },
  }
  t.match(await describe(), { NumberOfArchives: 1, SizeInBytes: 100 + 32_768 })
  t.match(await remove(), refusal)
  const path = `/-/vaults/docs/archives/${String(stored.headers['x-amz-archive-id'])}`
  time.time += 1000
  t.match(await send(vault, at({ method: 'DELETE', path })), { status: 204 })
  t.match(await send(vault, at({ method: 'DELETE', path })), { status: 204 }, 'again')
  t.match(await describe(), { NumberOfArchives: 1 }, 'as of the last inventory')
  t.match(await remove(), refusal, 'written to since')
  time.time += DAY
  t.match(await describe(), { NumberOfArchives: 0, SizeInBytes: 0 })
  t.match(await remove(), { status: 204 })
  t.match(await send(vault, at({ method: 'GET', path: '/-/vaults/docs' })), { status: 404 })
})

t.test('a body that is no archive is JSON, and short', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const job = (body: string): RawRequest => ({ method: 'POST', path: '/-/vaults/docs/jobs', body })
  for (const body of ['', '{', '[]', 'null', '"x"', 'x'.repeat(MIB + 1)]) {
    t.match(
      await send(vault, job(body)),
      { status: 400, json: { code: 'SerializationException' } },
      body.slice(0, 5),
    )
  }
  const cases: [object, number, RegExp][] = [
    [{}, 400, /Required parameter missing: Type/],
    [{ Type: 'x' }, 400, /Invalid Type: x\. It must be one of archive-retrieval/],
    [{ Type: 7 }, 400, /Invalid Type/],
    [{ Type: 'archive-retrieval' }, 400, /Required parameter missing: ArchiveId/],
    [{ Type: 'archive-retrieval', ArchiveId: 'x', Tier: 'Slow' }, 400, /Invalid Tier: Slow/],
    [{ Type: 'archive-retrieval', ArchiveId: 'x'.repeat(138) }, 404, /The archive ID was not found: x{138}/],
    [{ Type: 'archive-retrieval', ArchiveId: '../../vault' }, 404, /The archive ID was not found/],
  ]
  for (const [order, status, message] of cases) {
    t.match(await send(vault, job(JSON.stringify(order))), { status, json: { message } })
  }
})

t.test('an archive of another vault is told apart from none', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  await withVault(vault, 'other')
  const bytes = patternBytes(10)
  const stored = await send(vault, {
    method: 'POST',
    path: '/-/vaults/other/archives',
    headers: hashHeaders(bytes),
    body: bytes,
  })
  const id = String(stored.headers['x-amz-archive-id'])
  const refusal = {
    status: 400,
    json: {
      code: 'InvalidParameterValueException',
      message: 'Invalid vault name: arn:aws:glacier:us-east-1:111122223333:vaults/docs',
    },
  }
  const order = JSON.stringify({ Type: 'archive-retrieval', ArchiveId: id })
  t.match(await send(vault, { method: 'POST', path: '/-/vaults/docs/jobs', body: order }), refusal)
  t.match(await send(vault, { method: 'DELETE', path: `/-/vaults/docs/archives/${id}` }), refusal)
  t.match(await send(vault, { method: 'POST', path: '/-/vaults/other/jobs', body: order }), { status: 202 })
})
