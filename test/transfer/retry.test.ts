import { getEventListeners } from 'node:events'
import t from 'tap'
import * as errors from '../../lib/errors.js'
import { systemClock } from '../../lib/runtime/clock.js'
import { AdaptiveConcurrency } from '../../lib/transfer/concurrency.js'
import { failureKindOf, mayHaveActed, type FailureKind } from '../../lib/store/failure.js'
import { RateLimit } from '../../lib/transfer/rate-limit.js'
import { Retry, type RetryNotice } from '../../lib/transfer/retry.js'
import { toServiceError } from '../../lib/client/sdk/service-error.js'
import { gate, settled } from '../helpers/gate.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const HOUR = 3_600_000

/** The error for an answer, as the SDK throws it. */
function answer(status: number, name: string, message = 'the reason'): Error {
  return toServiceError(
    'UploadMultipartPart',
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }),
  )
}

/** The error for a connection that failed, as the SDK throws it. */
function failure(code: string, name = 'Error'): Error {
  return toServiceError('UploadMultipartPart', Object.assign(new Error('the reason'), { name, code }))
}

const timeout = answer(408, 'RequestTimeoutException')
const throttled = answer(400, 'ThrottlingException', 'Rate exceeded')
const reset = failure('ECONNRESET', 'TimeoutError')

t.test('a failure is judged by its code, then its status, then the network', async (t) => {
  const table: [Error, FailureKind, boolean][] = [
    [timeout, 'slow', false],
    [answer(408, 'Unknown'), 'slow', false],
    [answer(408, 'SyntaxError'), 'slow', false],
    [throttled, 'throttled', false],
    [answer(429, 'Unknown'), 'throttled', false],
    [answer(500, 'ServiceUnavailableException'), 'transient', true],
    [answer(503, 'ServiceUnavailableException'), 'transient', true],
    [answer(503, 'SyntaxError', 'Unexpected token <'), 'transient', true],
    [answer(502, 'Unknown'), 'transient', true],
    [answer(504, 'Unknown'), 'transient', true],
    [answer(501, 'NotImplemented'), 'final', true],
    [answer(403, 'ExpiredTokenException'), 'expired', false],
    [
      answer(403, 'InvalidSignatureException', 'Signature expired: A is now earlier than B'),
      'transient',
      false,
    ],
    [answer(403, 'InvalidSignatureException', 'Signature not yet current: A'), 'transient', false],
    [
      answer(403, 'InvalidSignatureException', 'The request signature we calculated does not match'),
      'final',
      false,
    ],
    [
      answer(
        403,
        'InvalidSignatureException',
        'The value passed in as x-amz-content-sha256 does not match the computed payload hash.',
      ),
      'corrupted',
      false,
    ],
    [
      answer(400, 'InvalidParameterValueException', 'Checksum mismatch: expected a, computed b'),
      'corrupted',
      false,
    ],
    [answer(400, 'InvalidParameterValueException', 'Invalid part size'), 'final', false],
    [answer(400, 'LimitExceededException'), 'final', false],
    [answer(503, 'InsufficientCapacityException'), 'final', true],
    [answer(403, 'AccessDeniedException'), 'final', false],
    [answer(404, 'ResourceNotFoundException'), 'final', false],
    [answer(400, 'MissingParameterValueException'), 'final', false],
    [answer(400, 'UnrecognizedClientException'), 'final', false],
    [answer(403, 'SyntaxError', 'Unexpected token <'), 'corrupted', true],
    [answer(200, 'SyntaxError', 'Unexpected token <'), 'corrupted', true],
    [answer(302, '302'), 'corrupted', true],
    [answer(407, 'Unknown'), 'corrupted', true],
    [
      toServiceError('X', Object.assign(new Error('no'), { name: 'CredentialsProviderError' })),
      'final',
      false,
    ],
    [reset, 'transient', true],
    [failure('EPIPE'), 'transient', true],
    [failure('ECONNREFUSED'), 'transient', false],
    [failure('ENOTFOUND'), 'transient', false],
    [failure('EAI_AGAIN'), 'transient', false],
    [failure('EHOSTUNREACH'), 'transient', true],
    [failure('ENETUNREACH'), 'transient', true],
    [failure('ETIMEDOUT'), 'slow', true],
    [failure('', 'TimeoutError'), 'slow', true],
    [new errors.TreeHashMismatchError('part', 'x', 'a', 'b'), 'corrupted', true],
    [new errors.SizeMismatchError('x', 1, 2), 'corrupted', false],
    [
      new errors.ServiceError('no ID', { operation: 'X', serviceCode: 'IncompleteResponse' }),
      'corrupted',
      true,
    ],
    [new errors.AbortError(), 'final', true],
    [new TypeError('ours'), 'final', false],
  ]
  for (const [error, kind, acted] of table) {
    t.equal(failureKindOf(error), kind, error.message)
    t.equal(mayHaveActed(error), acted, `acted: ${error.message}`)
  }
  t.equal(failureKindOf('thrown'), 'final')
})

