/**
 * Markers: the position at which the next page of a list begins. A client may only send a marker that it received
 * (docs/glacier-protocol.md#lists-and-markers).
 */
import { createHash } from 'node:crypto'

/** How the keys of a list are written as markers. */
export interface MarkerForm {
  /** The marker of the item with a key. */
  readonly write: (key: string) => string
  /** The key in a marker; `undefined` if it is not a marker of this list. */
  readonly read: (marker: string) => string | undefined
}

/**
 * Markers that are bound to one list: a key, and a checksum of the list's name and the key. A marker of another list is
 * therefore not accepted.
 *
 * @param list - a name that no other list has, such as the ARN of a vault followed by the kind of the list
 */
export function markersOf(list: string): MarkerForm {
  const write = (key: string): string => {
    const checksum = createHash('sha256').update(`${list}\n${key}`).digest('base64url')
    return `${key}.${checksum.slice(0, 16)}`
  }
  const read = (marker: string): string | undefined => {
    const key = marker.slice(0, Math.max(0, marker.lastIndexOf('.')))
    return write(key) === marker ? key : undefined
  }
  return { write, read }
}
