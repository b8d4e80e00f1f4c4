/**
 * The descriptions of the later volumes of a stream: JSON with the number of the volume and the archive ID of the first,
 * so that a set can be put together from an inventory alone. The description of the first volume is the caller's, since
 * it is not known whether others follow when the first is begun.
 */
import { asciiJson, decodeDescription } from './description.js'
import type { VolumeMark } from '../store/archive-store.js'
import { MAX_DESCRIPTION_LENGTH } from './limits.js'

/**
 * Returns the description of a later volume. Its `Path`, which AWS's migration tool uses as the name, ends with the number
 * of the volume. If the description would be too long, the `Path` is left out, and only the first volume has the name.
 *
 * @param description - the description of the first volume, as it was sent; `undefined` if it has none
 *
 * @example
 * ```ts
 * laterDescription('db.tar', { volume: 2, firstVolume: 'kKB7…' })
 * // '{"Path":"db.tar.volume2","Volume":2,"FirstVolume":"kKB7…"}'
 * ```
 */
export function laterDescription(
  description: string | undefined,
  { volume, firstVolume }: VolumeMark,
): string {
  const mark = `"Volume":${volume},"FirstVolume":${JSON.stringify(firstVolume)}}`
  if (description === undefined) return `{${mark}`
  const named = `{"Path":${asciiJson(`${decodeDescription(description)}.volume${volume}`)},${mark}`
  return named.length <= MAX_DESCRIPTION_LENGTH ? named : `{${mark}`
}

/**
 * Returns the mark in a description; `undefined` if it is not the description of a later volume. Anyone may have written
 * the description who can store archives: a number that is no number of a volume, or an ID that is no ID, is no mark.
 */
export function volumeMarkOf(description: string | undefined): VolumeMark | undefined {
  if (!description?.startsWith('{')) return undefined
  try {
    const { Volume: volume, FirstVolume: firstVolume } = JSON.parse(description) as Record<string, unknown>
    return isVolume(volume) && typeof firstVolume === 'string' && /^[\w-]+$/.test(firstVolume)
      ? { volume, firstVolume }
      : undefined
  } catch {
    return undefined // plain text that begins like JSON
  }
}

function isVolume(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 1
}