t.test('an answer with none of the words of the service is told as what it is', async (t) => {
  t.match(answer(503, 'SyntaxError', 'Unexpected token <'), {
    serviceCode: 'UnexpectedResponse',
    status: 503,
    message:
      /^UploadMultipartPart: The response did not come from the service: HTTP 503, .*A proxy, a firewall or a login page/,
  })
  const $metadata = { httpStatusCode: 404, requestId: 'r' }
  const itsOwn = toServiceError('X', Object.assign(new Error('m'), { name: 'Unknown', $metadata }))
  t.match(itsOwn, {
    serviceCode: 'HTTP 404',
    requestId: 'r',
    message: 'X: the service stated no reason (HTTP 404)',
  })
  t.equal(failureKindOf(itsOwn), 'final', 'with a request ID it is the service that answers')
})

/** Runs attempts that fail as told, then succeed. */
async function attempts(retry: Retry, failures: Error[], signal?: AbortSignal): Promise<number> {
  let count = 0
  await retry.run(async () => {
    count++
    const error = failures.shift()
    if (error) throw error
  }, signal)
  return count
}

t.test('pauses double up to a minute, and are a random part of that', async (t) => {
  const clock = new VirtualClock()
  clock.chance = 1
  const notices: RetryNotice[] = []
  const retry = new Retry({ clock }, undefined, (notice) => notices.push(notice))
  t.equal(await attempts(retry, Array<Error>(10).fill(reset)), 11)
  t.strictSame(clock.pauses, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  t.match(notices[2], { error: reset, attempts: 3, pauseMs: 2000 })
  clock.chance = 0.25
  clock.pauses.length = 0
  await attempts(retry, [reset, reset])
  t.strictSame(clock.pauses, [125, 250])
})

t.test('attempts go on for the time allowed since anything succeeded, and no longer', async (t) => {
  for (const retryFor of [undefined, HOUR, 1]) {
    const clock = new VirtualClock()
    const started = clock.time
    const retry = new Retry({ clock, retryFor })
    await t.rejects(attempts(retry, Array<Error>(10_000).fill(reset)), {
      name: 'RetriesExhaustedError',
      code: 'ERR_RETRIES_EXHAUSTED',
      cause: reset,
      message: /the reason \(ECONNRESET\)\. The request was given up after \d+ attempts in \d+ s/,
    })
    const elapsed = clock.time - started
    const allowed = retryFor ?? 6 * HOUR
    t.ok(elapsed >= allowed * 0.99 && elapsed <= allowed, `${elapsed} of ${allowed} ms`)
  }
})

t.test('a success of another request gives all a new time', async (t) => {
  const clock = new VirtualClock()
  const retry = new Retry({ clock, retryFor: HOUR })
  const started = clock.time
  let count = 0
  const slow = retry.run(async () => {
    if (++count % 10 === 0) await retry.run(() => Promise.resolve())
    if (clock.time - started < 3 * HOUR) throw reset
  })
  await slow
  t.ok(clock.time - started >= 3 * HOUR)
})

t.test('a request that begins after a long quiet has its whole time', async (t) => {
  const clock = new VirtualClock()
  const retry = new Retry({ clock, retryFor: HOUR })
  await retry.run(() => Promise.resolve())
  clock.time += 10 * HOUR
  t.equal(await attempts(retry, [reset, reset]), 3)
})

t.test('what is final is told at once, and with no time for it nothing is tried again', async (t) => {
  const clock = new VirtualClock()
  const final = answer(400, 'LimitExceededException')
  await t.rejects(attempts(new Retry({ clock }), [final]), final)
  await t.rejects(attempts(new Retry({ clock, retryFor: 0 }), [reset]), reset)
  t.strictSame(clock.pauses, [])
})

t.test('what arrives damaged is sent three more times', async (t) => {
  const bad = answer(400, 'InvalidParameterValueException', 'Checksum mismatch: expected a, computed b')
  t.equal(await attempts(new Retry({ clock: new VirtualClock() }), [bad, bad, bad]), 4)
  await t.rejects(attempts(new Retry({ clock: new VirtualClock() }), [bad, bad, bad, bad]), bad)
})

t.test('expired credentials are refreshed before another attempt', async (t) => {
  const expired = answer(403, 'ExpiredTokenException')
  let refreshed = 0
  const refreshCredentials = async (): Promise<void> => {
    refreshed++
  }
  const retry = new Retry({ clock: new VirtualClock() }, { refreshCredentials })
  t.equal(await attempts(retry, [expired, reset, expired]), 4)
  t.equal(refreshed, 2)
  await t.rejects(attempts(new Retry({ clock: new VirtualClock() }), Array<Error>(4).fill(expired)), expired)
})

t.test('the signal ends a pause, and what failed after it is told as it is', async (t) => {
  const clock = new VirtualClock(false)
  const aborting = new AbortController()
  const pausing = attempts(new Retry({ clock }), [reset], aborting.signal)
  await settled()
  t.equal(clock.sleeping, 1)
  aborting.abort(new Error('enough'))
  const aborted = { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } }
  const error: unknown = await pausing.catch((thrown: unknown) => thrown)
  t.match(error, aborted)
  t.ok(error instanceof errors.AbortError, 'whatever the clock of a caller throws')
  await t.rejects(attempts(new Retry({ clock }), [reset], aborting.signal), reset)
  for (const thrown of [
    aborting.signal.reason,
    new DOMException('This operation was aborted', 'AbortError'),
  ]) {
    const failed = attempts(new Retry({ clock }), [thrown as Error], aborting.signal)
    const found: unknown = await failed.catch((it: unknown) => it)
    t.match(found, aborted)
    t.ok(found instanceof errors.AbortError, 'whatever the client of a caller throws')
  }
})

