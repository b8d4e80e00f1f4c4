/** The check of the clock of this machine, by the date of a response. */
import type { Probe } from '../../../client/diagnosis.js'
import { formatDuration } from '../../output/format.js'
import { failed, ok, warning, type Finding } from './check.js'

/** The difference of clocks from which it is worth a warning. */
const NOTED_SKEW_MS = 60_000

/**
 * Compares the clocks.
 *
 * @param now - the time of this machine
 * @param maxSkewMs - the difference beyond which the service refuses signatures
 */
export function clockFinding(
  { serviceTime }: Pick<Probe, 'serviceTime'>,
  now: () => number,
  maxSkewMs: number,
): Finding {
  if (Number.isNaN(serviceTime)) return warning('not checked', 'The service must respond first.')
  const skewMs = now() - serviceTime
  const size = formatDuration(Math.abs(skewMs))
  const skew = `this machine is ${size} ${skewMs < 0 ? 'behind' : 'ahead of'} the service`
  const remedy = 'Set the clock of this machine, for example with NTP.'
  if (Math.abs(skewMs) > maxSkewMs)
    return failed(`${skew}; beyond ${formatDuration(maxSkewMs)}, it refuses signatures`, remedy)
  return Math.abs(skewMs) > NOTED_SKEW_MS ? warning(skew, remedy) : ok('it agrees with that of the service')
}
