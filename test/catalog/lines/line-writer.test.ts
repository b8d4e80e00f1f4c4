import fc from 'fast-check'
import t from 'tap'
import { LineWriter, MAX_WRITE_BYTES } from '../../../lib/catalog/lines/line-writer.js'

/** A file in memory that takes so many bytes of each write, in turn; `Infinity` takes all, an error throws. */
function fileTaking(limits: (number | Error)[]): {
  readonly writes: Buffer[]
  readonly lines: () => string[]
  readonly append: (bytes: Uint8Array) => Promise<number>
} {
  const writes: Buffer[] = []
  return {
    writes,
    lines: () => Buffer.concat(writes).toString().split('\n'),
    async append(bytes) {
      const limit = limits.shift() ?? Infinity
      if (limit instanceof Error) throw limit
      const taken = Buffer.from(bytes.subarray(0, Math.min(limit, bytes.length)))
      writes.push(taken)
      return taken.length
    },
  }
}

t.test('lines are written whole, in writes of at most 64 KiB', async (t) => {
  const file = fileTaking([])
  const lines = Array.from({ length: 1000 }, (_, i) => `${i} ${'x'.repeat(i)}`)
  await new LineWriter(file.append).write(lines)
  t.strictSame(file.lines(), [...lines, ''])
  t.ok(file.writes.length > 1)
  for (const write of file.writes) {
    t.ok(write.length <= MAX_WRITE_BYTES)
    t.equal(write.at(-1), 10, 'it ends with a line')
  }
  await new LineWriter(file.append).write([])
})

t.test('a line that is too long is refused, and nothing of the call is written', async (t) => {
  const file = fileTaking([])
  const writer = new LineWriter(file.append)
  await t.rejects(writer.write(['a', 'x'.repeat(MAX_WRITE_BYTES - 1)]), RangeError)
  t.strictSame(file.writes, [])
  await writer.write(['x'.repeat(MAX_WRITE_BYTES - 2)])
  t.equal(file.writes.length, 1)
})

t.test('whatever a short write leaves, every line is there as a whole', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(20), { maxLength: 7 }),
      async (lines, limits) => {
        const file = fileTaking([...limits])
        await new LineWriter(file.append).write(lines)
        const found = file.lines()
        t.equal(found.pop(), '', 'the last line is ended')
        for (const line of lines) if (!found.includes(line)) t.fail(`${line} is not in ${found.join('|')}`)
      },
    ),
  )
})

t.test('a line of another process behind a torn one is not damaged, nor is the torn one lost', async (t) => {
  const file = fileTaking([5])
  const writer = new LineWriter(async (bytes) => {
    const taken = await file.append(bytes)
    if (file.writes.length === 1) await file.append(Buffer.from('{"other":1}\n'))
    return taken
  })
  await writer.write(['{"mine":1}', '{"mine":2}'])
  t.strictSame(file.lines(), ['{"min{"other":1}', '', '{"mine":1}', '{"mine":2}', ''])
})

t.test('only the end of a line is missing: nothing is written twice', async (t) => {
  const file = fileTaking([2])
  await new LineWriter(file.append).write(['ab', 'cd'])
  t.strictSame(file.lines(), ['ab', 'cd', ''])
})

t.test('on a full disk the torn line is ended where possible, else before the next line', async (t) => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const ended = fileTaking([4, full])
  await t.rejects(new LineWriter(ended.append).write(['abcdef']), { code: 'ENOSPC' })
  t.strictSame(ended.lines(), ['abcd', ''])

  const file = fileTaking([4, full, full])
  const writer = new LineWriter(file.append)
  await t.rejects(writer.write(['abcdef']), { code: 'ENOSPC' })
  t.strictSame(file.lines(), ['abcd'])
  await writer.write(['next'])
  t.strictSame(file.lines(), ['abcd', 'next', ''])

  const stuck = fileTaking(Array.from({ length: 20 }, () => 0))
  await t.rejects(new LineWriter(stuck.append).write(['abcdef']), /only some/)
})

t.test('a line end is added only behind a torn line', async (t) => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const linesAfter = async (limits: (number | Error)[], ...calls: string[][]): Promise<string[]> => {
    const file = fileTaking(limits)
    const writer = new LineWriter(file.append)
    for (const lines of calls) await writer.write(lines).catch(() => undefined)
    return file.lines()
  }
  t.strictSame(await linesAfter([full], ['a'], ['b']), ['b', ''], 'nothing was written')
  t.strictSame(await linesAfter([3], ['ab', 'cd']), ['ab', 'cd', ''], 'a whole line was written')
  t.strictSame(await linesAfter([0], ['ab', 'cd']), ['ab', 'cd', ''], 'no byte was written')
  t.strictSame(await linesAfter([4, full], ['abcdef'], ['b']), ['abcd', 'b', ''], 'the line was ended')
  t.strictSame(await linesAfter([4, full, 0], ['abcdef'], ['b']), ['abcd', 'b', ''], 'the end was not taken')
  t.strictSame(await linesAfter([3, full], ['ab', 'cd'], ['b']), ['ab', 'b', ''])
})

t.test('eight writes that take too little are a failure, and leave no line end', async (t) => {
  const stuck = fileTaking(Array.from({ length: 8 }, () => 0))
  const writer = new LineWriter(stuck.append)
  await t.rejects(writer.write(['abcdef']), /only some/)
  t.equal(stuck.writes.length, 8)
  await writer.write(['next'])
  t.strictSame(stuck.lines(), ['next', ''])
})

t.test('a call without lines writes nothing', async (t) => {
  const file = fileTaking([])
  await new LineWriter(file.append).write([])
  t.strictSame(file.writes, [])
})

t.test('one byte of each write is left free for the end of a torn line', async (t) => {
  const half = MAX_WRITE_BYTES / 2
  const file = fileTaking([])
  await new LineWriter(file.append).write(['x'.repeat(half - 1), 'y'.repeat(half - 1)])
  t.strictSame(
    file.writes.map(({ length }) => length),
    [half, half],
  )
  const fitting = fileTaking([])
  await new LineWriter(fitting.append).write(['x'.repeat(half - 1), 'y'.repeat(half - 2)])
  t.strictSame(
    fitting.writes.map(({ length }) => length),
    [MAX_WRITE_BYTES - 1],
  )
  await t.rejects(new LineWriter(file.append).write(['x'.repeat(MAX_WRITE_BYTES)]), {
    message: 'A line has 65537 bytes; at most 65535 are allowed.',
  })
})
