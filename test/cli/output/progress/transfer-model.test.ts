import fc from 'fast-check'
import t from 'tap'
import { RateWindow } from '../../../../lib/cli/output/progress/rate-window.js'
import { TransferModel } from '../../../../lib/cli/output/progress/transfer-model.js'
import { counts } from '../../../helpers/transfer-counts.js'
import { MIB } from '../../../../lib/sizes.js'

t.test('the rate is that of the last 15 seconds, and falls while nothing arrives', async (t) => {
  const window = new RateWindow()
  t.equal(window.bytesPerSecond(0, 0), undefined, 'there is no sample')
  for (let second = 0; second <= 60; second++) window.add(second * 1000, second * 100)
  t.equal(window.bytesPerSecond(60_000, 6000), 100)
  t.equal(window.bytesPerSecond(65_000, 6000), 1000 / 15, 'ten of the last 15 seconds had bytes')
  t.equal(window.bytesPerSecond(75_000, 6000), 0)
  t.equal(window.bytesPerSecond(1e9, 6000), 0)
  window.add(75_000, 6000)
  window.add(76_000, 6300)
  t.equal(window.bytesPerSecond(76_000, 6300), 20, 'a burst after a pause')
})

t.test('the rate of a beginning transfer is that of its seconds, from the first one on', async (t) => {
  const window = new RateWindow()
  window.add(0, 0)
  window.add(50, 10) // too soon after the one before
  window.add(500, 100)
  t.equal(window.bytesPerSecond(999, 200), undefined)
  t.equal(window.bytesPerSecond(2000, 200), 100)
})

t.test('a transfer has a percentage, two rates and a remaining time', async (t) => {
  const model = new TransferModel(1000)
  t.match(model.snapshot(1000), {
    percent: undefined,
    bytesPerSecond: undefined,
    averageBytesPerSecond: undefined,
    etaMs: undefined,
    elapsedMs: 0,
  })
  // For five seconds, parts are compared: that is no time of the rates.
  model.update(counts({ doneBytes: 40, skippedBytes: 40, partsDone: 4, totalBytes: 100 }), 6000)
  t.match(model.snapshot(6000), { percent: 40, etaMs: undefined, averageBytesPerSecond: undefined })
  model.update(counts({ doneBytes: 40, skippedBytes: 40, totalBytes: 100, requestsInFlight: 1 }), 6000)
  t.equal(model.snapshot(6000).averageBytesPerSecond, 0)
  const sending = { skippedBytes: 40, totalBytes: 100, requestsInFlight: 1 }
  model.update(counts({ ...sending, doneBytes: 40, inFlightBytes: 10, sentBytes: 10 }), 8000)
  t.match(model.snapshot(8000), {
    percent: 50,
    positionBytes: 50,
    bytesPerSecond: 5,
    averageBytesPerSecond: 5,
    etaMs: 10_000,
    elapsedMs: 7000,
    waitedMs: 0,
  })
  t.match(model.snapshot(10_000), { bytesPerSecond: 2.5, etaMs: 20_000 }, 'nothing has arrived since')
})

t.test('a total is reached only when all bytes are done', async (t) => {
  const percentOf = (given: Parameters<typeof counts>[0]): number | undefined => {
    const model = new TransferModel(0)
    model.update(counts(given), 0)
    return model.snapshot(0).percent
  }
  t.equal(percentOf({ totalBytes: 100, doneBytes: 90, inFlightBytes: 10 }), 99)
  t.equal(percentOf({ totalBytes: 100, doneBytes: 100 }), 100)
  t.equal(percentOf({ totalBytes: 100, doneBytes: 150 }), 99, 'the source is longer than expected')
  t.equal(percentOf({ totalBytes: 0 }), undefined)
  t.equal(percentOf({ doneBytes: 5 }), undefined)
})

t.test('the clock of the transfer stands still while a job is waited for', async (t) => {
  const model = new TransferModel(0)
  model.update(counts({ requestsInFlight: 1, totalBytes: 4 * MIB }), 0)
  model.update(counts({ sentBytes: MIB, doneBytes: MIB, totalBytes: 4 * MIB }), 1000)
  model.beginWaiting(1000)
  model.beginWaiting(2000) // it has begun already
  t.match(model.snapshot(5000), { elapsedMs: 1000, waitedMs: 4000, bytesPerSecond: MIB, etaMs: 3000 })
  model.endWaiting(3_601_000)
  model.endWaiting(3_602_000) // it has ended already
  model.update(counts({ sentBytes: 2 * MIB, doneBytes: 2 * MIB, totalBytes: 4 * MIB }), 3_602_000)
  t.match(model.snapshot(3_602_000), {
    elapsedMs: 2000,
    waitedMs: 3_600_000,
    bytesPerSecond: MIB,
    averageBytesPerSecond: MIB,
    etaMs: 2000,
  })
})

t.test('whatever happens, every number is finite and none is negative', async (t) => {
  const bytes = fc.nat({ max: 2 ** 43 })
  const step = fc.record({
    ms: fc.nat({ max: 10_000_000 }),
    done: bytes,
    skipped: fc.boolean(),
    inFlight: bytes,
    wait: fc.constantFrom('begin', 'end', undefined),
  })
  const total = fc.option(bytes, { nil: undefined })
  const run = fc.property(total, fc.array(step, { maxLength: 40 }), (totalBytes, steps) => {
    const model = new TransferModel(0)
    let now = 0
    let percent = 0
    let [doneBytes, skippedBytes, sentBytes] = [0, 0, 0]
    for (const { ms, done, skipped, inFlight, wait } of steps) {
      now += ms
      doneBytes += done
      if (skipped) skippedBytes += done
      else sentBytes += done + inFlight
      const inFlightBytes = skipped ? 0 : inFlight
      model.update(counts({ doneBytes, skippedBytes, sentBytes, inFlightBytes, totalBytes }), now)
      if (wait === 'begin') model.beginWaiting(now)
      if (wait === 'end') model.endWaiting(now)
      for (const at of [now, now + 777]) {
        const numbers = { ...model.snapshot(at), counts: undefined }
        for (const [name, value] of Object.entries(numbers))
          if (value !== undefined && !(Number.isFinite(value) && value >= 0))
            throw new Error(`${name} ${value}`)
        if (totalBytes === undefined && numbers.etaMs !== undefined) throw new Error('a time without a total')
        if (sentBytes === 0 && numbers.etaMs !== undefined) throw new Error('a time without a rate')
        const isExact = inFlightBytes === 0 && doneBytes <= (totalBytes ?? 0)
        if (!isExact) continue
        if ((numbers.percent ?? 0) < percent) throw new Error('the percentage falls')
        percent = numbers.percent ?? 0
      }
    }
  })
  t.doesNotThrow(() => {
    fc.assert(run, { numRuns: 200 })
  })
})
