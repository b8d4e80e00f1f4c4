/** Descriptions of sets of volumes, for people. */
import type { ArchiveSet } from '../../catalog/queries/sets.js'
import { formatCount } from './format.js'

/** The number of known volumes, as `3 volumes`. */
export function volumesText({ volumes }: ArchiveSet): string {
  return formatCount(volumes.length, 'volume')
}

/** The state of a set, as `incomplete: volume 2 missing`; empty if it is complete. */
export function stateText({ state, missing }: ArchiveSet): string {
  if (state === 'complete') return ''
  if (state === 'unknown') return 'unknown: the catalog does not say where the set ends'
  if (missing.length === 0) return 'incomplete: another volume should follow'
  return `incomplete: ${missing.length === 1 ? 'volume' : 'volumes'} ${missing.join(', ')} missing`
}

/** The number of volumes and the state, as `3 volumes, incomplete: volume 2 missing`. */
export function setText(set: ArchiveSet): string {
  const state = stateText(set)
  return state === '' ? volumesText(set) : `${volumesText(set)}, ${state}`
}
