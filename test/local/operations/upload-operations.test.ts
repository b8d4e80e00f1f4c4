import { connect } from 'node:net'
import t from 'tap'
import { type LocalVault } from '../../../lib/local/index.js'
import { MIB } from '../../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send, type RawRequest } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { initiate, part, withVault } from '../../helpers/upload-requests.js'

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

t.test('a part is taken in its place, or refused with the reason', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const uploadId = await initiate(vault)
  const bytes = patternBytes(MIB)
  const taken = await send(vault, part(uploadId, MIB, bytes))
  t.match(taken, {
    status: 204,
    headers: { 'x-amz-sha256-tree-hash': hashHeaders(bytes)['x-amz-sha256-tree-hash'] },
  })
  t.equal(taken.body.length, 0)

  const range = (text: string): RawRequest => part(uploadId, 0, bytes, { 'content-range': text })
  const cases: [RawRequest, number, string][] = [
    [range('bytes=0-1048575'), 400, 'Invalid Content-Range: bytes=0-1048575'],
    [range('bytes 0-1048575/1048575'), 400, 'Invalid Content-Range: bytes 0-1048575/1048575'],
    [range('bytes 0-1048575/'), 400, 'Invalid Content-Range: bytes 0-1048575/'],
    [range('bytes 0-1048575/-1'), 400, 'Invalid Content-Range: bytes 0-1048575/-1'],
    [range('bytes 0-1048575/x'), 400, 'Invalid Content-Range: bytes 0-1048575/x'],
    [range('bytes 9-8/*'), 400, 'Invalid Content-Range: bytes 9-8/*'],
    [range('bytes 0-99/*'), 400, 'Content-Range: bytes 0-99/* is incompatible with Content-Length: 1048576'],
    [part(uploadId, 512, bytes), 400, 'starts at a multiple of the part size, 1048576'],
    [part(uploadId, 0, patternBytes(MIB + 1)), 400, 'at most the part size, 1048576 bytes'],
    [
      part(uploadId, 10_000 * MIB, bytes),
      400,
      'This is part number 10001 for the current multipart upload. It exceeds the limit of 10000 parts.',
    ],
    [
      part(uploadId, 0, bytes, { 'x-amz-sha256-tree-hash': 'f'.repeat(64) }),
      400,
      'Checksum mismatch: expected ffff',
    ],
    [part(uploadId, 0, bytes, { 'x-amz-content-sha256': 'f'.repeat(64) }), 403, 'expected hash: ffff'],
    [part('x'.repeat(92), 0, bytes), 404, `The upload ID was not found: ${'x'.repeat(92)}`],
  ]
  for (const [request, status, message] of cases) {
    const answer = await send(vault, request)
    t.equal(answer.status, status, message)
    t.ok(String(answer.json.message).includes(message), String(answer.json.message))
  }
  const listed = await send(vault, { method: 'GET', path: `/-/vaults/docs/multipart-uploads/${uploadId}` })
  t.match(listed.json.Parts, [{ RangeInBytes: '1048576-2097151' }], 'what was refused is not there')
})

t.test('part sizes are those of the service', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const path = '/-/vaults/docs/multipart-uploads'
  for (const size of ['0', '1', '1048575', '1048577', '3145728', '8589934592', 'x', '-1048576', '1e6']) {
    t.match(await send(vault, { method: 'POST', path, headers: { 'x-amz-part-size': size } }), {
      status: 400,
      json: {
        code: 'InvalidParameterValueException',
        message: `Invalid part size: ${size}. Part size must not be null, must be a power of two and be between 1048576 and 4294967296 bytes.`,
      },
    })
  }
  t.match(await send(vault, { method: 'POST', path }), {
    status: 400,
    json: { code: 'MissingParameterValueException' },
  })
  for (let size = MIB; size <= 4096 * MIB; size *= 2) {
    t.match(await send(vault, { method: 'POST', path, headers: { 'x-amz-part-size': String(size) } }), {
      status: 201,
    })
  }
})

t.test('completion says what does not fit, leaves the upload open, and succeeds once it does', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const bytes = patternBytes(2 * MIB + 500)
  const whole = hashHeaders(bytes)['x-amz-sha256-tree-hash'] ?? ''
  const uploadId = await initiate(vault, MIB, { 'x-amz-archive-description': '  leading spaces' })
  const complete = (size: number | string, treeHash: string): RawRequest => ({
    method: 'POST',
    path: `/-/vaults/docs/multipart-uploads/${uploadId}`,
    headers: { 'x-amz-archive-size': String(size), 'x-amz-sha256-tree-hash': treeHash },
  })
  const refused = async (request: RawRequest, message: RegExp): Promise<void> => {
    t.match(await send(vault, request), {
      status: 400,
      json: { code: 'InvalidParameterValueException', message },
    })
  }
  await refused(complete(1, whole), /^The upload has no parts\.$/)
  await send(vault, part(uploadId, 0, bytes.subarray(0, MIB)))
  await send(vault, part(uploadId, 2 * MIB, bytes.subarray(2 * MIB)))
  await refused(complete(bytes.length, whole), /not contiguous: bytes 1048576-2097151 are missing/)
  t.match(
    await send(vault, part(uploadId, MIB, bytes.subarray(MIB, MIB + 100))),
    { status: 204 },
    'a short middle part is taken',
  )
  await refused(complete(bytes.length, whole), /not contiguous: bytes 1048676-2097151 are missing/)
  await send(vault, part(uploadId, MIB, patternBytes(MIB, 9)))
  await refused(complete(bytes.length, whole), new RegExp(`^Invalid x-amz-sha256-tree-hash: ${whole}$`))
  await send(vault, part(uploadId, MIB, bytes.subarray(MIB, 2 * MIB)))
  await refused(
    complete(bytes.length + 1, whole),
    /Invalid x-amz-archive-size: 2097653; the parts have 2097652 bytes/,
  )
  await refused(complete('many', whole), /Invalid x-amz-archive-size: many/)

  const done = await send(vault, complete(bytes.length, whole))
  t.match(done, {
    status: 201,
    headers: { 'x-amz-archive-id': /^[\w-]{138}$/, 'x-amz-sha256-tree-hash': whole },
  })
  const again = await send(vault, complete(bytes.length, whole))
  t.equal(
    again.headers['x-amz-archive-id'],
    done.headers['x-amz-archive-id'],
    'repeated it gives the same archive',
  )
  t.match(
    await send(vault, { method: 'GET', path: complete(0, '').path }),
    { status: 404 },
    'its parts are listed no more',
  )
  t.match(
    await send(vault, { method: 'DELETE', path: complete(0, '').path }),
    { status: 404 },
    'nor can it be aborted',
  )
  t.match(await send(vault, part(uploadId, 0, bytes.subarray(0, MIB))), { status: 404 }, 'nor parts be added')
})

