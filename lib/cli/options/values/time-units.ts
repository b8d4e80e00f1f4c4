/** Amounts of time on the command line: numbers with units, from the largest unit to the smallest, as `1h30m`. */

/** The units, the largest first. Those before `d` have different lengths in the calendar. */
const UNITS = {
  y: ['y', 'year', 'years'],
  mo: ['mo', 'month', 'months'],
  w: ['w', 'week', 'weeks'],
  d: ['d', 'day', 'days'],
  h: ['h', 'hr', 'hrs', 'hour', 'hours'],
  m: ['m', 'min', 'mins', 'minute', 'minutes'],
  s: ['s', 'sec', 'secs', 'second', 'seconds'],
} as const

/** The short name of a unit. `m` is a minute, `mo` a month. */
export type TimeUnit = keyof typeof UNITS

const ORDER = Object.keys(UNITS) as readonly TimeUnit[]
const UNIT_OF = new Map(ORDER.flatMap((unit) => UNITS[unit].map((word) => [word as string, unit] as const)))
const AMOUNT = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]+)/

/**
 * Reads amounts with their units, as `1h30m`, `5min` or `2 weeks`.
 *
 * @returns the amounts by unit; `undefined` if the text has another form, or a unit twice or not in order
 */
export function timeAmounts(text: string): ReadonlyMap<TimeUnit, number> | undefined {
  const amounts = new Map<TimeUnit, number>()
  let rest = text.trim().toLowerCase()
  let last = -1
  while (rest !== '') {
    const [found = '', digits, word = ''] = AMOUNT.exec(rest) ?? []
    const unit = UNIT_OF.get(word)
    if (unit === undefined || ORDER.indexOf(unit) <= last) return undefined
    last = ORDER.indexOf(unit)
    amounts.set(unit, Number(digits))
    rest = rest.slice(found.length)
  }
  return amounts.size === 0 ? undefined : amounts
}
