/**
 * The descriptions of a stream's later volumes: JSON that carries the volume's number and the archive ID of the first,
 * so that a set can be put together from an inventory alone. The first volume's is as it was given, since whether there
 * will be others is not known when it is begun.
 */
import { asciiJson, decodeDescription } from './description.js'
import type { VolumeMark } from '../store/archive-store.js'
import { MAX_DESCRIPTION_LENGTH } from './limits.js'

/**
 * The description of a later volume. Its `Path`, by which AWS's own migration tool names what it copies,
 * has the volume's number at its end; where that would be too long it is left out, and the first volume has the name.
 *
 * @param description - the first volume's, as it was sent; `undefined` where it has none
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

/** What a description says of its volume; `undefined` where it is no later volume's. */
export function volumeMarkOf(description: string | undefined): VolumeMark | undefined {
  if (!description?.startsWith('{')) return undefined
  try {
    const { Volume: volume, FirstVolume: firstVolume } = JSON.parse(description) as Record<string, unknown>
    return typeof volume === 'number' && volume > 1 && typeof firstVolume === 'string'
      ? { volume, firstVolume }
      : undefined
  } catch {
    return undefined // starts like JSON and is not: somebody's plain text
  }
}
