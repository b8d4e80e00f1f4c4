import fc from 'fast-check'
import t from 'tap'
import { GatheredChunks } from '../../lib/retrieve/gathered-chunks.js'

t.test('chunks of any sizes come out as the same bytes in order, the large ones without a copy', (t) => {
  const sizes = fc.array(fc.oneof(fc.nat(10), fc.nat(5_000), fc.constantFrom(4095, 4096, 65_536, 70_000)), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(sizes, (all) => {
      const chunks = all.map((size, i) => Buffer.alloc(size, i + 1))
      const gathered = new GatheredChunks()
      for (const chunk of chunks) gathered.add(chunk)
      const found = gathered.end()
      if (!Buffer.concat(found).equals(Buffer.concat(chunks))) return false
      return chunks.every((chunk) => chunk.length < 4096 || found.includes(chunk))
    }),
  )
  t.end()
})

t.test('a range that arrives byte by byte takes few chunks, and little more memory than its bytes', (t) => {
  const gathered = new GatheredChunks()
  const bytes = Buffer.from('abcdefgh')
  for (let i = 0; i < 1_048_576; i++) gathered.add(bytes.subarray(i % 8, (i % 8) + 1))
  const chunks = gathered.end()
  t.equal(Buffer.concat(chunks).length, 1_048_576)
  t.equal(new Set(chunks.map((chunk) => chunk.buffer)).size, 16)
  const mixed = new GatheredChunks()
  for (let i = 0; i < 16; i++) {
    mixed.add(bytes)
    mixed.add(Buffer.alloc(4096))
  }
  t.equal(
    new Set(
      mixed
        .end()
        .filter(({ length }) => length === 8)
        .map((chunk) => chunk.buffer),
    ).size,
    1,
  )
  t.end()
})
