import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { treeHashScheme } from '../../../lib/glacier/tree-hash-scheme.js'
import { rangeHasher } from '../../../lib/retrieve/file/range-hasher.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { COMPOSITE_SCHEME } from '../../../lib/s3/composite-scheme.js'
import { MIB } from '../../../lib/sizes.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { naiveTreeHash } from '../../helpers/naive-tree-hash.js'
import { patternBytes } from '../../helpers/pattern-source.js'

const BYTES = patternBytes(2 * MIB + 5)

t.test('a range is hashed by the algorithm of the store, up to the end of the file', async (t) => {
  const path = join(t.testdir(), 'file')
  await writeFile(path, BYTES)
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  for (const [hashes, hashOf] of [
    [COMPOSITE_SCHEME, sha256],
    [treeHashScheme(), treeHashOf],
  ] as const) {
    const hasher = rangeHasher(hashes, MIB, systemFiles)
    t.teardown(() => {
      hasher.close()
    })
    for (const [start, end] of [
      [0, MIB],
      [MIB, BYTES.length],
      [MIB, BYTES.length + MIB],
    ] as const) {
      const expected = BYTES.subarray(start, end)
      const found = await hasher.hash(path, { range: { start, end } })
      t.strictSame(found, { size: expected.length, hash: hashOf(expected) }, hashes.algorithm)
    }
    const signal = AbortSignal.abort('enough')
    await t.rejects(hasher.hash(path, { range: { start: 0, end: MIB }, signal }), {
      name: 'AbortError',
      cause: 'enough',
    })
  }
})

t.test('a file that was hashed on the event loop is closed, also if it cannot be read', async (t) => {
  const path = join(t.testdir({ file: 'x' }), 'file')
  let open = 0
  const files: FileSystem = {
    ...systemFiles,
    open: async (...args) => {
      const file = await systemFiles.open(...args)
      open++
      return {
        ...file,
        read: () => Promise.reject(new Error('i/o error')),
        close: async () => {
          open--
          await file.close()
        },
      }
    },
  }
  const hasher = rangeHasher(COMPOSITE_SCHEME, MIB, files)
  await t.rejects(hasher.hash(path, { range: { start: 0, end: 1 } }), { message: 'i/o error' })
  t.equal(open, 0)
  hasher.close()
})

t.test('the leaves of a tree hash have the size that is given', async (t) => {
  const path = join(t.testdir(), 'file')
  await writeFile(path, BYTES.subarray(0, 10_000))
  const hasher = rangeHasher(treeHashScheme(1024), 1024, systemFiles)
  const { hash } = await hasher.hash(path, { range: { start: 0, end: 10_000 } })
  t.equal(hash, naiveTreeHash(BYTES.subarray(0, 10_000), 1024))
  hasher.close()
})
