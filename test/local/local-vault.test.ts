import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { startLocalVault } from '../../lib/local/index.js'
import { endpointOf } from '../../lib/local/http/http-server.js'
import { MIB } from '../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send, type RawRequest } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { initiate, part, withVault } from '../helpers/upload-requests.js'

t.test('a request must be signed, with the keys, now, for this region and service', async (t) => {
  const time = clock(Date.parse('2026-11-23T12:00:00Z'))
  const vault = await localVaultFor(t, { now: time.now })
  const list: RawRequest = { method: 'GET', path: '/-/vaults', time: time.time }
  t.match(await send(vault, list), { status: 200 })
  const cases: [RawRequest, number, string, string | RegExp][] = [
    [
      { ...list, sign: false },
      400,
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    ],
    [{ ...list, headers: { authorization: 'Basic YTpi' } }, 403, 'InvalidSignatureException', /version 4/],
    [
      { ...list, sign: { accessKeyId: 'AKIAOTHER' } },
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      { ...list, sign: { secretAccessKey: 'wrong' } },
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
        'and signing method. Consult the service documentation for details.',
    ],
    [
      { ...list, sign: { region: 'eu-west-1' } },
      403,
      'InvalidSignatureException',
      /not 'eu-west-1'. This one is 'us-east-1'/,
    ],
    [{ ...list, sign: { service: 's3' } }, 403, 'InvalidSignatureException', /correct service: 'glacier'/],
    [{ ...list, sign: { signed: ['x-amz-date'] } }, 403, 'InvalidSignatureException', /'Host' must be/],
    [
      { ...list, headers: { 'x-amz-date': 'yesterday' } },
      403,
      'InvalidSignatureException',
      /Got 'yesterday'/,
    ],
    [
      { ...list, headers: { 'x-amz-date': '20261399T250000Z' } },
      403,
      'InvalidSignatureException',
      /Got '20261399T250000Z'/,
    ],
    [
      { ...list, headers: { 'x-amz-date': '20261122T120000Z' } },
      403,
      'InvalidSignatureException',
      /Date in Credential scope/,
    ],
    [{ ...list, headers: { 'x-amz-date': undefined } }, 400, 'MissingParameterValueException', /x-amz-date/],
    [
      { ...list, headers: { 'x-amz-glacier-version': undefined } },
      400,
      'MissingParameterValueException',
      /x-amz-glacier-version/,
    ],
    [
      { ...list, headers: { 'x-amz-glacier-version': '2011-01-01' } },
      400,
      'InvalidParameterValueException',
      /2011-01-01/,
    ],
    [
      { ...list, path: '/999999999999/vaults' },
      403,
      'AccessDeniedException',
      /glacier:ListVaults on account 999999999999/,
    ],
    [
      { ...list, headers: { 'x-amz-content-sha256': 'f'.repeat(64) } },
      403,
      'InvalidSignatureException',
      /does not match the computed payload hash. Computed digest: e3b0c442\w+ expected hash: f{64}/,
    ],
    [
      { ...list, time: time.time - 5 * 60_000 - 1000 },
      403,
      'InvalidSignatureException',
      'Signature expired: 20261123T115459Z is now earlier than 20261123T115500Z (20261123T120000Z - 5 min.)',
    ],
    [
      { ...list, time: time.time + 5 * 60_000 + 1000 },
      403,
      'InvalidSignatureException',
      'Signature not yet current: 20261123T120501Z is still later than 20261123T120500Z (20261123T120000Z + 5 min.)',
    ],
  ]
  for (const [request, status, code, message] of cases) {
    const type = 'Client'
    t.match(await send(vault, request), { status, json: { code, message, type } }, String(message))
  }
  for (const skew of [-5 * 60_000, 5 * 60_000])
    t.match(await send(vault, { ...list, time: time.time + skew }), { status: 200 })
  const date = new Date(time.time).toUTCString()
  t.match(
    await send(vault, { ...list, headers: { date, 'x-amz-date': undefined } }),
    { status: 200 },
    'Date will do',
  )
  t.match(
    await send(vault, { ...list, path: '/111122223333/vaults' }),
    { status: 200 },
    'the account by its number',
  )
})

