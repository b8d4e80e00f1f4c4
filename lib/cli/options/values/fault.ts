/** Fault rules of the local vault on the command line. */
import { InvalidArgumentError } from 'commander'
import type { FaultKind, FaultRule } from '../../../local/faults/faults.js'

const FORM = /^(?:([A-Za-z]+):)?((?:(?:nth|every|times)=[1-9]\d{0,8}[,:])*)([a-z0-9-]+)$/

/**
 * Reads `UploadMultipartPart:every=3:reset-amid`, `nth=1,times=2:stall` or `throttle`, and adds it to the rules before
 * it. The local vault checks the names of operations and faults.
 *
 * @throws {InvalidArgumentError} not a valid rule
 */
export function collectFault(text: string, before: readonly FaultRule[] = []): FaultRule[] {
  const match = FORM.exec(text)
  if (!match) throw new InvalidArgumentError('Write a fault as OPERATION:every=3:KIND, nth=1:KIND or KIND.')
  const [, operation, counts = '', fault] = match
  const numbers = Object.fromEntries(
    counts
      .split(/[,:]/)
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('='))
      .map(([name, value]) => [name, Number(value)]),
  ) as Pick<FaultRule, 'nth' | 'every' | 'times'>
  return [...before, { fault: fault as FaultKind, ...(operation !== undefined && { operation }), ...numbers }]
}
