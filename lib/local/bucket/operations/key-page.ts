/** A page of the keys of a bucket, some of which a delimiter groups into common prefixes. */

/** The keys that a page has. */
export interface KeyQuery {
  readonly prefix: string
  /** Empty for none. */
  readonly delimiter: string
  /** The page begins after this key, or after all keys with this common prefix. */
  readonly after: string
  /** The maximum of keys and common prefixes together. */
  readonly max: number
}

/** A page. */
export interface KeyPage {
  readonly keys: readonly string[]
  readonly prefixes: readonly string[]
  /** The last key or common prefix of the page; `undefined` if no page follows. */
  readonly next: string | undefined
}

/**
 * A page of keys.
 *
 * @param all - the keys of the bucket, in the order of their bytes in UTF-8
 */
export function pageOfKeys(all: readonly string[], { prefix, delimiter, after, max }: KeyQuery): KeyPage {
  const keys: string[] = []
  const prefixes: string[] = []
  let last = after
  if (max === 0) return { keys, prefixes, next: undefined }
  const start = Buffer.from(after)
  for (const key of all) {
    if (!key.startsWith(prefix) || Buffer.compare(Buffer.from(key), start) <= 0) continue
    const group = groupOf(key, prefix, delimiter)
    if (group !== undefined && group === last) continue // the group is on this page, or was on the one before
    if (keys.length + prefixes.length === max) return { keys, prefixes, next: last }
    last = group ?? key
    if (group === undefined) keys.push(key)
    else prefixes.push(group)
  }
  return { keys, prefixes, next: undefined }
}

/** The common prefix of a key: up to the first delimiter after the prefix; `undefined` if it has no delimiter there. */
function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}
