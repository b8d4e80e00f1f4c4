import { constants } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { FileTree } from './file-tree.js'

// What a power cut leaves: at worst that which was synced, and at best everything.

const HOST = { name: 'the only host' }
const NONE = { keptChanges: () => 0, keptBytes: () => 0 }
const ALL = { keptChanges: (changes: number) => changes, keptBytes: (bytes: number) => bytes }

type Step = (tree: FileTree) => void

const name = fc.constantFrom('/a', '/b', '/c', '/d/a', '/d/b')
const step: fc.Arbitrary<Step> = fc.oneof(
  name.map((path): Step => (tree) => {
    tree.release(tree.open(path, constants.O_RDWR | constants.O_CREAT, 0o600))
  }),
  fc
    .tuple(name, fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(9))
    .map(([path, bytes, start]): Step => (tree) => {
      const file = tree.at(path, 'write')
      if (file.kind === 'file') tree.write(file, bytes, start)
    }),
  fc.tuple(name, fc.nat(9)).map(([path, length]): Step => (tree) => {
    const file = tree.at(path, 'truncate')
    if (file.kind === 'file') tree.truncate(file, length)
  }),
  fc.tuple(name, name).map(([from, to]): Step => (tree) => {
    tree.rename(from, to)
  }),
  name.map((path): Step => (tree) => {
    tree.unlink(path)
  }),
)

function attempt(steps: readonly Step[], tree: FileTree): void {
  for (const each of steps) {
    try {
      each(tree)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** All files with their bytes and inodes. */
function contentOf(tree: FileTree): string[] {
  return ['/', '/d'].flatMap((folder) =>
    [...tree.folderAt(folder, 'test').entries].flatMap(([name, node]) =>
      node.kind === 'file' ? [`${folder} ${name} ${node.inode} ${node.content.copy().toString('hex')}`] : [],
    ),
  )
}

function newTree(steps: readonly Step[]): FileTree {
  const tree = new FileTree(() => 0)
  tree.mkdir('/d', 0o700)
  tree.actAs(HOST)
  attempt(steps, tree)
  tree.syncAll()
  return tree
}

t.test('a power cut loses no more than what was not synced, and perhaps nothing', (t) => {
  let lost = 0
  const steps = fc.array(step, { maxLength: 30, size: 'max' })
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const [worst, best] = [newTree(before), newTree(before)]
      const synced = contentOf(worst)
      for (const tree of [worst, best]) attempt(after, tree)
      const written = contentOf(worst)
      if (worst.losePower(HOST, NONE)) lost++
      if (best.losePower(HOST, ALL)) throw new Error('something was lost')
      t.strictSame(contentOf(worst).sort(), synced.sort())
      t.strictSame(contentOf(best).sort(), written.sort())
      for (const tree of [worst, best]) {
        const inodes = contentOf(tree).map((line) => line.split(' ')[2])
        t.equal(new Set(inodes).size, inodes.length, 'no two files have the same inode')
      }
    }),
    { numRuns: 300 },
  )
  t.ok(lost > 100)
  t.end()
})

t.test('bytes that are zeros are bytes like all others', (t) => {
  const tree = new FileTree(() => 0)
  tree.actAs(HOST)
  const file = tree.open('/file', constants.O_RDWR | constants.O_CREAT, 0o600)
  if (file.kind !== 'file') throw new Error('not a file')
  tree.write(file, Buffer.alloc(5000, 1), 0)
  tree.sync(file)
  const expected = Buffer.concat([Buffer.alloc(10, 1), Buffer.alloc(6000)])
  tree.write(file, Buffer.alloc(6000), 10)
  t.ok(file.content.copy().equals(expected))
  tree.losePower(HOST, ALL)
  t.ok(file.content.copy().equals(expected))
  tree.write(file, Buffer.from('x'), 7000)
  const found = Buffer.alloc(8000, 2)
  t.equal(file.content.read(found, 0, 8000, 5), 6996)
  t.ok(
    found.equals(
      Buffer.concat([Buffer.alloc(5, 1), Buffer.alloc(6990), Buffer.from('x'), Buffer.alloc(1004, 2)]),
    ),
  )
  tree.losePower(HOST, NONE)
  t.ok(file.content.copy().equals(expected))
  t.equal(tree.usedBytes, 7001)
  t.end()
})
