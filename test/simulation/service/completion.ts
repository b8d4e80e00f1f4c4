/** The completion of the uploads of the simulated service (docs/glacier-protocol.md#completion). */
import { addArchive } from './archives.js'
import { invalidValue, uploadNotFound } from './refusals.js'
import { LEAF_SIZE, type ServiceContext } from './service-context.js'
import type { Archive, Part, Upload } from './stored.js'
import { rootOf, treeHashOf } from './tree-hash.js'

/** The longest time for which a completion may be repeated. */
const REPEATABLE_MS = 24 * 3_600_000

/** The content that a completion states. */
interface Content {
  readonly size: number
  readonly treeHash: string
}

/** Makes an archive of the parts of an open upload. */
export function completeOpen(context: ServiceContext, upload: Upload, { size, treeHash }: Content): Archive {
  const { uploadId, description } = upload
  const parts = [...upload.parts.values()].sort((a, b) => a.start - b.start)
  const found = sizeWithoutGap(parts)
  if (found === undefined || found !== size)
    throw invalidValue(`The parts are not the ${size} bytes of the archive: ${found ?? 'there is a gap'}`)
  const root = rootOf(parts.map((part) => Buffer.from(part.treeHash, 'hex')))
  if (root !== treeHash) throw invalidValue(`Invalid x-amz-sha256-tree-hash: ${treeHash}`)
  const name = `service/completeUpload/${uploadId}`
  const { bytes, isDamaged } = context.storedBytes(name, Buffer.concat(parts.map((part) => part.bytes)))
  const archive = addArchive(context, upload, {
    bytes,
    treeHash: isDamaged ? treeHashOf(bytes, LEAF_SIZE) : root,
    description,
    uploadId,
    isDamaged: isDamaged || parts.some((part) => part.isDamaged),
  })
  upload.state = 'completed'
  upload.endedMs = context.nowMs
  upload.archive = archive
  return archive
}

/**
 * Answers a repeated completion: with the same archive, whether or not the stated content is compared; or not at all,
 * from some time within a day on.
 */
export function completeAgain(context: ServiceContext, upload: Upload, { size, treeHash }: Content): Archive {
  const { uploadId, endedMs, archive } = upload
  const name = `service/completeUpload/${uploadId}`
  if (!upload.isForgotten && context.nowMs - endedMs > REPEATABLE_MS) {
    context.history.tookEffect('completion-forgotten')
    upload.isForgotten = true
  }
  upload.isForgotten ||= context.happens('completion-forgotten', `${name}/forgotten`)
  if (upload.isForgotten || !archive) throw uploadNotFound(uploadId)
  const isSame = archive.bytes.length === size && archive.treeHash === treeHash
  if (isSame || context.happens('completion-unchecked', `${name}/unchecked`)) return archive
  throw invalidValue(`Invalid x-amz-sha256-tree-hash: ${treeHash}`)
}

/** The size of parts that follow each other from 0 on; `undefined` if there is a gap, or no part. */
function sizeWithoutGap(parts: readonly Part[]): number | undefined {
  let size = 0
  for (const { start, end } of parts) {
    if (start !== size) return undefined
    size = end
  }
  return size === 0 ? undefined : size
}
