import t from 'tap'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { RequestTimeout, timeLimitsFor } from '../../../lib/client/sdk/request-timeout.js'
import { MIB } from '../../../lib/sizes.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { headersOnly, startBareService } from '../../helpers/bare-service.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const address = { vaultName: 'backups' }

/** The headers of an answer of nine bytes. */
const NINE_BYTES = { 'content-length': '9', 'content-range': 'bytes 0-8/9' }

t.test('a request that progresses but does not end is given up', async (t) => {
  const clock = new VirtualClock(false)
  const timeout = new RequestTimeout('X', { idleMs: 60_000, totalMs: 200_000 }, undefined, undefined, clock)
  for (let second = 1; second < 200; second++) {
    await clock.advance(1000)
    timeout.progress()
  }
  t.equal(timeout.error, undefined)
  await clock.advance(1000)
  t.match(timeout.error, { message: /It took longer than the slowest supported connection needs/ })
  t.equal(timeout.signal.reason, timeout.error)
  timeout.end()
  t.equal(clock.sleeping, 0)
  t.strictSame(timeLimitsFor(300_000, 16 * MIB), { idleMs: 300_000, totalMs: 1_800_000 + 4_096_000 })
})

t.test('the idle time starts anew with each progress', async (t) => {
  const clock = new VirtualClock(false)
  const timeout = new RequestTimeout('X', { idleMs: 100, totalMs: 60_000 }, undefined, undefined, clock)
  await clock.advance(95)
  timeout.progress()
  await clock.advance(99)
  t.equal(timeout.error, undefined)
  await clock.advance(1)
  t.match(timeout.error, { message: /No progress for 0\.1 s/ })
  timeout.end()
})

t.test('a blocked event loop is one slice of the idle time, however long it is', async (t) => {
  const clock = new VirtualClock(false)
  const timeout = new RequestTimeout('X', { idleMs: 100, totalMs: 60_000 }, undefined, undefined, clock)
  clock.time = 1000
  await clock.advance(74)
  t.equal(timeout.error, undefined)
  await clock.advance(1)
  t.match(timeout.error, { serviceCode: 'TimeoutError' })
  timeout.end()
})

t.test('the time of a pause on this machine does not count', async (t) => {
  const clock = new VirtualClock(false)
  const timeout = new RequestTimeout('X', { idleMs: 60_000, totalMs: 20 }, undefined, undefined, clock)
  const endPause = timeout.pause()
  await clock.advance(10)
  endPause()
  await clock.advance(19)
  t.equal(timeout.error, undefined, 'the limit of 20 ms, and the pause of 10 ms')
  await clock.advance(1)
  t.match(timeout.error, { serviceCode: 'TimeoutError' })
  timeout.end()
})

t.test('the time in which a request is paused, as its caller reports, does not count', async (t) => {
  const clock = new VirtualClock(false)
  let isPaused = true
  const timeout = new RequestTimeout('X', { idleMs: 100, totalMs: 200 }, undefined, () => isPaused, clock)
  await clock.advance(1000)
  isPaused = false
  await clock.advance(124) // the rest of a slice does not count, nor does the one in which the pause ended
  t.equal(timeout.error, undefined)
  await clock.advance(1)
  t.match(timeout.error, { message: /No progress for 0\.1 s/ })
  timeout.end()
})

t.test('nothing is measured any more when a request has ended', async (t) => {
  const clock = new VirtualClock(false)
  const timeout = new RequestTimeout('X', { idleMs: 100, totalMs: 200 }, undefined, undefined, clock)
  timeout.end()
  t.equal(clock.sleeping, 0)
  await clock.advance(1000)
  t.equal(timeout.signal.aborted, false)
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
    { ...stalled, operation: 'GetJobOutput' },
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
