/** An upload that the catalog has as ended is not open. */
import type { Environment } from '../actors/environment.js'
import { allRecords } from './all-records.js'

const ENDS: ReadonlySet<string> = new Set(['expired', 'aborted', 'unknown'])

/** Compares the ends in the catalog with the uploads of the service. */
export function checkEnds(env: Environment): void {
  for (const { type, uploadId } of allRecords(env)) {
    if (!ENDS.has(type) || uploadId === undefined) continue
    if (env.service.uploads.get(uploadId)?.state === 'open')
      env.world.fail('an upload that has ended is not open', `${uploadId} is recorded as ${type}`)
  }
}
