import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { startLocalVault, type LocalVault, type RequestLogEntry } from '../../../lib/local/index.js'
import { drain, bodyWithIdleLimit } from '../../../lib/local/transport/idle-limit.js'
import { parseTarget, shownTarget } from '../../../lib/local/http/request-target.js'
import { MIB } from '../../../lib/sizes.js'
import { settled } from '../../helpers/gate.js'
import { hashHeaders, localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { rawConnection } from '../../helpers/raw-connection.js'

const CONTROL_SECRET = 'a-secret-of-the-test'

/** Asserts that a text is one answer in the format of the service, and gives its body. */
function isServiceAnswer(t: Test, text: string, status: number, code: string, message: RegExp): void {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  t.match(head, new RegExp(`^HTTP/1\\.1 ${status} \\w`))
  t.match(head, /^x-amzn-RequestId: [\w-]{47}$/im)
  t.match(head, /^content-type: application\/json$/im)
  t.match(head, /^date: .* GMT$/im)
  t.match(head, /^connection: close$/im)
  t.match(head, new RegExp(`^content-length: ${body.length}$`, 'im'))
  const type = status < 500 ? 'Client' : 'Server'
  t.match(JSON.parse(body), { code, message, type })
}

t.test('what is no request of HTTP is answered in the format of the service', async (t) => {
  const vault = await localVaultFor(t)
  const cases: [string, number, RegExp, ...string[]][] = [
    ['a request line that is none', 400, /malformed: Invalid method/, 'hello', '', ''],
    ['an unknown method', 400, /malformed: Invalid method/, 'BREW / HTTP/1.1', 'Host: a', '', ''],
    ['another protocol', 400, /malformed/, 'PRI * HTTP/2.0', '', 'SM', '', ''],
    ['a header without a name', 400, /malformed/, 'GET / HTTP/1.1', ': x', '', ''],
    ['a control character in a header', 400, /malformed/, 'GET / HTTP/1.1', 'Host: a\x01', '', ''],
    ['two lengths', 400, /malformed/, 'PUT / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2', '', ''],
    [
      'a length and chunks',
      400,
      /malformed/,
      'PUT / HTTP/1.1',
      'Host: a',
      'Content-Length: 1',
      'Transfer-Encoding: chunked',
      '',
      '',
    ],
    [
      'headers that are too long',
      431,
      /headers are too long/,
      'GET / HTTP/1.1',
      `x: ${'y'.repeat(20_000)}`,
      '',
      '',
    ],
    [
      'chunk extensions that are too long',
      413,
      /chunk extensions are too long/,
      'PUT /-/vaults/docs/tags HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked',
      '',
      `1;${'x'.repeat(20_000)}`,
      '',
    ],
    [
      'chunks that are none',
      400,
      /malformed: Invalid character in chunk size/,
      'PUT /-/vaults/docs/tags HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked',
      '',
      'zz',
      '',
    ],
    [
      'an expectation',
      417,
      /supported value of the header Expect is 100-continue/,
      'GET / HTTP/1.1',
      'Host: a',
      'Expect: money',
      '',
      '',
    ],
    ['no Host', 400, /must have a Host header/, 'GET / HTTP/1.1', 'Connection: close', '', ''],
    ['CONNECT', 400, /not a proxy/, 'CONNECT example.com:443 HTTP/1.1', 'Host: example.com', '', ''],
  ]
  for (const [name, status, message, ...lines] of cases) {
    await t.test(name, async (t) => {
      isServiceAnswer(t, await rawConnection(t, vault, ...lines).closed(), status, 'BadRequest', message)
    })
  }
})

t.test('an answer to HEAD has no body, also where the request is malformed', async (t) => {
  const vault = await localVaultFor(t)
  for (const line of ['Content-Length: ', 'Connection: close']) {
    const text = await rawConnection(t, vault, 'HEAD /-/vaults HTTP/1.1', 'Host: a', line, '', '').closed()
    t.match(text, /^HTTP\/1\.1 400 [^]*content-length: \d\d/i)
    t.ok(text.endsWith('\r\n\r\n'), text)
  }
})

t.test('an upgrade is not taken up: the request is answered as any other', async (t) => {
  const vault = await localVaultFor(t)
  const lines = ['Host: a', 'Connection: Upgrade, close', 'Upgrade: h2c', '', '']
  const text = await rawConnection(t, vault, 'OPTIONS /-/vaults HTTP/1.1', ...lines).closed()
  t.match(text, /^HTTP\/1\.1 400 [^]*MissingAuthenticationTokenException/)
})

t.test('garbage behind a request does not cost it its answer', async (t) => {
  const vault = await localVaultFor(t)
  const get = ['GET /-/vaults HTTP/1.1', 'Host: a', '', 'garbage', '', '']
  const text = await rawConnection(t, vault, ...get).closed()
  t.match(text, /^HTTP\/1\.1 400 [^]*MissingAuthenticationTokenException/)
  t.equal(text.split('HTTP/1.1').length, 2, 'and gets none itself')
})

t.test('answers come in the order of the requests, also where one cannot be read', async (t) => {
  const vault = await localVaultFor(t)
  const list = ['GET /-/vaults HTTP/1.1', 'Host: a', '']
  const chunks = ['Host: a', 'Transfer-Encoding: chunked', '', 'zz', '']
  for (const [second, ...answered] of [
    [['PUT /-/vaults/docs/tags HTTP/1.1', ...chunks], /chunk size/],
    [['CONNECT example.com:443 HTTP/1.1', '', ''], /not a proxy/],
    [['POST /-/vaults/docs/archives HTTP/1.1', ...chunks], /MissingParameterValue/],
    [['garbage', '', '']],
  ] as const) {
    const text = await rawConnection(t, vault, ...list, ...second).closed()
    t.match(text.split(/(?<=\})(?=HTTP)/), [/MissingAuthenticationToken/, ...answered])
    t.equal(text.split('HTTP/1.1').length, 2 + answered.length, text)
  }
})

