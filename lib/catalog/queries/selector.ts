/**
 * The forms in which an archive is given: an ID, the beginning of an ID, a name, `NAME@2026-03-01`, or `latest`. Which of
 * them a text is depends on the catalog, unless the text begins with `id:` or `name:`.
 */

/** The word that stands for the newest archive. */
export const LATEST = 'latest'

/** A text that gives an archive, without the prefix that says of which kind it is. */
export interface Selector {
  /** The kind that a prefix states; `any` without one. */
  readonly kind: 'id' | 'name' | 'any'
  /** The ID, the beginning of it, or the name with its date. */
  readonly text: string
}

/** A name, and the time until which its archives count. */
export interface DatedName {
  /** The text before the `@`. */
  readonly name: string
  /** The first moment after the given day, minute or second, in milliseconds since 1970. */
  readonly endMs: number
}

const KIND = /^(id|name):(.+)/s
const DATED = /^(.+)@(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?$/s

/** Takes the prefix from a text. A prefix with nothing behind it is a text like any other. */
export function selectorOf(given: string): Selector {
  const [, kind, text] = KIND.exec(given) ?? []
  return (kind === 'id' || kind === 'name') && text !== undefined
    ? { kind, text }
    : { kind: 'any', text: given }
}

/**
 * Takes the date from the end of a text. It is in local time, as the times that `ls` prints. The whole of the day is
 * meant, or of the minute or second if a time is given.
 *
 * @returns `undefined` if the text does not end with a date that the calendar has
 */
export function datedNameOf(text: string): DatedName | undefined {
  const [, name = '', ...digits] = DATED.exec(text) ?? []
  const [year = NaN, month = NaN, day = NaN, hour, minute, second] = digits.map((field) =>
    // A group that matched nothing is undefined, whatever the declaration says.
    (field as string | undefined) === undefined ? undefined : Number(field),
  )
  if (new Date(year, month - 1, day).getDate() !== day || month < 1 || month > 12) return undefined
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined
  const end =
    hour === undefined || minute === undefined
      ? new Date(year, month - 1, day + 1)
      : new Date(year, month - 1, day, hour, second === undefined ? minute + 1 : minute, (second ?? -1) + 1)
  return { name, endMs: end.getTime() }
}
