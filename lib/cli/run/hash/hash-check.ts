/**
 * `hash --check LIST…`: compares files with lists of hashes that `hash` or sha256sum has printed. The two hashes of a file
 * of up to 1 MiB are the same.
 *
 * A failure does not stop the check. The exit code is 4 if a file has another hash, else 1 if a file or list could not be
 * read, a line is malformed, or a list has no lines.
 */
import { isUtf8 } from 'node:buffer'
import { HashMismatchError } from '../../../errors.js'
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

/** The failures of a check. */
interface Findings {
  /** The number of files, lists and lines that could not be read. */
  unreadable: number
  readonly mismatches: HashMismatchError[]
}

/**
 * Checks the files in the lists, and prints a line about each.
 *
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: a file has another hash
 * @throws {ReportedError} something could not be read
 */
export async function check(
  lists: readonly string[],
  hasher: FileHasher,
  options: OutputOptions,
  io: Io,
): Promise<void> {
  const findings: Findings = { unreadable: 0, mismatches: [] }
  for (const list of lists) {
    const bytes = await unlessUnreadable(bytesOf(list, io), list, io)
    if (!bytes) {
      findings.unreadable++
      continue
    }
    const lines = parseHashLines(bytes)
    if (lines.length === 0) {
      findings.unreadable++
      printNote(io, `${list}: the list has no lines of a hash and a file name`)
    }
    for (const { number, line } of lines) {
      if (line) await checkFile(line, findings, hasher, options, io)
      else {
        findings.unreadable++
        printNote(io, `${list}: line ${number} is not a hash and a file name`)
      }
    }
  }
  const { unreadable, mismatches } = findings
  const [first] = mismatches
  if (first && mismatches.length === 1) throw first
  if (first) {
    const subject = `${mismatches.length} files`
    throw new HashMismatchError('archive', subject, 'those in the list', 'others', { cause: first })
  }
  if (unreadable > 0) throw new ReportedError(`${unreadable} files, lists or lines could not be read.`)
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
  if (!found) findings.unreadable++
  else if (!ok) findings.mismatches.push(new HashMismatchError('archive', String(file), hash, found.treeHash))
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
