import { getEventListeners, once } from 'node:events'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { ByteSource } from '../../lib/stages/byte-source.js'
import { SourcePrefix } from '../../lib/resume/source-prefix.js'
import { MIB } from '../../lib/sizes.js'
import { gathered } from '../helpers/gather.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

t.test('the first part is known before the source is read from its beginning', async (t) => {
  const bytes = patternBytes(3 * MIB + 5)
  for (const size of [MIB + 1, 2 * MIB, 2 * MIB + 7, 3 * MIB + 5])
    for (const writeSize of [1000, MIB, 4 * MIB]) {
      const prefix = new SourcePrefix(patternSource(size, writeSize))
      for (const partSize of [MIB, 2 * MIB, MIB]) {
        const first = bytes.subarray(0, Math.min(size, partSize))
        t.strictSame(await prefix.firstPart(partSize, treeHashScheme()), {
          size: first.length,
          hash: treeHashOf(first),
        })
      }
      t.ok(
        (await gathered(prefix.bytes())).equals(bytes.subarray(0, size)),
        `${size} in writes of ${writeSize}`,
      )
    }
})

t.test('no more is read than the part needs', async (t) => {
  let read = 0
  function* source(): Generator<Buffer> {
    for (; read < 4 * MIB; read += MIB / 4) yield Buffer.alloc(MIB / 4)
  }
  const prefix = new SourcePrefix(source())
  await prefix.firstPart(MIB, treeHashScheme())
  t.ok(read <= MIB, `${read} bytes`)
  t.equal((await gathered(prefix.bytes())).length, 4 * MIB)
})

t.test('any source will do, and one that uses its buffer again', async (t) => {
  const bytes = patternBytes(MIB + 3)
  const half = bytes.subarray(0, MIB / 2)
  const rest = bytes.subarray(MIB / 2)
  function* reusing(): Generator<Buffer> {
    const buffer = Buffer.alloc(MIB)
    for (const piece of [half, rest.subarray(0, MIB / 2), rest.subarray(MIB / 2)]) {
      piece.copy(buffer)
      yield buffer.subarray(0, piece.length)
    }
  }
  const file = await open(join(t.testdir({ file: bytes }), 'file'))
  const sources: Record<string, ByteSource> = {
    'a Node stream': Readable.from([half, rest], { objectMode: false }),
    'a web stream': new Blob([half, rest]).stream() as ByteSource,
    'an iterable': [half, rest],
    'an iterable that uses its buffer again': reusing(),
    'a Buffer': bytes,
    'a descriptor': { fd: file.fd },
  }
  for (const [what, source] of Object.entries(sources)) {
    const prefix = new SourcePrefix(source)
    t.match(await prefix.firstPart(MIB, treeHashScheme()), { size: MIB }, what)
    t.ok((await gathered(prefix.bytes())).equals(bytes), what)
  }
  await file.close()
  t.throws(() => new SourcePrefix('text' as unknown as ByteSource), { name: 'TypeError' })
})

t.test('a source without a byte has no first part', async (t) => {
  for (const source of [[], [Buffer.alloc(0)]]) {
    const prefix = new SourcePrefix(source)
    t.equal(await prefix.firstPart(MIB, treeHashScheme()), undefined)
    t.equal((await gathered(prefix.bytes())).length, 0)
  }
})

t.test('a source that fails fails when its first part is read, or its bytes', async (t) => {
  function* source(): Generator<Buffer> {
    yield Buffer.alloc(MIB)
    throw new Error('disk read error')
  }
  await t.rejects(new SourcePrefix(source()).firstPart(2 * MIB, treeHashScheme()), {
    message: 'disk read error',
  })
  const prefix = new SourcePrefix(source())
  t.match(await prefix.firstPart(MIB, treeHashScheme()), { size: MIB })
  await t.rejects(gathered(prefix.bytes()), { message: 'disk read error' })
})

t.test('a source that is not read to its end is closed, once', async (t) => {
  let closed = 0
  function* source(): Generator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(MIB)
    } finally {
      closed++
    }
  }
  const unread = new SourcePrefix(source())
  await unread.firstPart(MIB, treeHashScheme())
  await unread.close()
  t.equal(closed, 1)
  const partly = new SourcePrefix(source())
  await partly.firstPart(MIB, treeHashScheme())
  for await (const bytes of partly.bytes()) {
    t.equal(bytes.length, MIB)
    break
  }
  t.equal(closed, 2)
  await partly.close()
  t.equal(closed, 2)
  await new SourcePrefix([Buffer.alloc(1)]).close() // an array has nothing to close
})

t.test(
  'a source of which nothing was read is closed, and does not listen to the signal any more',
  async (t) => {
    const { signal } = new AbortController()
    const source = new PassThrough()
    const prefix = new SourcePrefix(source, signal)
    await prefix.close()
    t.ok(source.destroyed)
    await once(source, 'close')
    t.equal(getEventListeners(signal, 'abort').length, 0)
  },
)

t.test('a source that is silent is left at once, and does not listen to the signal any more', async (t) => {
  const { signal } = new AbortController()
  async function* silent(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.alloc(MIB)
    await new Promise(() => undefined)
  }
  const stream = new PassThrough()
  stream.write(Buffer.alloc(MIB))
  for (const source of [silent(), stream]) {
    const prefix = new SourcePrefix(source, signal)
    await prefix.firstPart(MIB, treeHashScheme())
    const bytes = Readable.from(prefix.bytes())
    bytes.resume()
    await once(bytes, 'data')
    await new Promise(setImmediate) // it waits for the next bytes
    bytes.destroy()
    await once(bytes, 'close')
    t.equal(getEventListeners(signal, 'abort').length, 0)
  }
  t.ok(stream.destroyed)
})

t.test('the signal ends the reading of a stream that gives nothing', async (t) => {
  const aborting = new AbortController()
  const silent = new PassThrough()
  const reading = new SourcePrefix(silent, aborting.signal).firstPart(MIB, treeHashScheme())
  aborting.abort(new Error('enough'))
  await t.rejects(reading, { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } })
  t.ok(silent.destroyed)
  const late = new SourcePrefix(new PassThrough(), AbortSignal.abort())
  await t.rejects(
    late.firstPart(MIB, treeHashScheme()),
    { name: 'AbortError' },
    'also where it has fired before',
  )
  const { signal } = new AbortController()
  t.match(
    await new SourcePrefix([Buffer.alloc(3)], signal).firstPart(MIB, treeHashScheme()),
    { size: 3 },
    'an array is no stream',
  )
})
