/**
 * What `put` prints on stdout: what is stored, or with `--dry-run` what would be done.
 */
import type { Archive } from '../../../store/archive.js'
import { forecastUpload, heldBytes, type UploadPlan } from '../../../upload/upload-plan.js'
import type { PutOptions } from '../../commands/put.js'
import type { Io } from '../../io.js'
import { formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'

/** Prints the first volume's ID, which identifies all; with `--json` every volume. */
export async function printArchives(
  archives: readonly Archive[],
  { json }: PutOptions,
  io: Io,
): Promise<void> {
  const [first] = archives
  try {
    if (json)
      for (const { vaultName: vault, archiveId, ...rest } of archives)
        await printJson(io, { archiveId, vault, ...rest })
    else if (first) await printData(io, first.archiveId)
  } catch (error) {
    printNote(io, `The archive is stored. Its ID is ${first?.archiveId}.`) // stdout is closed, and nobody else knows it
    throw error
  }
}

/** What `--dry-run` prints: what would be done, nothing having been read or sent. */
export async function printPlan(
  plan: UploadPlan,
  size: number | undefined,
  { json }: PutOptions,
  io: Io,
): Promise<void> {
  const forecast = size === undefined ? undefined : forecastUpload(plan, size)
  const mostInArchive = plan.partSize * plan.partsPerVolume
  if (json) {
    await printJson(io, { ...plan, mostInArchive, size, forecast })
    return
  }
  const lines = [
    `part size   ${formatSize(plan.partSize)}`,
    `at once     ${plan.concurrency} requests`,
    `memory      ${formatSize(heldBytes(plan))} of parts, of ${formatSize(plan.memory)} allowed`,
    `an archive  holds ${formatSize(mostInArchive)} in ${plan.partsPerVolume} parts; ${plan.volumes ? 'then the stream continues in another' : 'more is an error'}`,
  ]
  if (size !== undefined && forecast) {
    const { parts, volumes, requests } = forecast
    lines.push(
      `${formatSize(size).padEnd(12)}would be ${parts} parts in ${volumes} archives: ${requests} requests`,
    )
  } else {
    lines.push('unknown     size of the source, and with it the number of parts')
  }
  for (const line of lines) await printData(io, line)
}