t.test('every answer has the headers the service gives', async (t) => {
  const vault = await localVaultFor(t)
  const created = await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  t.match(created, {
    status: 201,
    headers: {
      location: '/111122223333/vaults/docs',
      'content-length': '0',
      'x-amzn-requestid': /^[\w-]{40,}$/,
      date: /GMT$/,
    },
  })
  t.notOk('transfer-encoding' in created.headers)
  t.match(await send(vault, { method: 'PUT', path: '/-/vaults/docs' }), { status: 201 }, 'again')
  const described = await send(vault, { method: 'GET', path: '/-/vaults/docs' })
  t.match(described, { status: 200, headers: { 'content-type': 'application/json' } })
  t.strictSame(described.json, {
    CreationDate: described.json.CreationDate,
    LastInventoryDate: null,
    NumberOfArchives: null,
    SizeInBytes: null,
    VaultARN: 'arn:aws:glacier:us-east-1:111122223333:vaults/docs',
    VaultName: 'docs',
  })
  t.match(described.json.CreationDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.match(await send(vault, { method: 'DELETE', path: '/-/vaults/docs' }), { status: 204 })
  t.match(await send(vault, { method: 'DELETE', path: '/-/vaults/docs' }), { status: 204 }, 'again')
})

t.test('what is no operation is told as one', async (t) => {
  const vault = await localVaultFor(t)
  for (const path of ['/', '/-', '/-/', '/-/nothing', '/-/vaults/', '/-/vaults/x/tags', '/-/vaults/%zz']) {
    t.match(
      await send(vault, { method: 'POST', path }),
      { status: 404, json: { code: 'ResourceNotFoundException' } },
      path,
    )
  }
})

t.test('what names no path at all is no operation', async (t) => {
  const vault = await localVaultFor(t)
  t.match(await send(vault, { method: 'OPTIONS', path: '*' }), {
    status: 404,
    json: { message: /OPTIONS \*/ },
  })
})

t.test('no name in a request becomes a path', async (t) => {
  const vault = await localVaultFor(t)
  const names = [
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2fetc',
    'a%2fb',
    'a%5cb',
    'a%00b',
    'a b',
    'ä',
    'x'.repeat(256),
    '%2Fetc%2Fpasswd',
  ]
  for (const name of names) {
    const encoded = encodeURI(decodeURI(name))
    t.match(await send(vault, { method: 'PUT', path: `/-/vaults/${encoded}` }), { status: /40[04]/ }, name)
    const found = await send(vault, { method: 'GET', path: `/-/vaults/${encoded}` })
    t.match(found, { status: 404, json: { code: 'ResourceNotFoundException' } })
    t.match(await send(vault, { method: 'DELETE', path: `/-/vaults/${encoded}` }), { status: 204 })
  }
  await withVault(vault)
  const ids = [
    '..',
    '..%2fvault.json',
    '%2e%2e%2f%2e%2e',
    'vault.json',
    'x'.repeat(91),
    `${'x'.repeat(90)}%2f`,
  ]
  for (const id of ids) {
    t.match(
      await send(vault, { method: 'GET', path: `/-/vaults/docs/multipart-uploads/${id}` }),
      { status: 404 },
      id,
    )
    t.match(await send(vault, { method: 'DELETE', path: `/-/vaults/docs/multipart-uploads/${id}` }), {
      status: 404,
    })
    t.match(await send(vault, { method: 'GET', path: `/-/vaults/docs/jobs/${id}` }), { status: 404 })
    t.match(await send(vault, { method: 'DELETE', path: `/-/vaults/docs/archives/${id}` }), {
      status: 400,
      json: { code: 'InvalidParameterValueException' },
    })
  }
})

t.test('vault names may be all the service allows', async (t) => {
  const vault = await localVaultFor(t)
  for (const name of ['a', 'A.b_c-9', '...', '-dash', 'x'.repeat(255)]) {
    t.match(await send(vault, { method: 'PUT', path: `/-/vaults/${name}` }), { status: 201 }, name)
    t.match(await send(vault, { method: 'GET', path: `/-/vaults/${name}` }), { json: { VaultName: name } })
  }
})

t.test('a client that hangs up amid a part leaves nothing', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  await withVault(vault)
  const uploadId = await initiate(vault)
  const bytes = patternBytes(MIB)
  const short = part(uploadId, 0, bytes)
  await t.rejects(send(vault, { ...short, hangUpAfter: MIB / 2 }), { code: 'ECONNRESET' })
  const whole = {
    method: 'POST',
    path: '/-/vaults/docs/archives',
    headers: hashHeaders(bytes),
    body: bytes,
  }
  await t.rejects(send(vault, { ...whole, hangUpAfter: MIB / 2 }), { code: 'ECONNRESET' })
  const listed = await send(vault, { method: 'GET', path: short.path })
  t.strictSame(listed.json.Parts, [])
  await vault.close() // which waits for what the requests had begun
  t.strictSame(await readdir(join(dir, 'tmp')), [])
  t.strictSame(await readdir(join(dir, 'vaults', 'docs', 'archives')), [])
})

t.test('a refused body is taken in so far that its client gets the answer, and no further', async (t) => {
  const vault = await localVaultFor(t)
  const body = Buffer.alloc(64 * MIB)
  const path = '/-/vaults/none/archives'
  t.match(await send(vault, { method: 'POST', path, headers: hashHeaders(body), body }), { status: 404 })
  t.match(await send(vault, { method: 'POST', path: '/-/vaults/none/jobs', body }), {
    status: 400,
    json: { code: 'SerializationException', message: 'The request body is too long.' },
  })

  const { port } = new URL(vault.endpoint)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`POST ${path} HTTP/1.1\r\nHost: here\r\nContent-Length: 4294967296\r\n\r\n`)
  let sent = 0
  const more = (): void => {
    while (!socket.destroyed && socket.write(body.subarray(0, MIB))) sent++
    if (!socket.destroyed) sent++
  }
  socket.on('drain', more)
  more()
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(answer.toString(), /^HTTP\/1.1 400 [^]*MissingParameterValueException/)
  await new Promise((resolve) => socket.once('close', resolve))
  t.ok(sent > 128 && sent < 512, `it was cut after ${sent} MiB`)
})