t.test('an abort forgets an upload, and may be repeated', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now })
  const at = (request: RawRequest): RawRequest => ({ ...request, time: time.time })
  await send(vault, at({ method: 'PUT', path: '/-/vaults/docs' }))
  const initiated = await send(
    vault,
    at({
      method: 'POST',
      path: '/-/vaults/docs/multipart-uploads',
      headers: { 'x-amz-part-size': String(MIB) },
    }),
  )
  const path = `/-/vaults/docs/multipart-uploads/${String(initiated.headers['x-amz-multipart-upload-id'])}`
  t.match(await send(vault, at({ method: 'DELETE', path })), { status: 204 })
  t.match(await send(vault, at({ method: 'DELETE', path })), { status: 204 })
  t.match(await send(vault, at({ method: 'GET', path })), { status: 404 })
  const complete = { 'x-amz-archive-size': '1', 'x-amz-sha256-tree-hash': 'f'.repeat(64) }
  t.match(
    await send(vault, at({ method: 'POST', path, headers: complete })),
    { status: 404 },
    'nor is it completed',
  )
  time.time += DAY + 1000
  t.match(
    await send(vault, at({ method: 'DELETE', path })),
    { status: 404 },
    'a day later nobody remembers it',
  )
})

t.test('an upload is gone after a day without activity, not before', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now })
  const at = (request: RawRequest): RawRequest => ({ ...request, time: time.time })
  await send(vault, at({ method: 'PUT', path: '/-/vaults/docs' }))
  const initiated = await send(
    vault,
    at({
      method: 'POST',
      path: '/-/vaults/docs/multipart-uploads',
      headers: { 'x-amz-part-size': String(MIB) },
    }),
  )
  const uploadId = String(initiated.headers['x-amz-multipart-upload-id'])
  time.time += DAY - 1000
  t.match(await send(vault, at(part(uploadId, 0, patternBytes(MIB)))), { status: 204 })
  time.time += DAY - 1000
  t.match(await send(vault, at({ method: 'GET', path: '/-/vaults/docs/multipart-uploads' })), {
    json: { UploadsList: [{ MultipartUploadId: uploadId }] },
  })
  time.time += 2000
  t.match(await send(vault, at({ method: 'GET', path: '/-/vaults/docs/multipart-uploads' })), {
    json: { UploadsList: [] },
  })
  t.match(await send(vault, at(part(uploadId, 0, patternBytes(MIB)))), { status: 404 })
})

t.test('lists come in pages', async (t) => {
  const vault = await localVaultFor(t)
  const names = Array.from({ length: 23 }, (_, i) => `vault-${String(i).padStart(2, '0')}`)
  await Promise.all(names.map((name) => withVault(vault, name)))
  const found: unknown[] = []
  let marker: string | null = ''
  let pages = 0
  for (; marker !== null; pages++) {
    const { json } = await send(vault, {
      method: 'GET',
      path: `/-/vaults?marker=${encodeURIComponent(marker)}`,
    })
    found.push(...(json.VaultList as { VaultName: string }[]).map(({ VaultName }) => VaultName))
    marker = json.Marker as string | null
  }
  t.strictSame(found, names)
  t.equal(pages, 3)
  t.match(await send(vault, { method: 'GET', path: '/-/vaults?limit=2' }), {
    json: { VaultList: { length: 2 } },
  })
  t.match(await send(vault, { method: 'GET', path: '/-/vaults?limit=1000' }), {
    json: { VaultList: { length: 10 } },
  })
  for (const query of ['limit=0', 'limit=x', 'limit=1.5', 'marker=nobody']) {
    t.match(await send(vault, { method: 'GET', path: `/-/vaults?${query}` }), {
      status: 400,
      json: { message: /Invalid (limit|marker)/ },
    })
  }
})

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

t.test('a page begins behind a marker whose item has gone meanwhile', async (t) => {
  const vault = await localVaultFor(t)
  await withVault(vault)
  const path = '/-/vaults/docs/multipart-uploads'
  const ids = (await Promise.all([1, 2, 3].map(() => initiate(vault)))).sort()
  const first = await send(vault, { method: 'GET', path: `${path}?limit=1` })
  t.match(first.json, { Marker: String, UploadsList: [{ MultipartUploadId: ids[0] }] })
  await send(vault, { method: 'DELETE', path: `${path}/${String(ids[1])}` })
  const next = await send(vault, {
    method: 'GET',
    path: `${path}?limit=1&marker=${String(first.json.Marker)}`,
  })
  t.match(next.json, { Marker: null, UploadsList: [{ MultipartUploadId: ids[2] }] })
})
