/** The notes of a `get` about objects that have no SHA-256 of their parts, and are verified when all of their bytes have arrived. */
import { partwiseHashOf } from '../../../../s3/restore/partwise-hash.js'
import { wholeHashOf } from '../../../../s3/restore/whole-hash.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { FoundObject } from '../../objects/find-objects.js'

/** Whether an object can be verified only when all of its bytes have arrived. */
export function isCheckedLate(object: FoundObject): boolean {
  return lateHashOf(object) !== undefined
}

/**
 * The hash of all bytes of an object, as words; `undefined` if it has none or needs none. The hash of the catalog is that of its parts,
 * which is computed from all bytes if their size is known.
 */
function lateHashOf({ facts, hash }: FoundObject): string | undefined {
  if (facts.size === 0 || facts.hash) return undefined
  const partwise = partwiseHashOf(facts, hash)
  if (partwise)
    return partwise.hash === hash ? 'SHA-256 that the catalog has' : 'MD5 of its parts that its ETag is'
  return hash === undefined && typeof wholeHashOf(facts) === 'object' ? 'MD5 that its ETag is' : undefined
}

/** The note about such objects; `undefined` if there are none, or if they are refused. */
export function lateNote(
  objects: readonly FoundObject[],
  { output = '-', range, checkLate = false }: Pick<GetOptions, 'checkLate' | 'output' | 'range'>,
): string | undefined {
  const late = objects.find(isCheckedLate)
  const isToFile = output !== '-'
  const by = late && lateHashOf(late)
  if (!late || by === undefined || range || !(isToFile || checkLate)) return undefined
  const outcome = !checkLate
    ? 'The file gets its name then.'
    : isToFile
      ? 'A file gets its name then; a pipe or a device has got the bytes before.'
      : 'If they are wrong, they have been output by then.'
  return `${late.archiveId} has no SHA-256 of its parts: its bytes are verified when all of them have arrived, by the ${by}. ${outcome}`
}
