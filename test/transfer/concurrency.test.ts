import { getEventListeners } from 'node:events'
import t from 'tap'
import { AdaptiveConcurrency } from '../../lib/transfer/concurrency.js'
import { failure, reset, throttled, timeout } from '../helpers/failed-requests.js'
import { gate, settled } from '../helpers/gate.js'

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
  for (let i = 0; i < 12; i++) {
    await concurrency.run(() => Promise.resolve())
    after.push(concurrency.current)
  }
  t.strictSame(after, [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4])
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
  t.strictSame(getEventListeners(aborting.signal, 'abort'), [])
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
