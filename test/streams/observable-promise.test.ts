import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import t from 'tap'
import { ListenerError } from '../../lib/errors.js'
import { emitChecked, emitOrDestroy } from '../../lib/streams/emit-or-destroy.js'
import { ObservablePromise } from '../../lib/streams/observable-promise.js'

interface Events {
  part: [index: number]
  end: []
}
type Emit = (event: 'part' | 'end', ...args: unknown[]) => void

/** Work that emits three parts and ends with how many. */
async function threeParts(emit: Emit): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await Promise.resolve()
    emit('part', i)
  }
  emit('end')
  return 3
}

const counted = (): ObservablePromise<number, Events> => new ObservablePromise<number, Events>(threeParts)
const failed = (error: Error): ObservablePromise<number, Events> =>
  new ObservablePromise<number, Events>(async () => Promise.reject(error))

t.test('the work begins at once, and listeners added in the same turn miss no event', async (t) => {
  let isBegun = false
  const seen: unknown[] = []
  const promise = new ObservablePromise<number, Events>(async (emit) => {
    isBegun = true
    return threeParts(emit)
  })
  t.ok(isBegun)
  const result = await promise
    .on('part', (index) => seen.push(index))
    .once('part', (index) => seen.push(`first ${index}`))
    .once('end', () => seen.push('end'))
  t.equal(result, 3)
  t.strictSame(seen, [0, 'first 0', 1, 2, 'end'])
})

t.test('a listener that is removed is not called', async (t) => {
  const seen: number[] = []
  const note = (index: number): void => {
    seen.push(index)
    promise.off('part', note)
  }
  const promise = counted().on('part', note)
  await promise
  t.strictSame(seen, [0])
})

t.test('it is a promise, and its methods return plain ones', async (t) => {
  const promise = counted()
  t.ok(promise instanceof Promise)
  t.ok(promise instanceof ObservablePromise)
  const derived = [
    promise.then((count) => count + 1),
    promise.catch(() => 0),
    promise.finally(() => undefined),
  ]
  for (const one of derived) {
    t.ok(one instanceof Promise)
    t.notOk(one instanceof ObservablePromise)
  }
  t.strictSame(await Promise.all(derived), [4, 3, 3])
})

t.test('it works with the functions that combine promises', async (t) => {
  t.strictSame(await Promise.all([counted(), counted().then(String)]), [3, '3'])
  t.equal(await Promise.race([counted(), new Promise<never>(() => undefined)]), 3)
  t.equal(await Promise.any([failed(new Error('disk read error')), counted()]), 3)
  t.match(await Promise.allSettled([counted(), failed(new Error('no bytes'))]), [
    { status: 'fulfilled', value: 3 },
    { status: 'rejected', reason: { message: 'no bytes' } },
  ])
})

t.test('a failure rejects the promise once, and no event reports it', async (t) => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): number => unhandled.push(reason)
  process.on('unhandledRejection', note)
  t.teardown(() => process.off('unhandledRejection', note))
  const error = new Error('disk read error')
  let errorEvents = 0
  const handled = failed(error)
  handled.on('error' as 'end', () => errorEvents++)
  await t.rejects(handled, error)
  await t.rejects(
    new ObservablePromise<number, Events>(() => {
      throw error
    }),
    error,
    'also if the work throws before it begins',
  )
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(unhandled, [])
  t.equal(errorEvents, 0)
  void failed(error)
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(unhandled, [error], 'one that nobody handles is reported once')
})

t.test('a listener that throws makes the promise reject with a ListenerError', async (t) => {
  const cause = new Error('no space left on device')
  const promise = counted().on('part', (index) => {
    if (index === 1) throw cause
  })
  const seen: number[] = []
  promise.on('part', (index) => seen.push(index))
  await t.rejects(promise, { name: 'ListenerError', code: 'ERR_LISTENER', event: 'part', cause })
  t.strictSame(seen, [0], 'listeners added after the one that threw are not called, as in Node.js')
})

t.test('a ListenerError passes through an object that emits the event again', (t) => {
  const cause = new Error('no space left on device')
  const outer = new EventEmitter().on('part', () => {
    throw cause
  })
  const inner = new EventEmitter().on('part', () => {
    emitChecked(outer, 'part')
  })
  const destroyed: Error[] = []
  emitOrDestroy(Object.assign(inner, { destroy: (error: Error) => destroyed.push(error) }), 'part')
  t.equal(destroyed.length, 1)
  t.ok(destroyed[0] instanceof ListenerError)
  t.equal(destroyed[0]?.cause, cause)
  t.throws(
    () => {
      emitChecked(inner, 'part')
    },
    { name: 'ListenerError', cause },
  )
  t.end()
})

t.test('no event is emitted before the first microtask, or once the work has ended', async (t) => {
  await t.rejects(
    new ObservablePromise<number, Events>(async (emit) => {
      emit('part', 0)
      return 1
    }),
    { message: /'part' was emitted before a listener could be added/ },
  )
  let late: Emit | undefined
  const seen: number[] = []
  const promise = new ObservablePromise<number, Events>(async (emit) => {
    late = emit
    return threeParts(emit)
  }).on('part', (index) => seen.push(index))
  await promise
  late?.('part', 3)
  t.strictSame(seen, [0, 1, 2])
})

t.test('it is shown as a promise with its state', async (t) => {
  class ArchiveUpload extends ObservablePromise<number, Events> {}
  const promise = new ArchiveUpload(threeParts)
  // tap traces promises, which adds their async IDs.
  t.match(inspect(promise), /^ArchiveUpload \[Promise\] \{\s*<pending>/)
  await promise
  t.match(inspect(promise), /^ArchiveUpload \[Promise\] \{\s*3\b/)
})
