import { constants } from 'node:buffer'
import { once } from 'node:events'
import { PassThrough, Readable, Writable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import streamChunker from 'stream-chunker'
import t from 'tap'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import { rechunk, type RechunkOptions } from '../../lib/stages/rechunk.js'
import { settled } from '../helpers/gate.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

/** Ways of reading a stage to its end. */
const consumers: Record<string, (stage: NodeJS.ReadWriteStream, source: Readable) => Promise<Buffer[]>> = {
  'pipe to a fast sink': (stage, source) =>
    intoSink(stage, source, (done) => {
      done()
    }),
  'pipe to a slow sink': (stage, source) => intoSink(stage, source, (done) => setImmediate(done)),
  'for await': async (stage, source) => {
    const found: Buffer[] = []
    for await (const part of source.pipe(stage)) found.push(part as Buffer)
    return found
  },
  'for await, slowly': async (stage, source) => {
    const found: Buffer[] = []
    for await (const part of source.pipe(stage)) {
      found.push(part as Buffer)
      await settled(1)
    }
    return found
  },
  'an async generator stage': async (stage, source) => {
    const found: Buffer[] = []
    await pipeline(
      source,
      stage,
      async function* (parts: AsyncIterable<unknown>) {
        for await (const part of parts) yield found.push(part as Buffer)
      },
      new PassThrough({ objectMode: true }).resume(),
    )
    return found
  },
  'read() on readable': (stage, source) =>
    new Promise((resolve, reject) => {
      const found: Buffer[] = []
      source.pipe(stage)
      stage.on('readable', () => {
        for (let part = take(stage); part; part = take(stage)) found.push(part)
      })
      stage.on('end', () => {
        resolve(found)
      })
      stage.on('error', reject)
    }),
}

function take(stage: NodeJS.ReadWriteStream): Buffer | null {
  return stage.read() as unknown as Buffer | null
}

async function intoSink(
  stage: NodeJS.ReadWriteStream,
  source: Readable,
  take: (done: () => void) => void,
): Promise<Buffer[]> {
  const found: Buffer[] = []
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(part: Buffer, _encoding, callback) {
      found.push(part)
      take(callback)
    },
  })
  await pipeline(source, stage, sink)
  return found
}

function lengths(size: number, partSize: number): number[] {
  const whole = Array<number>(Math.floor(size / partSize)).fill(partSize)
  return size % partSize === 0 ? whole : [...whole, size % partSize]
}

t.test('any source, written in any way, read in any way, comes in parts of exactly the size', async (t) => {
  const partSize = 10_000
  for (const size of [
    0,
    1,
    partSize - 1,
    partSize,
    partSize + 1,
    2 * partSize,
    7 * partSize,
    7 * partSize + 3_333,
  ]) {
    const bytes = patternBytes(size)
    for (const writes of [[1], [size + 1], [997], [partSize], [65_536], [1, 5 * partSize, 3]]) {
      if (writes[0] === 1 && writes.length === 1 && size > partSize + 1) continue // slow, and shows nothing more
      for (const [name, consume] of Object.entries(consumers)) {
        const parts = await consume(rechunk(partSize), patternSource(size, writes))
        const what = `${size} bytes in writes of ${writes.join(', ')}, ${name}`
        t.strictSame(
          parts.map((part) => part.length),
          lengths(size, partSize),
          what,
        )
        t.ok(Buffer.concat(parts).equals(bytes), `${what}: the same bytes`)
      }
    }
  }
})

t.test('for all sizes, writes and options the parts are those of the obvious definition', async (t) => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }),
    fc.record({ flush: fc.boolean(), align: fc.boolean() }),
    fc.constantFrom(...Object.keys(consumers)),
    async (partSize, writes, options, consumer) => {
      const source = Readable.from(writes.map((bytes) => Buffer.from(bytes)))
      const parts = await (consumers[consumer] as (typeof consumers)[string])(
        rechunk(partSize, options),
        source,
      )
      const wanted = obviously(Buffer.concat(writes), partSize, options)
      if (parts.length !== wanted.length || !parts.every((part, i) => part.equals(wanted[i] as Buffer))) {
        throw new Error(`${parts.map((part) => part.toString('hex')).join()} is not what was wanted`)
      }
    },
  )
  await t.resolves(fc.assert(property, { numRuns: 300 }))
})

