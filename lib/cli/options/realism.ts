/**
 * Delays and limits of the local vault, as they are written on a command line.
 */
import { InvalidArgumentError } from 'commander'
import type { JobDelay, JobDelays, RequestBudget } from '../../local/index.js'
import { parseDuration } from './duration.js'

const KINDS = ['expedited', 'standard', 'bulk', 'inventory'] as const satisfies (keyof JobDelays)[]
const BUDGET = /^(?:([A-Za-z]+)=)?(\d{1,9}(?:\.\d{1,3})?)(?::([1-9]\d{0,8}))?$/

/**
 * Reads `5m`, `expedited=2m,standard=4h,bulk=8h,inventory=4h`, of which any may be left out, or `realistic`.
 *
 * @throws {InvalidArgumentError} not of that form
 */
export function parseJobDelay(text: string): JobDelay {
  if (text === 'realistic') return text
  if (/^\d/.test(text)) return parseDuration(text)
  const delays: { -readonly [K in keyof JobDelays]: number } = {}
  for (const pair of text.split(',')) {
    const [name, time = ''] = pair.split('=', 2)
    const kind = KINDS.find((it) => it === name)
    if (!kind || kind in delays) {
      throw new InvalidArgumentError(
        'Write delays as 5m, as expedited=2m,standard=4h,bulk=8h,inventory=4h, or as realistic.',
      )
    }
    delays[kind] = parseDuration(time)
  }
  return delays
}

/**
 * Reads `10`, `0.5`, `10:20` with a burst, or `UploadMultipartPart=10`, and adds it to the budgets before it. Whether
 * there is such an operation, the local vault knows.
 *
 * @throws {InvalidArgumentError} not of that form
 */
export function collectBudget(text: string, before: readonly RequestBudget[] = []): RequestBudget[] {
  const match = BUDGET.exec(text)
  if (!match) {
    throw new InvalidArgumentError('Write requests a second as 10, 10:20 with a burst, or OPERATION=10.')
  }
  const [, operation, rate, burst] = match
  return [
    ...before,
    {
      requestsPerSecond: Number(rate),
      ...(burst !== undefined && { burst: Number(burst) }),
      ...(operation !== undefined && { operation }),
    },
  ]
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

/**
 * Reads a limit: a whole number from 0 up.
 *
 * @throws {InvalidArgumentError} not such a number
 */
export function parseLimit(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 0 up.')
  return Number(text)
}
