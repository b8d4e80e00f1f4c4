/** A process sends a part at least once in half a day, so that its upload does not expire while its source is silent. */
import type { SharedEnvironment } from '../actors/environment.js'

/** Half a day, and the time for which a request is tried again. */
const MAX_SILENCE_MS = 20 * 3_600_000

/** Looks for uploads for which a process did nothing for nearly a day, between one part and its next request. */
export function checkKeptAlive({ world, service }: SharedEnvironment): void {
  const active = new Map<string, number>()
  for (const { operation, who, request, result, sentMs } of service.history.records) {
    const { uploadId } = request
    if (uploadId === undefined) continue
    const key = `${who} ${uploadId}`
    const before = active.get(key)
    if (before !== undefined && sentMs - before > MAX_SILENCE_MS)
      world.fail('an upload is kept alive', `${who} sends no part of ${uploadId} for a day`)
    if (operation === 'uploadPart' && (before !== undefined || result === 'success')) active.set(key, sentMs)
  }
}
