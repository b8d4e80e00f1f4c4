/** The bytes of a request have the hashes that it states, unless they are damaged on the way. */
import type { SharedEnvironment } from '../actors/environment.js'

const REFUSALS: ReadonlySet<string | undefined> = new Set([
  'InvalidParameterValueException',
  'InvalidSignatureException',
  'XAmzContentSHA256Mismatch',
])

/** Looks for requests with bytes that the service has refused. */
export function checkBodies({ world, service }: SharedEnvironment): void {
  for (const { operation, who, outcome, faults, request } of service.history.records) {
    if (operation !== 'uploadPart' && operation !== 'uploadArchive' && operation !== 'putObject') continue
    if (REFUSALS.has(outcome) && !faults.includes('body-damaged'))
      world.fail(
        'the bytes of a request are those it states',
        `${who} sends ${request.size} bytes to ${request.uploadId ?? 'the vault'}: ${outcome}`,
      )
  }
}