function obviously(bytes: Buffer, partSize: number, { flush, align }: RechunkOptions): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += partSize) {
    const part = bytes.subarray(at, at + partSize)
    if (part.length === partSize) parts.push(part)
    else if (flush) parts.push(align ? Buffer.concat([part], partSize) : part)
  }
  return parts
}

t.test('it may be called as stream-chunker is, and gives what that gives', async (t) => {
  for (const options of [
    { flush: true },
    { flush: false },
    { flush: true, align: true },
    { flush: false, align: true },
  ]) {
    for (const size of [1, 9, 10, 11, 105]) {
      const theirs: Buffer[] = []
      const chunker = patternSource(size, 7).pipe(streamChunker(10, options))
      chunker.on('data', (part: Buffer) => theirs.push(part))
      await new Promise((resolve) => chunker.on('end', resolve))
      const ours = await patternSource(size, 7).pipe(rechunk(10, options)).toArray()
      t.strictSame(ours, theirs, `${size} bytes with ${JSON.stringify(options)}`)
    }
  }
})

t.test('without options the tail is kept', async (t) => {
  t.strictSame(
    await patternSource(25, 25).pipe(rechunk(10)).toArray(),
    obviously(patternBytes(25), 10, { flush: true }),
  )
})

t.test('a source may reuse its buffer, and parts share no memory', async (t) => {
  const stage = rechunk(4)
  const buffer = Buffer.alloc(6)
  const parts: Buffer[] = []
  stage.on('data', (part: Buffer) => parts.push(part))
  for (const value of [1, 2, 3]) {
    buffer.fill(value)
    await new Promise((resolve) => stage.write(buffer, resolve))
  }
  stage.end()
  await new Promise((resolve) => stage.once('end', resolve))
  t.equal(Buffer.concat(parts).toString('hex'), '010101010101' + '020202020202' + '030303030303')
  t.equal(new Set(parts.map((part) => part.buffer)).size, parts.length)
})

t.test('one part at a time is made of a long write, as they are read', async (t) => {
  const stage = rechunk(1000)
  stage.write(patternBytes(50_500))
  stage.end()
  await settled()
  t.equal(stage.readableLength, 1)
  t.equal((stage.read() as Buffer).length, 1000)
  await settled()
  t.ok(stage.readableLength <= 1)
  const rest = await stage.toArray()
  t.equal(rest.length, 50)
})

t.test('it holds up its source while nobody reads', async (t) => {
  let taken = 0
  const source = new Readable({
    read() {
      taken += 1000
      this.push(Buffer.alloc(1000))
    },
  })
  const stage = source.pipe(rechunk(10_000))
  await settled(200)
  t.ok(
    taken <= 10_000 + source.readableHighWaterMark + stage.writableHighWaterMark + 2000,
    `${taken} bytes were taken`,
  )
  source.destroy()
  stage.destroy()
})

t.test('it composes, and passes errors and aborts on', async (t) => {
  t.match(await patternSource(25, 3).compose<Readable>(rechunk(10)).toArray(), [
    { length: 10 },
    { length: 10 },
    { length: 5 },
  ])

  const broken = new Readable({
    read() {
      this.destroy(new Error('broken'))
    },
  })
  await t.rejects(pipeline(broken, rechunk(10), new PassThrough({ objectMode: true })), { message: 'broken' })

  const aborting = new AbortController()
  const endless = new Readable({
    read() {
      this.push('x'.repeat(100))
    },
  })
  const running = pipeline(
    endless,
    rechunk(10),
    new Writable({
      objectMode: true,
      write() {
        aborting.abort()
      },
    }),
    {
      signal: aborting.signal,
    },
  )
  await t.rejects(running, { name: 'AbortError' })
})

t.test('a size that is none is refused at once', async (t) => {
  for (const size of [0, -1, 1.5, NaN, Infinity, constants.MAX_LENGTH + 1]) {
    t.throws(() => rechunk(size), { name: 'RangeError', message: new RegExp(`not ${size}`) })
  }
  const memory = new PartMemory(20)
  t.throws(() => rechunk(10, { memory }), { name: 'RangeError', message: /parts of 20 bytes, not 10/ })
  t.throws(() => rechunk('10' as unknown as number), { name: 'TypeError', message: /not '10'/ })
})

