/**
 * The controls that read. They change nothing that a client of the service can notice: in particular, they do not take an
 * inventory that is due, since the page sends these requests every few seconds.
 */
import { FAULT_KINDS } from '../faults/faults.js'
import { OPERATION_NAMES } from '../service/operation-names.js'
import type { ControlAction } from './control-context.js'
import { readArchives, readJobs, readParts, readUploads, readVaults } from './vault-readings.js'

/** By method and path below `/.control/`. */
export const READINGS: Readonly<Record<string, ControlAction>> = {
  'GET overview': ({ control, stores }) => ({
    time: control.time.toISOString(),
    jobDelay: control.jobDelay,
    places: [...stores].map(({ region, accountId }) => ({ region, accountId })),
    readings: [READINGS, control.added].flatMap(Object.keys).filter((name) => name.startsWith('GET ')),
    faultKinds: FAULT_KINDS,
    operations: OPERATION_NAMES,
  }),
  'GET clock': ({ control }) => ({ time: control.time.toISOString() }),
  'GET vaults': readVaults,
  'GET archives': readArchives,
  'GET uploads': readUploads,
  'GET parts': readParts,
  'GET jobs': readJobs,
  'GET faults': ({ faults }) => ({ faults: faults.list() }),
  'GET traffic': ({ traffic }) => traffic.all(),
  'GET costs': ({ costs }) => costs(),
}
