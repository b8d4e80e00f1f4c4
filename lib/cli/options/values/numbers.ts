/** Whole numbers on the command line. */
import { InvalidArgumentError } from 'commander'

const MAX_PORT = 65_535

/**
 * Reads a whole number from 1 to 999,999,999.
 *
 * @throws {InvalidArgumentError} not such a number
 */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('Write a whole number from 1 to 999,999,999.')
  return Number(text)
}

/**
 * Reads a limit: a whole number from 0 to 999,999,999.
 *
 * @throws {InvalidArgumentError} not such a number
 */
export function parseLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 0 to 999,999,999.')
  return Number(text)
}

/**
 * Reads a number of threads, 0 to 99.
 *
 * @throws {InvalidArgumentError} not such a number
 */
export function parseThreads(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError('Write a number of threads from 0 to 99.')
  return Number(text)
}

/**
 * Reads a port number.
 *
 * @throws {InvalidArgumentError} not a port number
 */
export function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > MAX_PORT)
    throw new InvalidArgumentError(`Write a number from 0 to ${MAX_PORT}.`)
  return Number(text)
}

/**
 * Reads an hour of the day, `0` to `23`.
 *
 * @throws {InvalidArgumentError} not an hour
 */
export function parseHour(text: string): number {
  if (!/^\d{1,2}$/.test(text) || Number(text) > 23)
    throw new InvalidArgumentError('Write an hour from 0 to 23.')
  return Number(text)
}