t.test('calls of stream-chunker with text give what stream-chunker gives', async (t) => {
  type Call = (stage: Duplex) => void
  const calls: Record<string, Call> = {
    "write('text', encoding)": (stage) => {
      stage.write('h\u00e9llo w\u00f6rld', 'latin1')
      stage.write('6869', 'hex')
      stage.end()
    },
    'write(text)': (stage) => {
      for (const text of ['12', '34', '\u20ac', '56', '']) stage.write(text)
      stage.end()
    },
    "end('text', encoding)": (stage) => stage.end('aGVsbG8gd29ybGQ=', 'base64'),
    setDefaultEncoding: (stage) => stage.setDefaultEncoding('hex').end('00ff7f41'),
    'bytes and callbacks': (stage) => {
      stage.write(new Uint8Array([1, 2, 3]), () => stage.end(Buffer.from('end')))
    },
    cork: (stage) => {
      stage.cork()
      stage.write('abc')
      stage.write('defgh', 'utf8')
      stage.uncork()
      stage.end()
    },
  }
  const gathered = (stage: Duplex, call: Call): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const found: unknown[] = []
      stage.on('data', (part) => found.push(part))
      stage.on('end', () => {
        resolve(found)
      })
      stage.on('error', reject)
      call(stage)
    })
  for (const [what, call] of Object.entries(calls))
    for (const encoding of [undefined, 'utf8', 'hex', 'base64', 'utf16le'] as const)
      for (const options of [{ flush: true }, { flush: true, align: true }, { flush: false }])
        for (const size of [1, 3, 4, 16]) {
          const all = encoding ? { ...options, encoding } : options
          const theirs = await gathered(streamChunker(size, all), call)
          t.strictSame(
            await gathered(rechunk(size, all), call),
            theirs,
            `${what}, size ${size}, ${JSON.stringify(all)}`,
          )
        }
  t.throws(() => rechunk(4, { encoding: 'nope' as BufferEncoding }), { name: 'RangeError' })
})

t.test('a stream with an encoding set is not piped in, whenever it was set', async (t) => {
  const sink = (): Writable => new PassThrough({ objectMode: true }).resume()
  const decoded = Readable.from([Buffer.from('\u00e4')], { objectMode: false }).setEncoding('utf8')
  const refused = { name: 'TypeError', message: /decodes its bytes to text/ }
  await t.rejects(pipeline(decoded, rechunk(10), sink()), refused)
  const later = Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false })
  const running = pipeline(later, rechunk(10), sink())
  later.setEncoding('latin1')
  await t.rejects(running, refused)
  const old = new PassThrough()
  const stage = rechunk(10)
  old.pipe(stage)
  old.unpipe(stage)
  old.setEncoding('utf8')
  stage.end('text')
  t.strictSame(await stage.toArray(), [Buffer.from('text')], 'what was unpiped does not matter')
})

t.test('a chunk that is no bytes is an error of the stream, and is not thrown at its source', async (t) => {
  for (const chunk of [{ a: 1 }, 5, [1], new Blob(['x']), undefined]) {
    const stage = rechunk(10)
    t.doesNotThrow(() => stage.write(chunk), 'an error event, not a throw')
    await t.rejects(once(stage, 'end'), { name: 'TypeError', message: /A chunk must be/ })
  }
  const source = Readable.from([Buffer.alloc(10), { a: 1 }, Buffer.alloc(10)])
  await t.rejects(pipeline(source, rechunk(10), new PassThrough({ objectMode: true }).resume()), {
    name: 'TypeError',
    message: /not an object/,
  })
  const kinds = [new Uint16Array([1, 2]), new DataView(new ArrayBuffer(3), 1), new SharedArrayBuffer(2)]
  t.strictSame(await Readable.from(kinds).pipe(rechunk(3)).toArray(), [
    Buffer.from([1, 0, 2]),
    Buffer.alloc(3),
    Buffer.alloc(2),
  ])
})

t.test('a write is answered with false until its bytes were copied', async (t) => {
  const stage = rechunk(4)
  const buffer = Buffer.alloc(3, 1)
  t.ok(stage.write(buffer), 'copied at once')
  buffer.fill(2)
  t.notOk(stage.write(buffer), 'the second half waits until the first part is read')
  t.notOk(stage.write(Buffer.alloc(2, 3)), 'and what follows, too')
  const parts: Buffer[] = []
  stage.on('data', (part: Buffer) => parts.push(part))
  await once(stage, 'drain')
  buffer.fill(9)
  stage.end()
  await once(stage, 'end')
  t.equal(Buffer.concat(parts).toString('hex'), '0101010202020303')
})
