import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { treeHash } from '../../lib/tree-hash/tree-hash-stream.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { gathered } from '../helpers/gather.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

t.test('the same bytes come out, and the root at the end, for any sizes, writes and consumers', async (t) => {
  for (const size of [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 7]) {
    const bytes = patternBytes(size)
    for (const writeSize of [997, 65_536, 3 * MIB, size + 1]) {
      const piped = treeHash()
      const out = await gathered(patternSource(size, writeSize).pipe(piped))
      t.ok(out.equals(bytes), `${size} bytes in writes of ${writeSize}`)
      t.equal(piped.treeHash, treeHashOf(bytes))
      t.equal(piped.size, size)
      const composed = treeHash()
      await pipeline(patternSource(size, writeSize), composed, new PassThrough().resume())
      t.equal(composed.treeHash, treeHashOf(bytes))
    }
  }
})

t.test('it composes with other stages', async (t) => {
  const hash = treeHash()
  const bytes = patternBytes(3 * MIB)
  const both = Readable.from([bytes]).compose<Readable>(hash).compose<Readable>(new PassThrough())
  t.ok((await gathered(both)).equals(bytes))
  t.equal(hash.treeHash, treeHashOf(bytes))
})

t.test('there is no root before the end', async (t) => {
  const hash = treeHash()
  hash.write(Buffer.alloc(5))
  t.equal(hash.treeHash, undefined)
  hash.destroy()
})

t.test('bytes that are not those expected fail the stream before its end', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const expected = treeHashOf(bytes)
  t.ok(
    (await gathered(Readable.from([bytes]).pipe(treeHash({ expected: expected.toUpperCase() })))).equals(
      bytes,
    ),
  )
  bytes[MIB] = (bytes[MIB] ?? 0) ^ 1
  const sink = new PassThrough().resume()
  let ended = false
  sink.on('end', () => (ended = true))
  await t.rejects(pipeline(Readable.from([bytes]), treeHash({ expected }), sink), {
    name: 'HashMismatchError',
    code: 'ERR_HASH_MISMATCH',
    expected,
    actual: treeHashOf(bytes),
  })
  t.notOk(ended)
})

t.test('the hashing of a long write stops when the stream is destroyed', async (t) => {
  const hash = treeHash()
  const closed = new Promise((resolve) => hash.once('close', resolve))
  const bytes = Buffer.alloc(8 * MIB)
  const subarray = bytes.subarray.bind(bytes)
  let leaves = 0
  bytes.subarray = (start, end) => {
    leaves++
    return subarray(start, end)
  }
  hash.write(bytes)
  hash.destroy()
  await closed
  await settled(10)
  t.equal(leaves, 1, 'the leaves after the end of the stream are not hashed')
  t.equal(hash.treeHash, undefined)
})

t.test('a chunk without bytes is an error of the stream, and every kind of bytes is hashed', async (t) => {
  const source = Readable.from([Buffer.alloc(10), { a: 1 }])
  await t.rejects(pipeline(source, treeHash(), new PassThrough().resume()), {
    name: 'TypeError',
    message: /not an object/,
  })
  const hash = treeHash()
  hash.write('e9', 'hex')
  hash.write(new DataView(new ArrayBuffer(3), 1))
  hash.end('text')
  const bytes = Buffer.from([0xe9, 0, 0, ...Buffer.from('text')])
  t.ok((await gathered(hash)).equals(bytes))
  t.equal(hash.treeHash, treeHashOf(bytes))
})
