import { constants } from 'node:buffer'
import t from 'tap'
import { PartMemory, PIECE_MEMORY, PIECE_SIZE } from '../../lib/transfer/part-memory.js'

t.test('released memory is taken again, once for each release, and that of others is ignored', async (t) => {
  const memory = new PartMemory(100)
  const [first, second] = [memory.take(), memory.take()]
  t.ok(first.buffer instanceof SharedArrayBuffer)
  t.strictSame([first.length, second.length, memory.size], [100, 100, 100])
  t.not(first.buffer, second.buffer)
  memory.release(Buffer.alloc(100))
  memory.release(first.subarray(0, 3))
  memory.release(first)
  t.equal(memory.take().buffer, first.buffer)
  t.notOk([first.buffer, second.buffer].includes(memory.take().buffer), 'a second release has no effect')
  memory.release(first)
  t.equal(memory.take().buffer, first.buffer, 'memory that was taken again can be released again')
  t.throws(() => {
    memory.release('bytes' as unknown as Uint8Array)
  }, TypeError)
})

t.test('the memory of a stage has a method take() and a size', async (t) => {
  const check = (value: unknown): void => {
    PIECE_MEMORY(value, 'memory', 'rechunk')
  }
  for (const value of [new PartMemory(1), { take: () => Buffer.alloc(1), size: 1 }])
    t.doesNotThrow(() => {
      check(value)
    })
  for (const value of [{ size: 1 }, { take: () => Buffer.alloc(1) }, { take: () => 1, size: '1' }, 1])
    t.throws(() => {
      check(value)
    }, TypeError)
})

t.test('a piece has from 1 byte to the bytes of the largest Buffer', async (t) => {
  for (const size of [1, constants.MAX_LENGTH])
    t.doesNotThrow(() => {
      PIECE_SIZE(size, 'size', 'rechunk')
    })
  for (const size of [0, 1.5, constants.MAX_LENGTH + 1]) t.throws(() => new PartMemory(size), RangeError)
  t.throws(() => new PartMemory('1' as unknown as number), TypeError)
})
