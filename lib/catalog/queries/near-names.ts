/** Names that are similar to one that is not known: it may be mistyped. */
import type { VaultAddress } from '../vault-address.js'
import type { StoredEntry } from './stored-entries.js'

const MAX_NAMES = 3
/** The smallest number of characters of a part that suggests a much longer name. */
const MIN_PART = 3
/** The characters of a name that are compared: a distance takes the product of two lengths. */
const MAX_COMPARED = 100

/** The name of streams in one vault. */
export interface NamedPlace extends VaultAddress {
  readonly name: string
  readonly accountId: string | undefined
}

/** The names of streams, once for each vault. */
export class KnownNames {
  readonly #places = new Map<string, NamedPlace>()

  /** Takes the name of a stream. */
  add({ name, vaultName, region, endpoint, set }: StoredEntry): void {
    if (name === undefined) return
    const accountId = set.volumes[0]?.accountId
    const key = JSON.stringify([name, vaultName, region, endpoint, accountId])
    this.#places.set(key, { name, vaultName, region, endpoint, accountId }) // keeps its place if it is there
  }

  /** The names, in the order in which they were first taken. */
  all(): NamedPlace[] {
    return [...this.#places.values()]
  }
}

/** The names of streams that are similar to a name, the most similar first; at most three. */
export function nearNames(name: string, named: readonly Pick<NamedPlace, 'name'>[]): string[] {
  const requested = folded(name)
  const known = new Set(named.map((one) => one.name))
  const near: { readonly name: string; readonly distance: number }[] = []
  for (const candidate of known) {
    const other = folded(candidate)
    const isPart = isLargePart(requested, other) || isLargePart(other, requested)
    const distance = isPart ? 0 : distanceOf(requested, other)
    if (distance <= Math.max(requested.length, other.length) / 3) near.push({ name: candidate, distance })
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_NAMES)
    .map((one) => one.name)
}

/** Whether a text is in another one, and is at least half of it, or so long that this is no chance. */
function isLargePart(part: string, whole: string): boolean {
  return (part.length >= MIN_PART || 2 * part.length >= whole.length) && whole.includes(part)
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase().slice(0, MAX_COMPARED)
}

/** The number of characters to insert, delete or replace to make one text of the other. */
function distanceOf(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const at = (of: readonly number[], index: number): number => of[index] as number // within the row
      const replaced = at(before, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, at(before, j) + 1, at(row, j - 1) + 1))
    }
    before = row
  }
  return before[b.length] as number // the last of the row
}
