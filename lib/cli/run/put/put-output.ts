/** The output of `put` on stdout: the stored archives, or with `--dry-run` the plan of the upload. */
import type { StorageClass } from '../../../s3/storage-classes.js'
import type { Archive } from '../../../store/archive.js'
import { forecastUpload, heldBytes, type UploadPlan } from '../../../upload/upload-plan.js'
import { parseObjectAddress } from '../../../s3/s3-address.js'
import type { Io } from '../../io.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { storageClassText } from '../../output/storage-class-text.js'
import { uploadCostJson, uploadCostLines, uploadCostOf } from '../costs/upload-cost.js'
import type { PutTarget } from './target/put-target.js'

/** Prints the ID of the first volume, which identifies the whole set; with `--json` every volume. */
export async function printArchives(
  archives: readonly Archive[],
  { options: { json }, storageClass }: PutTarget,
  io: Io,
): Promise<void> {
  const [first] = archives
  try {
    if (json)
      for (const archive of archives)
        await printJson(
          io,
          storageClass === undefined ? archiveJson(archive) : objectJson(archive, storageClass),
        )
    else if (first) await printData(io, first.archiveId)
  } catch (error) {
    printNote(io, `The archive is stored. Its ID is ${first?.archiveId}.`) // stdout is closed, and the ID would be lost
    throw error
  }
}

/** An archive of a vault as JSON. */
function archiveJson({ vaultName: vault, archiveId, size, hash: treeHash, ...rest }: Archive): object {
  return { archiveId, vault, size, treeHash, ...rest }
}

/** An object of a bucket as JSON. */
function objectJson(archive: Archive, storageClass: StorageClass): object {
  const {
    archiveId,
    size,
    hash: value,
    partSize,
    parts,
    description,
    versionId,
    volume,
    firstVolume,
  } = archive
  const hash = { algorithm: 'sha256-composite', value, partSize }
  const address = parseObjectAddress(archiveId)
  const stated = { size, hash, storageClass, versionId, parts, description, volume, firstVolume }
  return { archiveId, ...address, ...stated }
}

/** Prints the plan of an upload, for `--dry-run`. */
export async function printPlan(
  plan: UploadPlan,
  size: number | undefined,
  { options, storageClass }: PutTarget,
  io: Io,
): Promise<void> {
  const cost = await uploadCostOf(plan, size, options, io, storageClass)
  const forecast = size === undefined ? undefined : forecastUpload(plan, size)
  const maxInArchive = plan.partSize * plan.partsPerVolume
  if (options.json) {
    await printJson(io, {
      ...plan,
      storageClass,
      maxInArchive,
      size,
      forecast,
      cost: cost && uploadCostJson(cost),
    })
    return
  }
  const lines = [
    `part size    ${formatSize(plan.partSize)}`,
    `concurrency  ${formatCount(plan.concurrency, 'request')} at once`,
    `memory       ${formatSize(heldBytes(plan))} for parts, of ${formatSize(plan.memory)} allowed`,
    `max archive  ${formatSize(maxInArchive)} in ${formatCount(plan.partsPerVolume, 'part')}; ${plan.volumes ? 'a longer stream continues in another archive' : 'a longer stream is an error'}`,
  ]
  if (size !== undefined && forecast) {
    const { parts, volumes, requests } = forecast
    const needed = [
      formatCount(parts, 'part'),
      formatCount(volumes, 'archive'),
      formatCount(requests, 'request'),
    ]
    lines.push(`source       ${formatSize(size)}: ${needed.join(', ')}`)
  } else {
    lines.push('source       of unknown size')
  }
  if (storageClass !== undefined) lines.push(`class        ${storageClassText(storageClass)}`)
  lines.push(...uploadCostLines(cost))
  for (const line of lines) await printData(io, line)
}
