import t from 'tap'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { upload, stored } from '../helpers/byte-sources.js'

t.test('empty chunks are no bytes, and leave the event loop its turn', async (t) => {
  t.equal((await stored([Buffer.alloc(0), '', new ArrayBuffer(0), 'x', new Uint8Array(0)]))?.length, 1)
  const aborting = new AbortController()
  const endless = (function* () {
    for (;;) yield Buffer.alloc(0)
  })()
  setImmediate(() => {
    aborting.abort()
  })
  await t.rejects(upload(new MemoryVault(), endless, { signal: aborting.signal }), { code: 'ABORT_ERR' })
  const late = gate()
  const promises = [late.opened as unknown as Buffer]
  const stopping = new AbortController()
  const running = upload(new MemoryVault(), promises, { signal: stopping.signal })
  await settled(2)
  stopping.abort()
  late.open()
  await t.rejects(running, { code: 'ABORT_ERR' })
})

t.test('an error whose name cannot be read fails the upload', async (t) => {
  for (const field of ['name', 'message']) {
    const error = Object.defineProperty(new Error('lost'), field, {
      get: () => {
        throw new Error('hostile')
      },
    })
    const failing = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    }
    await t.rejects(upload(new MemoryVault(), failing), { message: /cannot be read/, cause: error })
  }
})

t.test('an iterable need only do what for await asks of it', async (t) => {
  const steps: { done: boolean; value?: Buffer }[] = [{ done: false, value: Buffer.from('bytes') }]
  const next = (): PromiseLike<{ done: boolean; value?: Buffer }> => {
    const step = steps.shift() ?? { done: true }
    const then = (resolve: (it: typeof step) => void): void => {
      resolve(step)
    }
    return { then } as PromiseLike<typeof step>
  }
  await upload(new MemoryVault(), { [Symbol.asyncIterator]: () => ({ next }) })
  const values = [Buffer.from('bytes')].values()
  await upload(new MemoryVault(), { [Symbol.asyncIterator]: undefined, [Symbol.iterator]: () => values })
  for (const iterator of [undefined, Promise.resolve(), {}])
    await t.rejects(upload(new MemoryVault(), { [Symbol.iterator]: () => iterator }), {
      name: 'TypeError',
      message: /must return an iterator with a method next\(\), not /,
    })
})
