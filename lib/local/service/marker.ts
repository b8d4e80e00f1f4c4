/**
 * Markers: where a list goes on. A client may only give back what it was given
 * (docs/glacier-protocol.md#lists-and-markers).
 */
import { createHash } from 'node:crypto'

/** How the keys of a list become markers. */
export interface MarkerForm {
  /** The marker of an item, by its key. */
  readonly write: (key: string) => string
  /** The key in a marker; `undefined` where it is no marker of this list. */
  readonly read: (marker: string) => string | undefined
}

/**
 * Markers that are bound to one list: a key and a check of both. So a marker of another list is told from one of this.
 *
 * @param list - what no other list is called, as the ARN of a vault with the kind of the list behind it
 */
export function markersOf(list: string): MarkerForm {
  const write = (key: string): string => {
    const check = createHash('sha256').update(`${list}\n${key}`).digest('base64url')
    return `${key}.${check.slice(0, 16)}`
  }
  const read = (marker: string): string | undefined => {
    const key = marker.slice(0, Math.max(0, marker.lastIndexOf('.')))
    return write(key) === marker ? key : undefined
  }
  return { write, read }
}
