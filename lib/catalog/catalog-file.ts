/** Checks and repairs that are made when the file of a catalog is opened for writing. */
import { constants } from 'node:fs'
import { takeEveryStep } from '../fs/every-step.js'
import type { FileSystem, OpenFile } from '../runtime/file-system.js'
import type { Runtime } from '../runtime/runtime.js'
import { RECORD_BEGIN } from './lines/parse-line.js'

/** Free space that the disk must have before an upload is begun: far more than the records of one upload. */
const MIN_FREE_BYTES = 65_536
const NEW_LINE = 10
/** Bytes at the beginning of a file that are searched for a record. */
const HEAD_BYTES = 65_536
/** Bytes that a power cut leaves in a file, and a byte order mark, each byte as a character. */
const PADDING = /[\0\r]|^\u00ef\u00bb\u00bf/g

/**
 * Opens the file of a catalog for reading, or, created with mode 0600 if it is missing, for appending. Anything other than
 * a regular file is refused: opening a FIFO would wait for another process, and devices may have no end.
 *
 * @throws the system's error, or an Error that says that it is not a regular file
 */
export async function openCatalogFile(
  path: string,
  purpose: 'reading' | 'appending',
  files: FileSystem,
): Promise<OpenFile> {
  const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants // Windows has no O_NONBLOCK, and no FIFOs
  const access = purpose === 'reading' ? O_RDONLY : O_RDWR | O_APPEND | O_CREAT
  const file = await files.open(path, access | O_NONBLOCK, 0o600)
  try {
    if (!(await file.stat()).isFile())
      throw new Error('It is not a regular file. Give the path of another file.')
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Checks by its beginning that a file is a catalog: records are not appended to a file of another kind. */
export async function assertCatalog(file: OpenFile): Promise<void> {
  const head = Buffer.alloc(HEAD_BYTES)
  assertCatalogHead(head.subarray(0, await file.read(head, 0, HEAD_BYTES, 0)))
}

/**
 * Checks that the first bytes of a file are those of a catalog: they have the beginning of a record, or nothing but zeros
 * and lines that were torn before their type.
 *
 * @throws an error that says that the file is not a catalog
 */
export function assertCatalogHead(head: Buffer): void {
  if (head.includes(RECORD_BEGIN)) return
  const lines = head.toString('latin1').replace(PADDING, '').split('\n')
  if (lines.every((line) => RECORD_BEGIN.startsWith(line))) return
  throw new Error(
    'It is not a catalog: a catalog begins with a record in JSON. Give the path of another file.',
  )
}

/**
 * Writes a file and removes it: a full disk is noticed only when something is written. The file loses its name before it is
 * written, so that a process that is killed leaves no file: the system frees its bytes.
 */
export async function assertRoom(path: string, { files, random }: Runtime): Promise<void> {
  const trialPath = `${path}.${random.hex(6)}.room`
  const trial = await files.open(trialPath, 'wx', 0o600)
  try {
    // Some file systems of Windows and of networks do not remove an open file: it is removed once it is closed.
    await files.unlink(trialPath).catch(() => undefined)
    await trial.writeFile(Buffer.alloc(MIN_FREE_BYTES))
    await trial.sync()
  } finally {
    await takeEveryStep(
      () => trial.close(),
      () => files.rm(trialPath),
    )
  }
}

/** Ends a part of a line that a crash has left. */
export async function endTornLine(file: OpenFile): Promise<void> {
  const { size } = await file.stat()
  if (size === 0) return
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  if (last[0] !== NEW_LINE) await file.write(Buffer.of(NEW_LINE))
}
