/** Checks and repairs that are made when the file of a catalog is opened for writing. */
import type { OpenFile } from '../runtime/file-system.js'
import type { Runtime } from '../runtime/runtime.js'

/** Free space that the disk must have before an upload is begun: far more than the records of one upload. */
const MIN_FREE_BYTES = 65_536
const NEW_LINE = 10
/** The first bytes that a catalog may have: a record, the end of a torn line, zeros after a power cut, a byte order mark. */
const FIRST_BYTES: readonly unknown[] = [0x7b, NEW_LINE, 0, 0xef]

/** Checks by its first byte that a file is a catalog: records are not appended to a file of another kind. */
export async function assertCatalog(file: OpenFile): Promise<void> {
  const first = Buffer.alloc(1)
  const bytesRead = await file.read(first, 0, 1, 0)
  if (bytesRead === 0 || FIRST_BYTES.includes(first[0])) return
  throw new Error(
    'It is not a catalog: a catalog begins with a record in JSON. Give the path of another file.',
  )
}

/** Writes a file and removes it: a full disk is noticed only when something is written. */
export async function assertRoom(path: string, { files, random }: Runtime): Promise<void> {
  const trialPath = `${path}.${random.hex(6)}.room`
  const trial = await files.open(trialPath, 'wx', 0o600)
  try {
    await trial.writeFile(Buffer.alloc(MIN_FREE_BYTES))
    await trial.sync()
  } finally {
    await trial.close()
    await files.rm(trialPath)
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