t.test('an error of the clock itself is thrown as it is', async (t) => {
  const broken = new Error('no timers')
  const clock = Object.assign(new VirtualClock(), { sleep: () => Promise.reject(broken) })
  await t.rejects(attempts(new Retry({ clock }), [reset]), broken)
})

t.test("the system's clock tells time, sleeps and wakes", async (t) => {
  const before = systemClock.now()
  await systemClock.sleep(1, undefined)
  t.ok(systemClock.now() > before)
  const woken: unknown = await systemClock
    .sleep(60_000, AbortSignal.abort('enough'))
    .catch((thrown: unknown) => thrown)
  t.match(woken, { code: 'ABORT_ERR', cause: 'enough' })
  t.ok(woken instanceof errors.AbortError)
  const chance = systemClock.random()
  t.ok(chance >= 0 && chance < 1)
})

t.test('half as many are let in when the line is overrun, once for all that were under way', async (t) => {
  for (const overrun of [timeout, throttled, failure('', 'TimeoutError')]) {
    const concurrency = new AdaptiveConcurrency(8)
    const hold = gate()
    const running = Array.from({ length: 8 }, () =>
      concurrency.run(async () => {
        await hold.opened
        throw overrun
      }),
    )
    hold.open()
    await Promise.allSettled(running)
    t.equal(concurrency.current, 4, overrun.message)
    for (const current of [2, 1, 1]) {
      await t.rejects(concurrency.run(() => Promise.reject(overrun)))
      t.equal(concurrency.current, current)
    }
  }
  const other = new AdaptiveConcurrency(8)
  await t.rejects(other.run(() => Promise.reject(reset)))
  t.equal(other.current, 8, 'a reset is no sign of that')
})

