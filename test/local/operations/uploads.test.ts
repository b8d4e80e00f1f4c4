import t from 'tap'
import { MIB } from '../../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send, type RawRequest } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { initiate, initiateRequest, part, withVault } from '../../helpers/upload-requests.js'

const DAY = 86_400_000

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
  const initiated = await send(vault, at(initiateRequest()))
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
  const initiated = await send(vault, at(initiateRequest()))
  const uploadId = String(initiated.headers['x-amz-multipart-upload-id'])
  time.time += DAY - 1000
  t.match(await send(vault, at(part(uploadId, 0, patternBytes(MIB)))), { status: 204 })
  time.time += DAY - 1000
  t.match(await send(vault, at({ method: 'GET', path: '/-/vaults/docs/multipart-uploads' })), {
    json: { UploadsList: [{ MultipartUploadId: uploadId }] },
  })
  time.time += 2000
  t.match(await send(vault, at({ method: 'GET', path: '/-/vaults/docs/multipart-uploads' })), {
    json: { UploadsList: { length: 0 } },
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
