/**
 * The series of an object: what takes the place of a name for the rules of `prune`.
 *
 * A stream that is stored every day in a vault has one name. In a bucket it has a key of its own each time, with the date in it,
 * since a key that is used again replaces the object. So objects are counted together whose keys differ only in their dates.
 *
 * Only a full date counts: two keys that differ in another number may be two halves of one backup, and one of them would be
 * deleted. A key that is not recognized is a series of its own, whose only object is always kept.
 */

/** Stands for a date. Keys of this package have no such characters. */
const DATE_MARK = '\u0000'

/** Year, month and day: `2026-11-30`, `2026/11/30`, `20261130`, with the same separator twice. */
const DATE = String.raw`(?:19|20)\d\d([-_./]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])`
const HOUR = String.raw`(?:[01]\d|2[0-3])`
const MINUTE = String.raw`[0-5]\d`
const SECOND = String.raw`(?:[0-5]\d|60)`
/** A time after a date. One without a `T` needs colons: other digits may be a counter, as in `2026-11-30-01-02`. */
const TIME = [
  String.raw`T${HOUR}:?${MINUTE}(?::?${SECOND})?Z?`,
  String.raw`[ _.-]?${HOUR}:${MINUTE}(?::${SECOND})?Z?`,
].join('|')
/** The end of a date: neither the rest of a word follows, nor a number that may be a counter, as in `20261130T0545-0001`. */
const END = String.raw`(?![0-9A-Za-z])(?![.,_+-]\d)`
const DATES = new RegExp(
  String.raw`(?<!\d)(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])${HOUR}${MINUTE}[0-5]\d|${DATE}(?:${TIME})?)${END}`,
  'g',
)

/**
 * The series of the object of a key. Two keys are of one series if they are the same without the full dates in them, and without
 * the times that follow these.
 *
 * @example
 * ```ts
 * seriesOf('db/2026-11-30.dump') === seriesOf('db/2026-12-01.dump') // true
 * seriesOf('photos1.tar') === seriesOf('photos2.tar') // false
 * ```
 */
export function seriesOf(key: string): string {
  return key.replace(DATES, DATE_MARK)
}

/** A series as it is printed: with `*` in the place of each date. */
export function seriesText(series: string): string {
  return series.replaceAll(DATE_MARK, '*')
}