t.test('one more is let in after a window of successes, up to what was asked for', async (t) => {
  const concurrency = new AdaptiveConcurrency(4)
  await t.rejects(concurrency.run(() => Promise.reject(timeout)))
  await t.rejects(concurrency.run(() => Promise.reject(timeout)))
  t.equal(concurrency.current, 1)
  const after: number[] = []
  for (let i = 0; i < 8; i++) {
    await concurrency.run(() => Promise.resolve())
    after.push(concurrency.current)
  }
  t.strictSame(after, [2, 2, 3, 3, 3, 4, 4, 4])
})

t.test(
  'a success from before a halving does not count, and a failure between successes begins anew',
  async (t) => {
    const concurrency = new AdaptiveConcurrency(2)
    const hold = gate()
    const before = concurrency.run(() => hold.opened)
    await t.rejects(concurrency.run(() => Promise.reject(timeout)))
    hold.open()
    await before
    t.equal(concurrency.current, 1)
    await concurrency.run(() => Promise.resolve())
    t.equal(concurrency.current, 2)
  },
)

t.test('no more are under way than are let in; the others wait their turn, or leave', async (t) => {
  const concurrency = new AdaptiveConcurrency(2)
  const gates = Array.from({ length: 5 }, gate)
  const order: number[] = []
  const staying = new AbortController()
  const aborting = new AbortController()
  const running = gates.map((it, i) =>
    concurrency.run(async () => {
      order.push(i)
      await it.opened
    }, [undefined, undefined, undefined, aborting.signal, staying.signal][i]),
  )
  await settled()
  t.strictSame(order, [0, 1])
  aborting.abort(new Error('enough'))
  await t.rejects(running[3] as Promise<void>, { name: 'AbortError', cause: { message: 'enough' } })
  gates[1]?.open()
  await settled()
  t.strictSame(order, [0, 1, 2])
  for (const it of gates) it.open()
  await Promise.allSettled(running)
  t.strictSame(order, [0, 1, 2, 4])
  t.strictSame(getEventListeners(staying.signal, 'abort'), [], 'nothing listens any more')
  await t.rejects(
    concurrency.run(() => Promise.resolve(), AbortSignal.abort()),
    { name: 'AbortError' },
  )
})

t.test('a rate limit lets so many bytes a second through, evenly, to all who ask', async (t) => {
  const clock = new VirtualClock()
  const limit = new RateLimit(1_000_000, clock)
  t.equal(limit.chunkSize, 50_000)
  const ask = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await limit.take(limit.chunkSize)
  }
  await Promise.all([ask(), ask(), ask()])
  t.equal(Math.round(clock.time), 1450, '1.5 MB, the first of it at once')
  clock.time += 10_000
  clock.pauses.length = 0
  await limit.take(50_000)
  await limit.take(50_000)
  t.strictSame(clock.pauses.map(Math.round), [50], 'a quiet time is not saved up')
  t.equal(new RateLimit(2 ** 40, clock).chunkSize, 65_536)
  t.equal(new RateLimit(1, clock).chunkSize, 1)
  await t.rejects(limit.take(50_000, AbortSignal.abort('enough')), { code: 'ABORT_ERR', cause: 'enough' })
})
