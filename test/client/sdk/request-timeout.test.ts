import { once } from 'node:events'
import t from 'tap'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { RequestTimeout, timeLimitsFor } from '../../../lib/client/sdk/request-timeout.js'
import { MIB } from '../../../lib/sizes.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { headersOnly, startBareService } from '../../helpers/bare-service.js'

const address = { vaultName: 'backups' }

/** The headers of an answer of nine bytes. */
const NINE_BYTES = { 'content-length': '9', 'content-range': 'bytes 0-8/9' }

t.test('a request that progresses but does not end is given up', async (t) => {
  const timeout = new RequestTimeout('X', { idleMs: 60_000, totalMs: 20 }, undefined)
  timeout.progress()
  await once(timeout.signal, 'abort')
  t.match(timeout.error, { message: /It took longer than the slowest supported connection needs/ })
  t.equal(timeout.signal.reason, timeout.error)
  timeout.end()
  t.strictSame(timeLimitsFor(300_000, 16 * MIB), { idleMs: 300_000, totalMs: 1_800_000 + 4_096_000 })
  t.strictSame(timeLimitsFor(300_000, 2 ** 50).totalMs, 2 ** 31 - 1, 'the longest a timer can be')
})

t.test('the idle time starts anew with each progress', async (t) => {
  const timeout = new RequestTimeout('X', { idleMs: 100, totalMs: 60_000 }, undefined)
  const started = performance.now()
  while (performance.now() - started < 150); // no timer can fire meanwhile, however late it is
  timeout.progress()
  await once(timeout.signal, 'abort')
  t.ok(performance.now() - started >= 245, 'not from its beginning')
  timeout.end()
})

t.test('the time of a pause on this machine does not count', async (t) => {
  const timeout = new RequestTimeout('X', { idleMs: 60_000, totalMs: 20 }, undefined)
  timeout.progress(100)
  const started = performance.now()
  await once(timeout.signal, 'abort')
  t.ok(performance.now() - started >= 110, 'the limit of 20 ms, and the pause of 100 ms')
  timeout.end()
})

t.test('a request without progress is given up, with any client and at any point', async (t) => {
  const service = await startBareService((request, response) => {
    if (request.url.endsWith('/output')) response.writeHead(206, NINE_BYTES).write('abc')
  })
  t.teardown(() => service.close())
  await glacierClient(service.client()).region() // loads the SDK, which may block the event loop for as long
  const port = glacierClient(service.client(), { idleTimeout: 250 })
  const stalled = {
    name: 'ConnectionError',
    serviceCode: 'TimeoutError',
    message: /No progress for 0\.25 s\. \(TimeoutError\)/,
  }
  await t.rejects(port.describeVault(address), { ...stalled, operation: 'DescribeVault' })
  const bytes = Buffer.alloc(3 * MIB)
  await t.rejects(port.uploadArchive({ ...address, bytes, ...computeChecksums(bytes) }), {
    ...stalled,
    operation: 'UploadArchive',
  })
  // Here an answer begins: that may take a while on a busy machine.
  const slowerClient = glacierClient(service.client(), { idleTimeout: 1000 })
  const output = await slowerClient.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 9 } })
  await t.rejects(
    async () => {
      for await (const piece of output.body) t.equal(piece.length, 3)
    },
    { ...stalled, message: /No progress for 1 s/, operation: 'GetJobOutput' },
  )
  const gone = await startBareService(headersOnly(404, {}))
  t.teardown(() => gone.close())
  const lost = glacierClient(gone.client())
  await t.rejects(lost.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 9 } }), {
    code: 'ERR_SERVICE',
    message: /GetJobOutput: .*HTTP 404/,
  })
  for (const idleTimeout of [0, -1, NaN, 2 ** 31]) {
    t.throws(() => glacierClient({}, { idleTimeout }), {
      name: 'RangeError',
      message: /from 1 up to 24 days/,
    })
  }
})
