/** The controls that change something. None of them is a GET. */
import type { FaultRule } from '../faults/faults.js'
import type { JobDelay } from '../realism/job-delay.js'
import type { ControlAction } from './control-context.js'
import { requiredText, numberField, optionalText } from './control-body.js'

/** By method and path below `/.control/`. */
export const CHANGES: Readonly<Record<string, ControlAction>> = {
  'POST clock': ({ control }, { advance }) => {
    control.advanceClock(numberField('advance', advance))
    return { time: control.time.toISOString() }
  },
  'PUT job-delay': ({ control }, { milliseconds, jobDelay }) => {
    // It checks what it is given.
    control.setJobDelay((jobDelay as JobDelay | undefined) ?? numberField('milliseconds', milliseconds))
    return {}
  },
  'POST jobs/complete': async ({ control }, { vaultName, ...place }) => ({
    jobs: await control.completeJobs(optionalText('vaultName', vaultName), place), // it checks what it is given
  }),
  'POST jobs/fail': async ({ control }, { statusMessage = 'Failed by a control', vaultName, ...place }) => ({
    jobs: await control.failJobs(
      optionalText('statusMessage', statusMessage) as string, // has a default
      optionalText('vaultName', vaultName),
      place,
    ),
  }),
  'POST inventory': async ({ control }, { vaultName, ...place }) =>
    control.takeInventory(requiredText('vaultName', vaultName), place),
  'POST faults': ({ faults }, rule) => {
    faults.add(rule as unknown as FaultRule) // it checks what it is given
    return { faults: faults.list() }
  },
  'DELETE faults': ({ faults }) => {
    faults.clear()
    return { faults: [] }
  },
}
