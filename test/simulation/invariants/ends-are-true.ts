/** An upload that the catalog has as ended is not open. */
import type { SharedEnvironment } from '../actors/environment.js'
import { allRecords } from './all-records.js'

const ENDS: ReadonlySet<string> = new Set(['expired', 'aborted', 'unknown'])

/** The ID of an upload at the service: that of a later volume of a bucket begins with its number. */
function serviceIdOf(uploadId: string): string {
  return uploadId.replace(/^volume\d+:/, '')
}

/** Compares the ends in the catalog with the uploads of the service. */
export function checkEnds(env: SharedEnvironment): void {
  for (const { type, uploadId } of allRecords(env)) {
    if (!ENDS.has(type) || uploadId === undefined) continue
    if (env.service.uploads.get(serviceIdOf(uploadId))?.state === 'open')
      env.world.fail('an upload that has ended is not open', `${uploadId} is recorded as ${type}`)
  }
}
