/** The beginnings of archive IDs by which each of them is recognized. */

/** The smallest number of characters of a short ID. IDs are random: this many rarely fail to be unique. */
export const SHORT_ID_LENGTH = 8

/**
 * Shortens archive IDs.
 *
 * @param among - all IDs from which they are told apart, themselves included; default only they
 * @returns for each ID the shortest beginning of at least eight characters that no other ID has; the whole ID if another
 * one begins with it
 */
export function shortIdsOf(
  ids: readonly string[],
  among: readonly string[] = ids,
): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>()
  for (const id of ids) groups.set(beginningOf(id), [])
  for (const id of among) groups.get(beginningOf(id))?.push(id)
  const short = new Map<string, string>()
  for (const group of groups.values()) {
    const sorted = [...new Set(group)].sort()
    for (const [i, id] of sorted.entries()) {
      const shared = Math.max(sharedLength(id, sorted[i - 1]), sharedLength(id, sorted[i + 1]))
      short.set(id, id.slice(0, Math.max(SHORT_ID_LENGTH, shared + 1)))
    }
  }
  return short
}

function beginningOf(id: string): string {
  return id.slice(0, SHORT_ID_LENGTH)
}

/** The number of characters with which both texts begin. */
function sharedLength(a: string, b = ''): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}
