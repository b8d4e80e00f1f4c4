import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { COMMANDS, type HostileCommand } from '../helpers/hostile-commands.js'
import { problemsWithReplies, problemsWithReply } from '../helpers/hostile-matrix.js'
import { reply } from '../helpers/hostile-replies.js'
import { hostileServiceFor, send, UPLOAD, type Nonsense, type Operation } from '../helpers/hostile-service.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)
const service = await hostileServiceFor(t)

t.test('commands meet some of the wrong responses to each of their operations', async (t) => {
  for (const [i, command] of COMMANDS.entries())
    t.strictSame(await problemsWithReplies(command, service, t.testdir({}), 61, 7 * i), [], command.name)
})

/** Commands by an operation that is not an upload, each with that operation. */
function commandsWith(...operations: readonly Operation[]): [(typeof COMMANDS)[number], Operation][] {
  return COMMANDS.flatMap((command) =>
    operations
      .filter((one) => command.operations.includes(one))
      .map((one): [typeof command, Operation] => [command, one]),
  )
}

const NONE: [HostileCommand, Operation] = [{ name: 'none', operations: [], args: () => [] }, 'ListVaults']

t.test('redirects are not followed, neither to other hosts nor to files', async (t) => {
  const requests: string[] = []
  const other = createServer((request, response) => {
    requests.push(String(request.url))
    response.end()
  })
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
  for (const location of [address, 'file:///etc/passwd', '//127.0.0.1/', 'javascript:0'])
    for (const [i, status] of [301, 302, 303, 307, 308].entries()) {
      const redirect: Nonsense = (_request, response) => {
        send(response, {
          status,
          headers: { location, 'content-location': location, refresh: `0; url=${location}` },
          body: '',
        })
      }
      const all = commandsWith(
        'UploadArchive',
        'GetJobOutput',
        'ListVaults',
        'CreateVault',
        'ListMultipartUploads',
      )
      const [command, operation] = all[i % all.length] ?? NONE
      t.strictSame(await problemsWithReply(command, service, t.testdir({}), operation, redirect), [])
    }
  t.strictSame(requests, [])
})

t.test('lists that never end are ended, whatever their markers are', async (t) => {
  const row = {
    ListJobs: 'JobList',
    ListVaults: 'VaultList',
    ListParts: 'Parts',
    ListMultipartUploads: 'UploadsList',
  }
  const markers: Record<string, (page: number) => string> = {
    'the same marker': () => 'same',
    'two markers in turn': (page) => `m${page % 2}`,
    'ever new markers': (page) => `m${page}`,
    'markers of 5,000 characters': (page) => `${page}`.padStart(5000, 'm'),
  }
  for (const [i, [name, markerOf]] of Object.entries(markers).entries())
    for (const [operation, list] of Object.entries(row).filter((_list, at) => at % 2 === i % 2) as [
      Operation,
      string,
    ][]) {
      const endless: Nonsense = ({ earlier }, response) => {
        const upload = operation === 'ListParts' ? UPLOAD : {}
        const body = JSON.stringify({ ...upload, [list]: [], Marker: markerOf(earlier) })
        send(response, { status: 200, headers: { 'content-type': 'application/json' }, body })
      }
      const [command] = commandsWith(operation)[0] ?? NONE
      t.strictSame(
        await problemsWithReply(command, service, t.testdir({}), operation, endless),
        [],
        `${operation}: ${name}`,
      )
    }
})

t.test('outputs that are longer, shorter, cut or in single bytes make no wrong file', async (t) => {
  const outputs: Record<string, Nonsense> = {
    longer: reply((correct) => ({
      ...correct,
      headers: { ...correct.headers, 'content-length': String(correct.body.length + 5) },
      body: `${correct.body}12345`,
    })),
    shorter: reply((correct) => ({
      ...correct,
      headers: { ...correct.headers, 'content-length': '3' },
      body: correct.body.slice(0, 3),
    })),
    'slow and longer': ({ correct }, response) => {
      const headers = { ...correct.headers, 'content-length': '1000000' }
      response.writeHead(206, { 'x-amzn-requestid': 'r', ...headers }).write(correct.body)
      const more = setInterval(() => response.write('x'), 1)
      response.once('close', () => {
        clearInterval(more)
      })
    },
    cut: ({ correct }, response) => {
      response
        .writeHead(206, { 'x-amzn-requestid': 'r', ...correct.headers })
        .write('x', () => response.destroy())
    },
    'a broken response': (_request, response) => {
      response.socket?.end('HTTP/1.1 206 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello')
    },
    'headers without an end': (_request, response) => {
      response.socket?.write('HTTP/1.1 206 OK\r\n')
      for (let i = 0; i < 100; i++) response.socket?.write(`x-header-${i}: ${'x'.repeat(1000)}\r\n`)
    },
    'interim responses': (_request, response) => {
      for (let i = 0; i < 1000; i++) response.socket?.write('HTTP/1.1 102 Processing\r\n\r\n')
      response.socket?.end()
    },
  }
  for (const [name, nonsense] of Object.entries(outputs))
    for (const [command, operation] of commandsWith('GetJobOutput').slice(0, 3))
      t.strictSame(
        await problemsWithReply(command, service, t.testdir({}), operation, nonsense),
        [],
        `${command.name}: ${name}`,
      )
})
