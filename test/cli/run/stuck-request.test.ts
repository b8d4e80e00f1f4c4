import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import t from 'tap'
import { endpointOf } from '../../../lib/local/http/http-server.js'
import { MIB } from '../../../lib/sizes.js'
import type { AddressInfo } from 'node:net'
import { patternBytes } from '../../helpers/pattern-source.js'
import { configuredCredentials } from '../../helpers/local-vault.js'
import { worldFor } from '../../helpers/world.js'

/** Attempts that take well over 15 minutes of the command's clock. */
const FAILURES = 58

t.test('get reports a range that keeps failing while others are retrieved', async (t) => {
  const credentials = await configuredCredentials(t)
  const { vault, run, put } = await worldFor(t, credentials)
  const [archiveId = ''] = await put(patternBytes(3 * MIB), '--part-size', '1MiB')
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '', headers } = request
    const passed = sendRequest(new URL(url, vault.endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    request.pipe(passed)
  }
  const fail = (response: ServerResponse): void => {
    failures++
    response.writeHead(500).end('{"code":"ServiceUnavailableException","message":"Service unavailable."}')
  }
  let failures = 0
  const isRange = ({ headers }: IncomingMessage, index: number): boolean =>
    headers.range === `bytes=${index * MIB}-${(index + 1) * MIB - 1}`
  let passSecond = (): void => undefined
  const isToPass = new Promise<void>((resolve) => (passSecond = resolve))
  let secondIsAnswered = (): void => undefined
  const answered = new Promise<void>((resolve) => (secondIsAnswered = resolve))
  // The second range is answered when the first has failed once and the clock has moved, and the first fails again then.
  const server = createServer((request, response) => {
    if (isRange(request, 0) && failures < FAILURES) {
      if (failures === 1) passSecond()
      if (failures === 0) fail(response)
      else
        void answered.then(() => {
          fail(response)
        })
    } else if (isRange(request, 1)) {
      response.once('finish', secondIsAnswered)
      void isToPass.then(() => {
        pass(request, response)
      })
    } else pass(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = endpointOf(server.address() as AddressInfo)
  const args = ['--endpoint', endpoint, '--memory', '4MiB', '-o', `${vault.dir}/out`]
  const found = await run(['get', ...args, 'docs', '--', archiveId])
  t.match(found, {
    code: 0,
    err: /A request has failed \d+ times in (?:1[5-9]|[2-4]\d) min while others succeeded, and is retried\. It is given up after 24 h\./,
  })
  t.equal(failures, FAILURES)
})
