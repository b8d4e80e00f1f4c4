import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { chmod, readFile, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { startLocalVault, type RequestLogEntry } from '../../../lib/local/index.js'
import { logLine } from '../../../lib/local/http/request-log.js'
import { logUnreadRequest } from '../../../lib/local/http/request-record.js'
import { openRequestLog } from '../../../lib/cli/run/serve/request-log-file.js'
import { runHere, stage } from '../../helpers/command.js'
import { settled } from '../../helpers/gate.js'
import { clock, hashHeaders, localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { rawConnection } from '../../helpers/raw-connection.js'

const entry: RequestLogEntry = {
  time: '2026-11-23T12:00:00.000Z',
  requestId: 'id',
  method: 'GET',
  path: '/-/vaults',
  operation: 'ListVaults',
  status: 200,
  code: null,
  bytesIn: 1,
  bytesOut: 2,
  durationMs: 0.5,
  remoteAddress: '127.0.0.1',
  accessKeyId: 'AKIA',
  fault: null,
  diagnostic: null,
}

t.test('there is an entry for each request, with what became of it', async (t) => {
  const entries: RequestLogEntry[] = []
  const vault = await startLocalVault({
    dir: t.testdir(),
    now: clock(Date.parse('2026-11-23T12:00:00Z')).now,
    controlSecret: 'a-secret-of-the-test',
    faults: [
      { fault: 'lose-answer', operation: 'DeleteVault' },
      { fault: 'throttle', operation: 'ListVaults', nth: 2 },
    ],
    log: (it) => entries.push(it),
  })
  const time = Date.parse('2026-11-23T12:00:00Z')
  const { accessKeyId } = vault.credentials
  const made = await send(vault, { method: 'PUT', path: '/-/vaults/docs', time })
  const bytes = patternBytes(100_000)
  const upload = {
    method: 'POST',
    path: '/-/vaults/docs/archives',
    headers: hashHeaders(bytes),
    body: bytes,
    time,
  }
  await send(vault, upload)
  await send(vault, { method: 'GET', path: '/-/vaults?limit=1&X-Amz-Security-Token=abc', time, sign: false })
  await send(vault, { method: 'GET', path: '/-/vaults', time })
  const refused = await send(vault, {
    method: 'GET',
    path: '/-/vaults/docs',
    time,
    sign: { secretAccessKey: 'no' },
  })
  await t.rejects(send(vault, { method: 'DELETE', path: '/-/vaults/docs', time }))
  await send(vault, { method: 'GET', path: '/.control/clock', sign: false })
  await rawConnection(t, vault, 'nonsense', '', '').closed()
  await rawConnection(t, vault, 'CONNECT a:1 HTTP/1.1', '', '').closed()
  await vault.close()
  const common = { time: '2026-11-23T12:00:00.000Z', remoteAddress: '127.0.0.1', accessKeyId, fault: null }
  t.match(entries, [
    {
      ...common,
      requestId: made.headers['x-amzn-requestid'],
      method: 'PUT',
      path: '/-/vaults/docs',
      operation: 'CreateVault',
      status: 201,
      code: null,
      diagnostic: null,
    },
    { ...common, operation: 'UploadArchive', status: 201, code: null },
    {
      ...common,
      accessKeyId: null,
      path: '/-/vaults?limit=1&X-Amz-Security-Token=[redacted]',
      status: 400,
      code: 'MissingAuthenticationTokenException',
    },
    { ...common, operation: 'ListVaults', status: 400, code: 'ThrottlingException', fault: 'throttle' },
    {
      ...common,
      operation: 'DescribeVault',
      status: 403,
      code: 'InvalidSignatureException',
      requestId: refused.headers['x-amzn-requestid'],
      diagnostic: {
        canonicalRequest: /^GET\n\/-\/vaults\/docs\n\nhost:/,
        stringToSign: /^AWS4-HMAC-SHA256\n/,
      },
    },
    { ...common, operation: 'DeleteVault', status: null, code: null, fault: 'lose-answer' },
    { ...common, accessKeyId: null, operation: null, path: '/.control/clock', status: 401, code: null },
    {
      ...common,
      accessKeyId: null,
      method: null,
      path: null,
      operation: null,
      status: 400,
      code: 'BadRequest',
    },
    {
      ...common,
      accessKeyId: null,
      method: null,
      path: null,
      operation: null,
      status: 400,
      code: 'BadRequest',
    },
  ])
  t.equal(entries.length, 9)
  for (const it of entries)
    t.ok(it.bytesIn > 0 && it.durationMs >= 0 && (it.bytesOut > 0 || it.status === null))
  const [, uploaded] = entries
  t.ok(uploaded !== undefined && uploaded.bytesIn > 100_000 && uploaded.bytesIn < 102_000)
  t.notOk(JSON.stringify(entries).includes(vault.credentials.secretAccessKey))
})

t.test('requests of one connection are told apart, and malformed chunks are theirs', async (t) => {
  const entries: RequestLogEntry[] = []
  const vault = await localVaultFor(t, { log: (it) => entries.push(it) })
  const lines = (length: number): string[] => [
    'GET /-/vaults HTTP/1.1',
    'Host: a',
    `X: ${'x'.repeat(length)}`,
    '',
    '',
  ]
  const kept = rawConnection(t, vault, ...lines(1000))
  await kept.until(/MissingAuthenticationToken/)
  kept.socket.write(lines(10).join('\r\n'))
  await kept.until(/MissingAuthenticationToken[^]*MissingAuthenticationToken/)
  const put = ['PUT /-/vaults/docs/tags HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', '', 'zz', '']
  await rawConnection(t, vault, ...put).closed()
  await vault.close()
  t.match(entries, [
    { bytesIn: lines(1000).join('\r\n').length },
    { bytesIn: lines(10).join('\r\n').length },
    { method: 'PUT', path: '/-/vaults/docs/tags', status: 400, code: 'BadRequest' },
  ])
  t.equal(entries.length, 3)
})

t.test('many requests that are sent at once are no reason for a warning', async (t) => {
  const vault = await localVaultFor(t)
  const warnings: Error[] = []
  const warned = (warning: Error): unknown => warnings.push(warning)
  process.on('warning', warned)
  const list = 'GET /-/vaults HTTP/1.1\r\nHost: a\r\n\r\n'
  await rawConnection(t, vault, list.repeat(30)).until(/(?:"Client"[^]*?){30}/)
  await settled()
  process.off('warning', warned)
  t.strictSame(warnings, [])
})

t.test('where a connection comes from is null when it is gone', async (t) => {
  const entries: RequestLogEntry[] = []
  const socket = new Socket() // it has no connection
  const recording = { log: (it: RequestLogEntry) => entries.push(it), now: () => 0 }
  logUnreadRequest(socket, 'id', { status: 400, code: 'BadRequest' }, recording)
  t.match(entries, [{ remoteAddress: null, time: '1970-01-01T00:00:00.000Z' }])
})

t.test('what the function for entries throws is a warning, and the request is answered', async (t) => {
  const logs: (() => void)[] = [new Error('full'), 'full'].map((thrown) => () => {
    throw thrown as Error
  })
  for (const log of [...logs, () => Promise.reject(new Error('full'))]) {
    const vault = await localVaultFor(t, { log })
    const warned = once(process, 'warning')
    t.match(await send(vault, { method: 'GET', path: '/-/vaults' }), { status: 200 })
    t.match(await warned, [{ message: 'full' }])
  }
})

t.test('a line of the log cannot control a terminal', async (t) => {
  const path = '/\u001b[2J\u0000\u007f\u0085\u009b31m\u2028\u2029\u202e\u00e9\ud83d\ude00\n'
  const line = logLine({ ...entry, path })
  t.match(line, /^[\x20-\x7e]+\n$/)
  t.strictSame(JSON.parse(line), { ...entry, path })
})

t.test('serve appends a line for each request to a file of its own', async (t) => {
  const file = join(t.testdir(), 'log')
  for (const count of [1, 2]) {
    const it = stage()
    const served = runHere(['serve', '--dir', join(t.testdirName, 'vaults'), '--quiet', '--log', file], it)
    while (it.out() === '') await settled(1)
    await fetch(`${it.out().trim()}/-/vaults?X-Amz-Signature=abc`)
    it.interrupt.abort('SIGTERM')
    t.equal(await served, 143)
    const lines = (await readFile(file, 'utf8')).split('\n')
    t.equal(lines.pop(), '')
    t.equal(lines.length, count)
    const last = JSON.parse(lines.at(-1) ?? '') as RequestLogEntry
    t.match(last, { method: 'GET', path: '/-/vaults?X-Amz-Signature=[redacted]', operation: 'ListVaults' })
  }
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const shown = stage()
  const served = runHere(['serve', '--dir', join(t.testdirName, 'vaults'), '--quiet', '--log', '-'], shown)
  while (shown.out() === '') await settled(1)
  await fetch(`${shown.out().trim()}/-/vaults`)
  shown.interrupt.abort('SIGTERM')
  await served
  t.match(JSON.parse(shown.err().split('\n')[0] ?? ''), { path: '/-/vaults', status: 400 })
})

t.test('a log that cannot be opened is an error at the start, also where nobody reads it', async (t) => {
  const dir = t.testdir({ 'a-folder': {} })
  const fifo = join(dir, 'fifo')
  const made = spawnSync('mkfifo', [fifo])
  const paths = [join(dir, 'a-folder'), join(dir, 'none', 'log'), ...(made.status === 0 ? [fifo] : [])]
  for (const path of paths) {
    const it = stage()
    t.equal(await runHere(['serve', '--dir', join(dir, 'vaults'), '--log', path], it), 1)
    t.match(it.err(), `The request log ${path} cannot be opened: `)
  }
})

t.test(
  'a log that cannot be written is reported once, and the server goes on',
  { skip: process.platform !== 'linux' && 'only Linux has /dev/full' },
  async (t) => {
    const it = stage()
    const served = runHere(['serve', '--dir', t.testdir(), '--quiet', '--log', '/dev/full'], it)
    while (it.out() === '') await settled(1)
    for (let i = 0; i < 3; i++) t.equal((await fetch(`${it.out().trim()}/-/vaults`)).status, 400)
    it.interrupt.abort('SIGTERM')
    t.equal(await served, 143)
    t.equal(it.err().split('cannot be written').length, 2, it.err())
    t.match(
      it.err(),
      /log \/dev\/full cannot be written: no space left on device \(ENOSPC\)\. The server keeps running/,
    )
  },
)

t.test('a FIFO may be read slowly, and no line becomes the rest of another', async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  if (spawnSync('mkfifo', [fifo]).status !== 0) {
    t.comment('there are no FIFOs here')
    return
  }
  const opened = (): number => openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK)
  const [buffer, path] = [Buffer.alloc(65_536), 'x'.repeat(1000)]
  const readUntil = async (reader: number, isDone: (text: string) => boolean): Promise<string[]> => {
    let text = ''
    while (!isDone(text)) {
      await settled(5)
      try {
        text += buffer.toString('latin1', 0, readSync(reader, buffer))
      } catch {
        // it is empty for now
      }
    }
    return text.split('\n')
  }
  const failures: string[] = []
  const first = opened()
  const log = await openRequestLog(fifo, (reason) => failures.push(reason))
  const fill = (): void => {
    for (let i = 0; i < 200; i++) log.add({ ...entry, path }) // more than a FIFO has room for
  }
  fill()
  const lines = await readUntil(first, (text) => text.split('\n').length > 200)
  t.strictSame(
    [...new Set(lines.slice(0, 200).map((line) => (JSON.parse(line) as RequestLogEntry).path))],
    [path],
  )
  t.strictSame(failures, [])

  fill()
  // The first line is written alone. Of the others, which are written together, some bytes have arrived, and not all fit.
  await readUntil(first, (text) => text.split('\n').length > 2)
  closeSync(first) // in the middle of a line
  while (failures.length === 0) await settled(5)
  t.match(failures, [/EPIPE/])
  const second = opened()
  log.add({ ...entry, path: '/next' })
  t.match(JSON.parse((await readUntil(second, (text) => /next.*\n/.test(text))).at(-2) ?? ''), {
    path: '/next',
  })

  fill()
  await log.close() // nobody reads
  t.equal(failures.length, 1, 'a failure is told once')
  closeSync(second)
})

t.test('lines that are not written in time are dropped when there are too many', async (t) => {
  const file = join(t.testdir(), 'log')
  const log = await openRequestLog(file, () => {
    t.fail('it can be written')
  })
  const path = 'x'.repeat(1_000_000)
  for (let i = 0; i < 40; i++) log.add({ ...entry, path })
  await log.close()
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  t.ok(lines.length > 10 && lines.length < 25, `${lines.length} lines`)
  await chmod(file, 0o644)
  await (await openRequestLog(file, () => undefined)).close()
  t.equal((await stat(file)).mode & 0o777, 0o644, 'the mode of a file that is there is its own')
})