t.test('a client that was answered and stays is cut', async (t) => {
  const vault = await localVaultFor(t)
  const staying = rawConnection(t, vault, 'nonsense', '', '')
  staying.socket.allowHalfOpen = true
  await staying.until(/malformed/)
  while (!staying.socket.destroyed) {
    staying.socket.write('more nonsense\r\n\r\n')
    await settled(10)
  }
  t.equal(staying.text().split('HTTP/1.1').length, 2, 'it is answered once')
})

t.test('a stalled body is answered with 408, and nothing is left of it', async (t) => {
  const dir = t.testdir()
  const entries: RequestLogEntry[] = []
  const vault = await localVaultFor(t, {
    dir,
    idleTimeout: 60,
    controlSecret: CONTROL_SECRET,
    log: (entry) => entries.push(entry),
  })
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  const bytes = patternBytes(MIB)
  const headers = hashHeaders(bytes)
  // What is signed says nothing of how the body comes: the half of it that does not come is never sent.
  const stalled = await send(vault, {
    method: 'POST',
    path: '/-/vaults/docs/archives',
    headers,
    body: bytes,
    stallAfter: MIB / 2,
  })
  t.match(stalled, {
    status: 408,
    headers: { connection: 'close', 'x-amzn-requestid': /^[\w-]{47}$/ },
    json: { code: 'RequestTimeoutException', message: 'Request timed out.', type: 'Client' },
  })
  const order = await send(vault, {
    method: 'POST',
    path: '/-/vaults/docs/jobs',
    headers: { 'content-length': '10' },
    body: '{"Type":',
    stallAfter: 8,
  })
  t.match(order, { status: 408, json: { code: 'RequestTimeoutException' } })
  const control = rawConnection(
    t,
    vault,
    'POST /.control/clock HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${CONTROL_SECRET}`,
    'Content-Length: 100',
    '',
    '{"advance"',
  )
  t.match(await control.closed(), /^HTTP\/1\.1 408 [^]*\{"message":"Request timed out\."\}$/)
  await vault.close()
  t.strictSame(await readdir(join(dir, 'tmp')), [])
  t.strictSame(await readdir(join(dir, 'vaults', 'docs', 'archives')), [])
  t.match(
    entries.map(({ status }) => status),
    [201, 408, 408, 408],
  )
})

t.test(
  'headers that do not end are answered with 408, and a connection without a request is closed',
  async (t) => {
    const vault = await localVaultFor(t, { idleTimeout: 40 })
    const slow = rawConnection(t, vault, 'GET / HTTP/1.1', 'Host:')
    const silent = rawConnection(t, vault)
    isServiceAnswer(t, await slow.closed(), 408, 'RequestTimeoutException', /^Request timed out\.$/)
    t.equal(await silent.closed(), '')
  },
)

t.test('the rest of a refused body is not waited for without end', async (t) => {
  const vault = await localVaultFor(t, { idleTimeout: 40 })
  const post = ['POST /-/vaults/docs/archives HTTP/1.1', 'Host: a', 'Content-Length: 99', '', 'x']
  t.match(
    await rawConnection(t, vault, ...post).closed(),
    /^HTTP\/1\.1 400 [^]*MissingParameterValueException/,
  )
})

t.test('a client that does not read its answer is cut', async (t) => {
  let wasCut: (entry: RequestLogEntry) => void = () => undefined
  const cut = new Promise<RequestLogEntry>((resolve) => (wasCut = resolve))
  const vault = await localVaultFor(t, {
    idleTimeout: 100,
    log: (entry) => {
      if (entry.operation === 'GetJobOutput') wasCut(entry)
    },
  })
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  const bytes = patternBytes(24 * MIB)
  const upload = { method: 'POST', path: '/-/vaults/docs/archives', headers: hashHeaders(bytes), body: bytes }
  const { headers } = await send(vault, upload)
  const job = await send(vault, {
    method: 'POST',
    path: '/-/vaults/docs/jobs',
    body: JSON.stringify({ Type: 'archive-retrieval', ArchiveId: headers['x-amz-archive-id'] }),
  })
  const path = `/-/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}/output`
  await t.rejects(send(vault, { method: 'GET', path, readAfter: () => cut }), {
    code: 'ECONNRESET',
  })
  t.match(await cut, { operation: 'GetJobOutput', status: 200 })
})

