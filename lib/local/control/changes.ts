/** The controls that change something. None of them is a GET. */
import type { FaultRule } from '../faults/faults.js'
import type { JobDelay } from '../realism/job-delay.js'
import { numberField, optionalText, requiredText } from './control-body.js'
import type { ControlAction } from './control-context.js'

/** By method and path below `/.control/`. What a control passes on unchecked is checked by the object it calls. */
export const CHANGES: Readonly<Record<string, ControlAction>> = {
  'POST clock': ({ control }, { advance }) => {
    control.advanceClock(numberField('advance', advance))
    return { time: control.time.toISOString() }
  },
  'PUT job-delay': ({ control }, { milliseconds, jobDelay }) => {
    control.setJobDelay((jobDelay as JobDelay | undefined) ?? numberField('milliseconds', milliseconds))
    return {}
  },
  'POST jobs/complete': async ({ control }, { vaultName, ...account }) => ({
    jobs: await control.completeJobs(optionalText('vaultName', vaultName), account),
  }),
  'POST jobs/fail': async (
    { control },
    { statusMessage = 'Failed by a control', vaultName, ...account },
  ) => ({
    jobs: await control.failJobs(
      optionalText('statusMessage', statusMessage) as string, // has a default
      optionalText('vaultName', vaultName),
      account,
    ),
  }),
  'POST inventory': async ({ control }, { vaultName, ...account }) =>
    control.takeInventory(requiredText('vaultName', vaultName), account),
  'POST faults': ({ faults }, rule) => {
    faults.add(rule as unknown as FaultRule)
    return { faults: faults.list() }
  },
  'DELETE faults': ({ faults }) => {
    faults.clear()
    return { faults: [] }
  },
}
