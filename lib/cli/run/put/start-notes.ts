/** The notes before an upload starts: what its size, the size of its parts or its storage class implies. */
import { DEFAULT_MEMORY } from '../../../transfer/memory-plan.js'
import { forecastUpload, heldBytes, type UploadPlan } from '../../../upload/upload-plan.js'
import { formatSize } from '../../output/format.js'
import { storageClassText } from '../../output/storage-class-text.js'
import type { PutTarget } from './target/put-target.js'

/**
 * The notes: that the storage class is the default, that the plan takes more memory than by default although no memory was given, and that the source takes
 * several archives.
 *
 * @param size - bytes of the source, known or expected; `undefined` if neither
 */
export function startNotes(
  plan: UploadPlan,
  size: number | undefined,
  { options, storageClass, maxVolumes }: Pick<PutTarget, 'maxVolumes' | 'options' | 'storageClass'>,
): string[] {
  const notes: string[] = []
  if (storageClass !== undefined && options.storageClass === undefined)
    notes.push(`The storage class is ${storageClassText(storageClass)}. --storage-class selects another.`)
  const { partSize, partsPerVolume } = plan
  const held = heldBytes(plan)
  if (held > DEFAULT_MEMORY && options.memory === undefined)
    notes.push(
      `Parts of ${formatSize(partSize)} take up to ${formatSize(held)} of memory; the default is at most ` +
        `${formatSize(DEFAULT_MEMORY)}. Choose smaller parts with --part-size to use less.`,
    )
  if (size === undefined && plan.volumes && maxVolumes === 1)
    notes.push(
      `The key has no room for the number of another volume: the upload of more than ${formatSize(partSize * partsPerVolume)} ` +
        'fails. Choose a shorter key.',
    )
  const archives = size === undefined ? 1 : forecastUpload(plan, size).volumes
  if (archives > 1)
    notes.push(
      `The source of ${formatSize(size as number)} takes ${archives} archives, because parts of ${formatSize(partSize)} ` +
        `fill an archive at ${formatSize(partSize * partsPerVolume)}. They are one set, with one ID.`,
    )
  return notes
}
