/**
 * Sets of volumes, as they are described to people.
 */
import type { ArchiveSet } from '../../catalog/sets.js'

/** How many volumes are known, as `3 volumes`. */
export function volumesText({ volumes }: ArchiveSet): string {
  return volumes.length === 1 ? '1 volume' : `${volumes.length} volumes`
}

/** What is wrong with a set, as `incomplete: volume 2 is missing`; empty where it is complete. */
export function stateText({ state, missing }: ArchiveSet): string {
  if (state === 'complete') return ''
  if (state === 'unknown') return 'unknown: it is not recorded where the set ends'
  if (missing.length === 0) return 'incomplete: another volume should follow'
  return `incomplete: ${missing.length === 1 ? 'volume' : 'volumes'} ${missing.join(', ')} missing`
}

/** All that is known of a set, as `3 volumes, incomplete: volume 2 missing`. */
export function setText(set: ArchiveSet): string {
  const state = stateText(set)
  return state === '' ? volumesText(set) : `${volumesText(set)}, ${state}`
}
