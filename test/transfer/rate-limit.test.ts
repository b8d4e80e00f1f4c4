import t from 'tap'
import { RATE, RateLimit } from '../../lib/transfer/rate-limit.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

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

t.test('a rate is a finite number from 1 up', async (t) => {
  for (const rate of [1, 1.5, 2 ** 40])
    t.doesNotThrow(() => {
      RATE(rate, 'rate', 'put')
    })
  for (const rate of [0, 0.99, -1, NaN, Infinity])
    t.throws(() => {
      RATE(rate, 'rate', 'put')
    }, RangeError)
  t.throws(() => {
    RATE('1', 'rate', 'put')
  }, TypeError)
})
