/** Delays and request budgets of the local vault on the command line. */
import { InvalidArgumentError } from 'commander'
import type { JobDelay, JobDelays, RequestBudget } from '../../../local/index.js'
import { parseDuration } from './duration.js'

const KINDS = ['expedited', 'standard', 'bulk', 'inventory'] as const satisfies (keyof JobDelays)[]
const BUDGET = /^(?:([A-Za-z]+)=)?(\d{1,9}(?:\.\d{1,3})?)(?::([1-9]\d{0,8}))?$/

/**
 * Reads `5m`, `expedited=2m,standard=4h,bulk=8h,inventory=4h`, any of which may be left out, or `realistic`.
 *
 * @returns milliseconds, for each kind of job if several are given
 * @throws {InvalidArgumentError} not valid delays
 */
export function parseJobDelay(text: string): JobDelay {
  if (text === 'realistic') return text
  if (/^\d/.test(text)) return parseDuration(text)
  const delays: { -readonly [K in keyof JobDelays]: number } = {}
  for (const pair of text.split(',')) {
    const [name, time = ''] = pair.split('=', 2)
    const kind = KINDS.find((known) => known === name)
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
 * Reads `10`, `0.5`, `10:20` with a burst, or `UploadMultipartPart=10`, and adds it to the budgets before it. The
 * local vault checks the name of the operation.
 *
 * @throws {InvalidArgumentError} not a valid budget
 */
export function collectBudget(text: string, before: readonly RequestBudget[] = []): RequestBudget[] {
  const match = BUDGET.exec(text)
  if (!match || Number(match[2]) === 0) {
    throw new InvalidArgumentError(
      'Write requests per second as 10, 10:20 with a burst, or OPERATION=10. The number must be above 0.',
    )
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
