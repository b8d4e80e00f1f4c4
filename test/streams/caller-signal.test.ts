import { EventEmitter, getEventListeners } from 'node:events'
import t from 'tap'
import { destroyOnAbort, following, onAbort } from '../../lib/streams/caller-signal.js'
import { systemClock } from '../../lib/runtime/clock.js'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

t.test('all transfers of a signal add one listener, which is removed when they have ended', async (t) => {
  const { signal } = new AbortController()
  const act = (): void => {
    t.fail('the signal has not fired')
  }
  const stops = Array.from({ length: 15 }, () => onAbort(signal, act))
  t.equal(listeners(signal), 1)
  for (const stop of stops) {
    t.equal(listeners(signal), 1)
    stop()
    stop()
  }
  t.equal(listeners(signal), 0)
  const again = onAbort(signal, act)
  t.equal(listeners(signal), 1)
  again()
  t.equal(listeners(signal), 0)
})

t.test('each is called once, at once where the signal has fired, and not once it has stopped', async (t) => {
  const aborting = new AbortController()
  const { signal } = aborting
  const called: string[] = []
  onAbort(signal, () => {
    called.push('first')
    stopThird()
  })
  onAbort(signal, () => called.push('second'))
  const stopThird = onAbort(signal, () => called.push('third'))
  aborting.abort()
  onAbort(signal, () => called.push('late'))()
  t.strictSame(called, ['first', 'second', 'late'])
  t.equal(listeners(signal), 0)
  onAbort(undefined, () => called.push('never'))()
  t.equal(called.length, 3)
  for (const value of ['signal', 5, {}])
    t.throws(() => onAbort(value as unknown as AbortSignal, () => undefined), { name: 'TypeError' })
})

t.test('a stream is destroyed with an AbortError, and forgotten when it has closed', async (t) => {
  class Stream extends EventEmitter {
    error: Error | undefined
    destroy(error: Error): void {
      this.error = error
      this.emit('close')
    }
  }
  const aborting = new AbortController()
  const [ended, running] = [new Stream(), new Stream()]
  for (const stream of [ended, running]) destroyOnAbort(aborting.signal, stream)
  destroyOnAbort(undefined, ended)
  ended.emit('close')
  t.equal(listeners(aborting.signal), 1)
  aborting.abort('enough')
  t.equal(ended.error, undefined)
  t.match(running.error, { name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
  t.equal(listeners(aborting.signal), 0)
})

t.test('a signal that follows fires with the caller’s, or alone', async (t) => {
  const aborting = new AbortController()
  const [first, second, third] = [1, 2, 3].map(() => following(aborting.signal))
  first?.abort()
  t.ok(first?.signal.aborted)
  t.notOk(aborting.signal.aborted)
  second?.release()
  aborting.abort('enough')
  t.notOk(second?.signal.aborted)
  t.equal(third?.signal.reason, 'enough')
  t.notOk(following(undefined).signal.aborted)
})

t.test('any number of pauses are one listener, too, and a signal ends them', async (t) => {
  const aborting = new AbortController()
  const pauses = Array.from({ length: 15 }, () => systemClock.sleep(60_000, aborting.signal))
  t.equal(listeners(aborting.signal), 1)
  aborting.abort('enough')
  for (const pause of pauses) await t.rejects(pause, { name: 'AbortError', cause: 'enough' })
  const { signal } = new AbortController()
  await systemClock.sleep(0, signal)
  t.equal(listeners(signal), 0)
})
