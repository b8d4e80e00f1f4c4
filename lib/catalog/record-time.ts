/** The times of records. Other programs may have written them, and an inventory of another server: any text is possible. */

/** The years 0 to 9999, in milliseconds since 1970: those whose dates have the form that this tool writes. */
const [MIN_MS, MAX_MS] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]

/**
 * The time of a record in milliseconds since 1970; NaN if the text is no date of the years 0 to 9999. So a duration can be
 * added without leaving the range of Date.
 *
 * @param time - the text of a record, ISO 8601 if this tool has written it
 */
export function recordTimeMs(time: string): number {
  const ms = Date.parse(time)
  return ms >= MIN_MS && ms <= MAX_MS ? ms : NaN
}