t.test('closing ends every connection, whatever it waits for', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: CONTROL_SECRET, faults: [{ fault: 'stall' }] })
  const lines = [
    [],
    ['GET / HTTP/1.1'],
    ['nonsense', '', ''],
    ['CONNECT a:1 HTTP/1.1', '', ''],
    ['GET /-/vaults HTTP/1.1', 'Host: a', '', ''],
    [
      'POST /.control/clock HTTP/1.1',
      'Host: a',
      `Authorization: Bearer ${CONTROL_SECRET}`,
      'Content-Length: 9',
      '',
      '',
    ],
  ]
  const connections = lines.map((it) => rawConnection(t, vault, ...it))
  await Promise.all(connections.map(({ socket }) => once(socket, 'connect')))
  await vault.close()
  await Promise.all(connections.map((it) => it.closed()))
})

t.test('a body that moves is not cut, however slowly it comes', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => {
    mock.timers.reset()
  })
  let give: (chunk: IteratorResult<string>) => void = () => undefined
  let returned = 0
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((resolve) => (give = resolve)),
      return: () => Promise.resolve({ value: String(++returned), done: true }),
    }),
  }
  const body = bodyWithIdleLimit(source, 1000)
  for (let i = 0; i < 10; i++) {
    const next = body.next()
    await settled(1)
    mock.timers.tick(999)
    give({ value: `chunk ${i}`, done: false })
    t.strictSame(await next, { value: `chunk ${i}`, done: false })
    mock.timers.tick(60_000) // the time until the next is asked for does not count
  }
  const next = body.next()
  const refused = t.rejects(next, { status: 408, code: 'RequestTimeoutException' })
  await settled(1)
  mock.timers.tick(1000)
  await refused
  t.equal(returned, 0, 'what hangs is not asked to end')
  const other = bodyWithIdleLimit(source, 1000)
  const first = other.next()
  await settled(1)
  give({ value: 'x', done: false })
  await first
  await other.return()
  t.equal(returned, 1)
})

t.test('a refused body that goes on and on is cut in the end', async (t) => {
  const vault = await localVaultFor(t)
  t.ok(vault.endpoint)
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => {
    mock.timers.reset()
  })
  const { PassThrough } = await import('node:stream')
  const request = Object.assign(new PassThrough(), { socket: new PassThrough() })
  drain(request as unknown as Parameters<typeof drain>[0], 1000)
  for (let i = 0; i < 10; i++) {
    t.notOk(request.destroyed, `after ${i} chunks`)
    mock.timers.tick(999)
    request.write('x')
    await settled(2)
  }
  mock.timers.tick(10)
  t.ok(request.destroyed)
})

t.test('an absolute target and doubled slashes name the same path', async (t) => {
  t.match(parseTarget('http://user:secret@host:80/-/vaults?a=b'), { path: '/-/vaults', queryText: 'a=b' })
  t.match(parseTarget('HTTPS://host?a'), { path: '', queryText: 'a' })
  t.match(parseTarget('//-//vaults///x/..'), { path: '/-/vaults/x/..', queryText: '' })
  t.equal(shownTarget(parseTarget('http://user:secret@host/a')), '/a')
  t.equal(
    shownTarget(parseTarget('/a?x=1&X-Amz-Signature=ff&x-amz-security%2Dtoken=tt&X-Amz-Date=d&&y')),
    '/a?x=1&X-Amz-Signature=[redacted]&x-amz-security-token=[redacted]&X-Amz-Date=d&&y',
  )
})

t.test('a deletion of an archive named .. deletes nothing else', async (t) => {
  const vault = await localVaultFor(t)
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  for (const path of ['/-/vaults/docs/archives/..', '/-/vaults/docs/archives/../'])
    t.match(await send(vault, { method: 'DELETE', path }), { status: /^40[04]$/ })
  t.match(await send(vault, { method: 'GET', path: '/-/vaults/docs' }), { status: 200 })
})

t.test('the idle timeout is what a timer can wait', async (t) => {
  const dir = t.testdir()
  for (const idleTimeout of [0, -1, NaN, 2 ** 31])
    await t.rejects(startLocalVault({ dir, idleTimeout }), { name: 'RangeError', message: /idleTimeout/ })
  const vault: LocalVault = await startLocalVault({ dir, idleTimeout: 2 ** 31 - 1 })
  t.match(await send(vault, { method: 'GET', path: '/-/vaults' }), { status: 200 })
  await vault.close()
})
