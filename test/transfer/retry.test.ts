import t from 'tap'
import * as errors from '../../lib/errors.js'
import { systemClock, type Clock } from '../../lib/runtime/clock.js'
import { checkOptions } from '../../lib/options/check-options.js'
import { RETRY, Retry, type RetryNotice } from '../../lib/transfer/retry.js'
import { answer, reset } from '../helpers/failed-requests.js'
import { settled } from '../helpers/gate.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const HOUR = 3_600_000

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

t.test('the time of a request that is given up counts from its beginning', async (t) => {
  const clock = new VirtualClock()
  clock.time = 50 * HOUR
  clock.chance = 1
  const retry = new Retry({ clock, retryFor: HOUR })
  await t.rejects(attempts(retry, Array<Error>(1000).fill(reset)), {
    attempts: 67,
    message: /after 67 attempts in 3600 s/,
  })
  t.equal(clock.time, 51 * HOUR)
})

t.test('the time for retries is a number from 0 up, and a clock has three methods', async (t) => {
  for (const options of [{ retryFor: 0 }, { retryFor: Infinity }, { clock: systemClock }])
    t.strictSame(checkOptions('put', options, RETRY), options)
  for (const retryFor of [-1, NaN])
    t.throws(() => checkOptions('put', { retryFor }, RETRY), { name: 'RangeError' })
  const clock = { now: () => 0 } as Clock
  t.throws(() => checkOptions('put', { clock }, RETRY), { name: 'TypeError' })
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
