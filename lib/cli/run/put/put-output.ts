/** The output of `put` on stdout: the stored archives, or with `--dry-run` the plan of the upload. */
import type { Archive } from '../../../store/archive.js'
import { forecastUpload, heldBytes, type UploadPlan } from '../../../upload/upload-plan.js'
import type { PutOptions } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { uploadCostJson, uploadCostLines, uploadCostOf } from '../costs/upload-cost.js'

/** Prints the ID of the first volume, which identifies the whole set; with `--json` every volume. */
export async function printArchives(
  archives: readonly Archive[],
  { json }: PutOptions,
  io: Io,
): Promise<void> {
  const [first] = archives
  try {
    if (json)
      for (const { vaultName: vault, archiveId, size, hash: treeHash, ...rest } of archives)
        await printJson(io, { archiveId, vault, size, treeHash, ...rest })
    else if (first) await printData(io, first.archiveId)
  } catch (error) {
    printNote(io, `The archive is stored. Its ID is ${first?.archiveId}.`) // stdout is closed, and the ID would be lost
    throw error
  }
}

/** Prints the plan of an upload, for `--dry-run`. */
export async function printPlan(
  plan: UploadPlan,
  size: number | undefined,
  options: PutOptions,
  io: Io,
): Promise<void> {
  const cost = await uploadCostOf(plan, size, options, io)
  const forecast = size === undefined ? undefined : forecastUpload(plan, size)
  const maxInArchive = plan.partSize * plan.partsPerVolume
  if (options.json) {
    await printJson(io, { ...plan, maxInArchive, size, forecast, cost: cost && uploadCostJson(cost) })
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
  lines.push(...uploadCostLines(cost))
  for (const line of lines) await printData(io, line)
}
