/** The help on the texts that give an archive, and on dates, for the commands that take them. */

/** The forms of a text that gives an archive. */
export const SELECTOR_DETAILS =
  'ARCHIVE is one of these, in this order: a whole archive ID; the name of a stream, which is the newest archive of that name; NAME@2026-03-01, the newest of the name up to the end of that day in local time, or NAME@2026-03-01T12:00 up to the end of that minute; at least four characters with which only one archive ID begins; or latest, the newest archive of the vault. id: or name: before it says which, as in id:-kKb7c0T or name:latest. Only archives that the catalog has in this vault, region, endpoint and account are meant. A whole ID need not be in the catalog.'

/** How the newest of several archives is chosen, for commands that read archives. */
export const NEWEST_DETAILS =
  'The newest archive is the newest complete one. A set that is incomplete, or whose end the catalog does not know, is chosen only if there is no complete one; if it is newer than the chosen one, a warning says so. Archives with a wrong hash and archives that may exist are never chosen. stderr says which archive was chosen, unless --quiet is given. If the catalog has been lost, "catalog rebuild" finds the names in the descriptions of the archives.'

/** The forms of a date. */
export const DATE_DETAILS =
  'A date is 2026-01-31 (the beginning of that day) or 2026-01-31T12:00, in local time unless it ends with Z or an offset; today or yesterday; or how long ago it is, as 7d, "2 weeks", 3mo, 1y, 36h or 1h30m. Days, weeks, months (mo) and years (y) keep the time of day.'