t.test('a body that cannot be stored is answered, not cut', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  await withVault(vault)
  await rm(join(dir, 'tmp'), { recursive: true })
  const bytes = patternBytes(8 * MIB)
  const upload = { method: 'POST', path: '/-/vaults/docs/archives', headers: hashHeaders(bytes), body: bytes }
  t.match(await send(vault, upload), {
    status: 507,
    json: { code: 'LocalStorageException', type: 'Server' },
  })
})

t.test('closing ends what is going on, and does so once', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  await withVault(vault)
  const bytes = patternBytes(MIB)
  const idle = connect(Number(new URL(vault.endpoint).port), '127.0.0.1')
  await once(idle, 'connect')
  const closed = once(idle, 'close')
  const cut = t.rejects(send(vault, part(await initiate(vault), 0, bytes, { 'content-length': '999' })))
  await Promise.all([vault.close(), vault.close(), vault[Symbol.asyncDispose]()])
  await Promise.all([closed, cut])
  t.strictSame(await readdir(join(dir, 'tmp')), [])
  await t.rejects(send(vault, { method: 'GET', path: '/-/vaults' }), { code: 'ECONNREFUSED' })
})

t.test('what cannot be is refused before it listens', async (t) => {
  const dir = t.testdir()
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{ dir: '' }, 'RangeError', /dir of startLocalVault must be a path/],
    [{ dir: undefined }, 'TypeError', /dir of startLocalVault must be a path: .*, not undefined/],
    [{ host: 7 }, 'TypeError', /host of .* must be a string that is not empty, not 7/],
    [{ host: '0.0.0.0' }, 'RangeError', /'0.0.0.0' is not a loopback address: other machines could connect/],
    [{ allowRemote: 'yes' }, 'TypeError', /allowRemote of .* must be true or false/],
    [{ port: '80' }, 'TypeError', /port of .* must be a whole number from 0 to 65535, not '80'/],
    [{ port: 65_536 }, 'RangeError', /from 0 to 65535, not 65536/],
    [{ port: -1 }, 'RangeError', /not -1/],
    [{ port: 1.5 }, 'RangeError', /not 1.5/],
    [{ region: null }, 'TypeError', /region of .*, not null/],
    [{ region: 'a/b' }, 'RangeError', /not 'a\/b'/],
    [{ accountId: 111122223333 }, 'TypeError', /accountId of .* must be a string of 12 digits/],
    [{ accountId: '12' }, 'RangeError', /12 digits, not '12'/],
    [{ jobDelay: '1' }, 'TypeError', /jobDelay of .* must be a number/],
    [{ jobDelay: -1 }, 'RangeError', /jobDelay of .* milliseconds from 0 up, not -1/],
    [{ jobDelay: NaN }, 'RangeError', /not NaN/],
    [{ jobDelay: Infinity }, 'RangeError', /not Infinity/],
    [{ now: 5 }, 'TypeError', /now of .* must be a function/],
    [{ createVaults: 1 }, 'TypeError', /createVaults of .* must be true or false/],
    [{ credentials: {} }, 'TypeError', /credentials\.accessKeyId of .*, not undefined/],
    [{ credentials: { accessKeyId: 'a/b', secretAccessKey: 'c' } }, 'RangeError', /no slash/],
    [
      { credentials: { accessKeyId: 'a', secretAccessKey: '' } },
      'RangeError',
      /credentials\.secretAccessKey of .*, not a string of 0 characters/,
    ],
  ]
  for (const [wrong, name, message] of cases) {
    await t.rejects(startLocalVault({ dir, ...wrong }), { name, message }, String(message))
  }
  t.strictSame(await readdir(dir), [], 'and nothing was made')
  const credentials = { accessKeyId: 'mine', secretAccessKey: 'secret' }
  const given = await localVaultFor(t, { dir: join(dir, 'given'), credentials })
  t.strictSame(given.credentials, credentials)
  t.notOk((await readdir(given.dir)).includes('credentials.json'), 'keys that are given are not kept')
  const open = await startLocalVault({ dir: join(dir, 'open'), host: '0.0.0.0', allowRemote: true })
  t.match(open.endpoint, /^http:\/\/0\.0\.0\.0:\d+$/)
  await open.close()
  await open.close()
  t.equal(endpointOf({ address: '::1', family: 'IPv6', port: 80 }), 'http://[::1]:80')
  const taken = await localVaultFor(t)
  await t.rejects(startLocalVault({ dir: join(dir, 'open'), port: Number(new URL(taken.endpoint).port) }), {
    code: 'EADDRINUSE',
  })
})
