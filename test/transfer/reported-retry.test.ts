import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { MIB } from '../../lib/sizes.js'
import type { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { archiveWriter } from '../../lib/vault/archive-writer.js'
import type { UploadWarning } from '../../lib/store/archive.js'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { pipeline } from '../../lib/streams/node-streams.js'
import { emitOrDestroy } from '../../lib/streams/emit-or-destroy.js'
import { Retry, type StuckNotice } from '../../lib/transfer/retry.js'
import { toServiceError } from '../../lib/client/sdk/service-error.js'
import { reportedRetry, stuckWarning } from '../../lib/transfer/reported-retry.js'
import { startBareService, type BareService } from '../helpers/bare-service.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const reset = toServiceError('X', Object.assign(new Error('the reason'), { code: 'ECONNRESET' }))
const succeed = (): Promise<void> => Promise.resolve()

/** A retry whose notices of stuck requests are kept. */
function listening(retryFor?: number): { retry: Retry; clock: VirtualClock; stuck: StuckNotice[] } {
  const clock = new VirtualClock()
  const stuck: StuckNotice[] = []
  const retry = new Retry({ clock, retryFor }, {}, undefined, (notice) => stuck.push(notice))
  return { retry, clock, stuck }
}

t.test('a request that fails while others succeed is given up after four times the budget', async (t) => {
  for (const retryFor of [undefined, HOUR, 10]) {
    const { retry, clock, stuck } = listening(retryFor)
    const failing = retry.run(async () => {
      await retry.run(succeed)
      throw reset
    })
    await t.rejects(failing, { name: 'RetriesExhaustedError', cause: reset })
    const limit = 4 * (retryFor ?? 6 * HOUR)
    t.ok(clock.time > limit * 0.98 && clock.time <= limit, `${clock.time} of ${limit} ms`)
    t.match(stuck, [{ error: reset, limitMs: limit }], 'reported once')
  }
})

t.test('its limit counts from its first failure, not from its beginning', async (t) => {
  const { retry, clock } = listening(HOUR)
  let isFirst = true
  const failing = retry.run(async () => {
    if (isFirst) clock.time += 100 * HOUR
    isFirst = false
    await retry.run(succeed)
    throw reset
  })
  await t.rejects(failing, { name: 'RetriesExhaustedError' })
  t.ok(clock.time > 103 * HOUR && clock.time <= 104 * HOUR)
})

t.test('a stuck request is reported once, when it has failed for 15 minutes', async (t) => {
  const { retry, clock, stuck } = listening()
  let last = 0
  await retry.run(async () => {
    await retry.run(succeed)
    if (stuck.length === 0) last = clock.time
    if (clock.time < 2 * HOUR) throw reset
  })
  t.equal(stuck.length, 1)
  const [notice] = stuck as [StuckNotice]
  t.ok(notice.failingMs >= 15 * MINUTE && notice.failingMs < 16 * MINUTE, `${notice.failingMs} ms`)
  t.equal(notice.failingMs, last)
  t.ok(notice.attempts > 15)
})

t.test('a request is stuck from the moment at which it has failed for the time allowed', async (t) => {
  const { retry, clock, stuck } = listening(500)
  clock.time = 100 * HOUR
  clock.chance = 1
  let attempts = 0
  await retry.run(async () => {
    await retry.run(succeed)
    if (++attempts < 3) throw reset
  })
  t.match(stuck, [{ attempts: 2, failingMs: 500, limitMs: 2000 }])
})

t.test('each stuck request is reported', async (t) => {
  const { retry, stuck } = listening(HOUR)
  const failing = [1, 2].map(() =>
    retry.run(async () => {
      await retry.run(succeed)
      throw reset
    }),
  )
  await Promise.allSettled(failing)
  t.equal(stuck.length, 2)
})

t.test('a request is not reported where nothing else succeeds, or nothing did since', async (t) => {
  const { retry, clock, stuck } = listening()
  await retry.run(succeed)
  await retry.run(async () => {
    if (clock.time < HOUR) throw reset
  })
  t.strictSame(stuck, [])
})

t.test('with no budget there is no second attempt, and with an endless one no limit', async (t) => {
  const none = listening(0)
  await t.rejects(
    none.retry.run(() => Promise.reject(reset)),
    reset,
  )
  t.strictSame(none.clock.pauses, [])
  const { retry, clock, stuck } = listening(Infinity)
  await retry.run(async () => {
    await retry.run(succeed)
    if (clock.time < 100 * HOUR) throw reset
  })
  t.match(stuck, [{ limitMs: Infinity }])
})

t.test('what a listener throws ends the request and makes no attempt of its own', async (t) => {
  const clock = new VirtualClock()
  let attempts = 0
  const fail = async (): Promise<void> => {
    attempts++
    throw reset
  }
  const thrown = new Error('of the listener')
  const retry = new Retry({ clock }, {}, () => {
    throw thrown
  })
  await t.rejects(retry.run(fail), thrown)
  t.equal(attempts, 1)
})

t.test('the warning says how long it has been so, how long it goes on, and why', async (t) => {
  const notice = { error: reset, attempts: 22, failingMs: 900_500, limitMs: 24 * HOUR }
  t.strictSame(stuckWarning(notice), {
    code: 'REQUEST_STUCK',
    message:
      'A request has failed 22 times in 15 min while others succeeded, and is retried. ' +
      'It is given up after 24 h. Last failure: X: the reason (ECONNRESET)',
  })
  t.match(
    stuckWarning({ ...notice, failingMs: 5000, limitMs: 1.5 * HOUR }).message,
    /in 5 s .* after 1\.5 h\./,
  )
  t.notMatch(stuckWarning({ ...notice, limitMs: Infinity }).message, /given up/)
  for (const [failingMs, expected] of [
    [59_000, 'in 59 s while'],
    [60_000, 'in 1 min while'],
    [59 * MINUTE, 'in 59 min while'],
    [HOUR, 'in 1 h while'],
    [2.04 * HOUR, 'in 2 h while'],
  ] as const)
    t.match(stuckWarning({ ...notice, failingMs }).message, expected)
})

t.test('a stream emits each further attempt, which the progress counts, and a stuck request', async (t) => {
  const events: unknown[][] = []
  const stream = {
    emit: (...event: unknown[]) => events.push(event) > 0,
    destroy: () => t.fail('no listener has thrown'),
  }
  let counted = 0
  const clock = new VirtualClock()
  const retry = reportedRetry(stream, { clock, retryFor: 10 }, {}, { retried: () => counted++ })
  let attempts = 0
  await retry.run(async () => {
    await retry.run(succeed)
    if (++attempts < 10) throw reset
  })
  t.equal(counted, events.filter(([event]) => event === 'retry').length)
  t.ok(counted > 0)
  t.match(events[0], ['retry', { error: reset, attempts: 1 }])
  t.match(
    events.filter(([event]) => event === 'warning'),
    [['warning', { code: 'REQUEST_STUCK' }]],
  )
})

t.test('an error of a listener destroys the stream, and is not thrown at who emits', async (t) => {
  const destroyed: Error[] = []
  const thrown = new Error('no')
  const stream = {
    emit(event: string, ...args: unknown[]): boolean {
      if (event === 'warning') throw thrown
      t.strictSame(args, [1, 2])
      return true
    },
    destroy: (error: Error) => destroyed.push(error),
  }
  emitOrDestroy(stream, 'other', 1, 2)
  t.strictSame(destroyed, [])
  emitOrDestroy(stream, 'warning', 1)
  t.match(destroyed, [{ name: 'ListenerError', code: 'ERR_LISTENER', cause: thrown }])
})

/** A service that takes every part but the first, and how often the first came. */
interface Stubborn {
  readonly service: BareService
  readonly count: () => number
  /** A source of parts of 1 MiB: one more each time the first has failed. */
  readonly source: (writer: ArchiveWriter) => AsyncGenerator<Buffer>
}

/** @param failures - how often the first part fails before it is taken */
async function stubbornFor(test: Test, failures: number): Promise<Stubborn> {
  let count = 0
  const service = await startBareService((request, response) => {
    const treeHash = String(request.headers['x-amz-sha256-tree-hash'])
    if (request.method === 'POST') {
      const ids = { 'x-amz-multipart-upload-id': 'u', 'x-amz-archive-id': 'a' }
      response.writeHead(201, { 'content-length': '0', 'x-amz-sha256-tree-hash': treeHash, ...ids }).end()
      return
    }
    const isStuck = String(request.headers['content-range']).startsWith('bytes 0-') && ++count <= failures
    response
      .writeHead(isStuck ? 500 : 204, { 'content-length': '0', 'x-amz-sha256-tree-hash': treeHash })
      .end()
  })
  test.teardown(() => service.close())
  return {
    service,
    count: () => count,
    source: async function* (writer) {
      for (let part = 0; part <= Math.min(failures, 40); part++) {
        yield Buffer.alloc(MIB, part)
        while (count < Math.min(part, failures) && !writer.destroyed) await delay(1)
      }
    },
  }
}

/** Sends the source; the writer fails with what is thrown. */
async function send(
  { service, source }: Stubborn,
  listen: (writer: ArchiveWriter) => void,
): Promise<{ writer: ArchiveWriter; clock: VirtualClock }> {
  const clock = new VirtualClock()
  const writer = archiveWriter({
    client: service.client(),
    vaultName: 'docs',
    partSize: MIB,
    retryFor: 2 * MINUTE,
    clock,
  })
  listen(writer)
  await pipeline(source(writer), rechunk(MIB), hashParts(), writer)
  return { writer, clock }
}

t.test('an upload warns once of a part that fails while others are stored, and goes on', async (t) => {
  const stubborn = await stubbornFor(t, 12)
  const warnings: UploadWarning[] = []
  const { writer } = await send(stubborn, (it) => it.on('warning', (warning) => warnings.push(warning)))
  t.equal(stubborn.count(), 13, 'sent again after each failure, and no more')
  t.match(writer.archives, [{ parts: 13 }])
  t.match(warnings, [{ code: 'REQUEST_STUCK', message: /A request has failed \d+ times in \d min while/ }])
})

t.test('an upload is given up and kept when a part fails for too long, however the others go', async (t) => {
  const stubborn = await stubbornFor(t, Infinity)
  const warnings: UploadWarning[] = []
  const sent = send(stubborn, (it) => it.on('warning', (warning) => warnings.push(warning)))
  await t.rejects(sent, {
    name: 'UploadFailedError',
    kept: true,
    uploadId: 'u',
    cause: { name: 'RetriesExhaustedError', cause: { name: 'ServiceError', status: 500 } },
  })
  t.ok(stubborn.count() > 12 && stubborn.count() < 30, `${stubborn.count()} attempts in 8 minutes`)
  t.equal(warnings.length, 1)
})

t.test(
  'a listener that throws ends the upload, which is kept; no request is made because of it',
  async (t) => {
    for (const event of ['retry', 'warning'] as const) {
      const stubborn = await stubbornFor(t, Infinity)
      const thrown = new Error(`of ${event}`)
      let heard = 0
      let attemptsThen = 0
      const sent = send(stubborn, (it) => {
        it.on(event, () => {
          heard++
          attemptsThen = stubborn.count()
          throw thrown
        })
      })
      await t.rejects(sent, {
        name: 'UploadFailedError',
        kept: true,
        uploadId: 'u',
        cause: { name: 'ListenerError', cause: thrown },
      })
      t.equal(heard, 1)
      t.equal(stubborn.count(), attemptsThen)
    }
  },
)
