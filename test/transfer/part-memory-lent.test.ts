import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { PartMemory } from '../../lib/transfer/part-memory.js'

t.test('memory that is never given back is not kept alive', async (t) => {
  // In a process of its own, whose garbage collector can be called. 256 pieces of 1 MiB are taken and dropped.
  const script = `
    import { PartMemory } from 'glacier-pipe'
    const memory = new PartMemory(2 ** 20)
    let collected = 0
    const registry = new FinalizationRegistry(() => collected++)
    for (let i = 0; i < 256; i++) registry.register(memory.take().buffer, i)
    for (let turn = 0; turn < 50 && collected < 200; turn++) {
      gc()
      await new Promise((resolve) => setImmediate(resolve))
    }
    console.log(collected, memory.size)`
  const args = ['--expose-gc', '--no-warnings', '--input-type=module', '-e', script]
  const cwd = new URL('../..', import.meta.url)
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
  const [collected] = stdout.split(' ').map(Number)
  t.ok((collected ?? 0) >= 200, `${collected} of 256 pieces were collected`)
})

t.test('where the runtime has no shared memory, ordinary memory is used again', (t) => {
  const { SharedArrayBuffer: shared } = globalThis
  t.teardown(() => Object.assign(globalThis, { SharedArrayBuffer: shared }))
  t.ok(Reflect.deleteProperty(globalThis, 'SharedArrayBuffer'))
  const memory = new PartMemory(100)
  const piece = memory.take()
  t.ok(piece.buffer instanceof ArrayBuffer)
  t.equal(piece.length, 100)
  memory.release(piece)
  t.equal(memory.take().buffer, piece.buffer)
  t.end()
})
