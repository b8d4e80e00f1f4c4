/**
 * `hash --check LIST…`: whether files are as lists say, which `hash` or sha256sum has printed. The two hashes are the
 * same for a file of up to 1 MiB.
 *
 * All lines are checked, whatever is wrong with one. The exit code is 4 where a file has another hash, else 1 where a
 * file or list could not be read, a line is no hash and file name, or a list has no line.
 */
import { isUtf8 } from 'node:buffer'
import { TreeHashMismatchError } from '../../../errors.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import { inputStream } from '../../../fs/input-stream.js'
import { addAbortSignal } from '../../../streams/node-streams.js'
import type { FileHasher } from '../../../tree-hash/file-hasher.js'
import { ReportedError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import type { OutputOptions } from '../../options/connection-options.js'
import { printExact, printJson, printNote } from '../../output/print.js'
import { hashOf, unlessUnreadable } from './hash-file.js'
import { checkLine, type HashLine, parseHashLines } from './hash-lines.js'

/** The failures that a check has found. */
interface Findings {
  /** Files, lists and lines that could not be read. */
  unread: number
  readonly mismatches: TreeHashMismatchError[]
}

/**
 * Checks the files that lists name, and says of each whether it is as it was.
 *
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: a file has another hash
 * @throws {ReportedError} something could not be read
 */
export async function check(
  lists: readonly string[],
  hasher: FileHasher,
  options: OutputOptions,
  io: Io,
): Promise<void> {
  const findings: Findings = { unread: 0, mismatches: [] }
  for (const list of lists) {
    const bytes = await unlessUnreadable(bytesOf(list, io), list, io)
    if (!bytes) {
      findings.unread++
      continue
    }
    const lines = parseHashLines(bytes)
    if (lines.length === 0) {
      findings.unread++
      printNote(io, `${list}: no lines of a hash and a file name were found`)
    }
    for (const { number, line } of lines) {
      if (line) await checkFile(line, findings, hasher, options, io)
      else {
        findings.unread++
        printNote(io, `${list}: line ${number} is no hash and file name`)
      }
    }
  }
  const { unread, mismatches } = findings
  const [first] = mismatches
  if (first && mismatches.length === 1) throw first
  if (first) {
    const what = `${mismatches.length} files`
    throw new TreeHashMismatchError('archive', what, 'those listed', 'others', { cause: first })
  }
  if (unread > 0) throw new ReportedError(`${unread} files, lists or lines could not be read.`)
}

async function checkFile(
  { name, hash }: HashLine,
  findings: Findings,
  hasher: FileHasher,
  { json, quiet }: OutputOptions,
  io: Io,
): Promise<void> {
  const file = isUtf8(name) ? name.toString() : name // a Buffer names a file that a string cannot
  const found = await unlessUnreadable(hashOf(file, hasher, io), file, io)
  const ok = found?.treeHash === hash
  if (!found) findings.unread++
  else if (!ok)
    findings.mismatches.push(new TreeHashMismatchError('archive', String(file), hash, found.treeHash))
  if (json) await printJson(io, { file: String(file), ok })
  else if (!ok || !quiet)
    await printExact(io, checkLine(name, ok ? 'OK' : found ? 'FAILED' : 'FAILED open or read'))
}

async function bytesOf(list: string, io: Io): Promise<Buffer> {
  const isStdin = list === '-' || descriptorNamed(list) === 0
  const source = addAbortSignal(io.signal, isStdin ? io.stdin : await inputStream(list, io.signal))
  const chunks: Buffer[] = []
  for await (const chunk of source as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
