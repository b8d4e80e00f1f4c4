/**
 * `hash [FILE…]`: tree hashes of files, in the manner of sha256sum; `--check` reads them back.
 */
import { readFile } from 'node:fs/promises'
import { TreeHashMismatchError } from '../errors.js'
import { Writable, pipeline } from '../stream.js'
import { FileHasher, type HashedFile } from '../tree-hash/file-hasher.js'
import { treeHash } from '../tree-hash/tree-hash-stream.js'
import type { CommonOptions } from './connection.js'
import { UsageError } from './exit-code.js'
import { printData, printJson, type Io } from './io.js'

/** Options of `hash`. */
export interface HashOptions extends CommonOptions {
  readonly check?: true
}

/** Runs `hash`; without files, of stdin. */
export async function hash(files: readonly string[], options: HashOptions, io: Io): Promise<void> {
  const all = files.length > 0 ? files : ['-']
  const hasher = new FileHasher()
  try {
    await (options.check ? check : print)(all, hasher, options, io)
  } finally {
    hasher.close()
  }
}

async function print(
  files: readonly string[],
  hasher: FileHasher,
  { json }: HashOptions,
  io: Io,
): Promise<void> {
  for (const file of files) {
    const found = await hashOf(file, hasher, io)
    await (json ? printJson(io, { file, ...found }) : printData(io, `${found.treeHash}  ${file}`))
  }
}

/** The tree hash of a file, or of stdin where it is `-`. */
export async function hashOf(file: string, hasher: FileHasher, io: Io): Promise<HashedFile> {
  if (file !== '-') return hasher.hash(file, { signal: io.signal })
  const hashing = treeHash()
  const nowhere = new Writable({
    write(_bytes, _encoding, callback) {
      callback()
    },
  })
  await pipeline(io.stdin, hashing, nowhere, { signal: io.signal })
  const { treeHash: found = '', size } = hashing
  return { size, treeHash: found }
}

/** Checks the files that lists name, and says of each whether it is as it was. */
async function check(
  lists: readonly string[],
  hasher: FileHasher,
  { json, quiet }: HashOptions,
  io: Io,
): Promise<void> {
  let wrong = 0
  let first: TreeHashMismatchError | undefined
  for (const list of lists) {
    for (const { file, expected } of entriesOf(
      list === '-' ? await textOf(io) : await readFile(list, 'utf8'),
      list,
    )) {
      const actual = await hashOf(file, hasher, io).then(
        (found) => found.treeHash,
        (error: unknown) => {
          if (io.signal.aborted) throw error
          return undefined // it cannot be read, which is as bad
        },
      )
      const ok = actual === expected
      if (!ok) wrong++
      if (!ok) first ??= new TreeHashMismatchError('archive', file, expected, actual)
      if (json) await printJson(io, { file, ok })
      else if (!ok || !quiet)
        await printData(io, `${file}: ${ok ? 'OK' : actual === undefined ? 'FAILED to read' : 'FAILED'}`)
    }
  }
  if (first && wrong === 1) throw first
  if (first)
    throw new TreeHashMismatchError('archive', `${wrong} files`, 'those listed', 'others', { cause: first })
}

function entriesOf(text: string, list: string): { file: string; expected: string }[] {
  const entries = text.split(/\r?\n/).filter((line) => line !== '')
  return entries.map((line) => {
    const match = /^([0-9a-f]{64}) [ *](.+)$/.exec(line)
    if (!match) throw new UsageError(`${list} has a line that is no tree hash and file: ${line.slice(0, 80)}`)
    return { expected: match[1] as string, file: match[2] as string } // the pattern has both
  })
}

async function textOf(io: Io): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of io.stdin as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
