/**
 * Values in conditions, as policies and condition keys have them.
 *
 * A function returns `undefined` for a value that is not of its type.
 */
import { BlockList, isIP } from 'node:net'

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/
/** ISO 8601 as the W3C profiles it, from days on: a bare year could also be seconds since 1970. */
const DATE = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

/** A number, as a JSON number or as a string. Its absolute value is at most 2^53 - 1. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && NUMBER.test(value))) return undefined
  const number = Number(value)
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined
}

/** A time in milliseconds: written as ISO 8601, or in seconds since 1970. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const [, day = ''] = DATE.exec(value) ?? []
    if (day !== '') return isDay(day) && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : undefined
    if (value.length === 4) return undefined // a year
  }
  const seconds = numberOf(value)
  return seconds === undefined ? undefined : seconds * 1000
}

/** Whether a date is in the calendar: 31 February is parsed as 3 March. */
function isDay(date: string): boolean {
  const time = Date.parse(date)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

/** A boolean, as a JSON boolean or as a string in any case. */
export function booleanOf(value: unknown): boolean | undefined {
  const text = typeof value === 'boolean' || typeof value === 'string' ? String(value).toLowerCase() : ''
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}

/** Whether an address is in a CIDR range, as `10.0.0.0/8` or `2001:db8::/32`, or are a single address. */
export function rangeOf(value: unknown): ((address: string) => boolean) | undefined {
  if (typeof value !== 'string') return undefined
  const [base = '', prefix, ...more] = value.split('/')
  const family = isIP(base)
  const bits = family === 4 ? 32 : 128
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity
  if (family === 0 || more.length > 0 || length > bits || base.includes('%')) return undefined
  const range = new BlockList()
  range.addSubnet(base, length, nameOf(family))
  return (address) => isIP(address) === family && range.check(address, nameOf(family))
}

function nameOf(family: number): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6'
}
