/** The notes of a `get` about objects that have no SHA-256 of their parts, and are verified when all of their bytes have arrived. */
import { wholeHashOf } from '../../../../s3/restore/whole-hash.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { FoundObject } from '../../objects/find-objects.js'

/** Whether an object can be verified only when all of its bytes have arrived. The hash of the catalog is that of its parts. */
export function isCheckedLate({ facts, hash }: FoundObject): boolean {
  return (
    facts.size > 0 && hash === undefined && facts.hash === undefined && typeof wholeHashOf(facts) === 'object'
  )
}

/** The note about such objects; `undefined` if there are none, or if they are refused. */
export function lateNote(
  objects: readonly FoundObject[],
  { output = '-', range, checkLate = false }: Pick<GetOptions, 'checkLate' | 'output' | 'range'>,
): string | undefined {
  const late = objects.find(isCheckedLate)
  const isToFile = output !== '-'
  if (!late || range || !(isToFile || checkLate)) return undefined
  const outcome = !checkLate
    ? 'The file gets its name then.'
    : isToFile
      ? 'A file gets its name then; a pipe or a device has got the bytes before.'
      : 'If they are wrong, they have been output by then.'
  return `${late.archiveId} has no SHA-256 of its parts: its bytes are verified when all of them have arrived, by the MD5 that its ETag is. ${outcome}`
}
