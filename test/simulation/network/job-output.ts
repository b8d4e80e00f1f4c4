/** The response of GetJobOutput at the port, with what the network does to its body. */
import type { VaultJobOutput } from '../../../lib/client/vault-client.js'
import type { OutputRequest } from '../../../lib/client/vault-client.js'
import type { OutputResponse } from '../service/service.js'
import type { FaultKind } from '../world/faults.js'
import { VAULT_ERRORS } from './failures.js'
import { bodyOf, notTheRange } from './output-body.js'
import type { SimNetwork } from './sim-network.js'

/**
 * Makes the response that the client gets.
 *
 * @param fault - what happens to the body
 * @throws {ServiceError} service code `UnexpectedResponse`: the response is not of the requested range
 */
export function outputOf(
  network: SimNetwork,
  { range, outputSize, signal }: OutputRequest,
  { bytes, size, treeHash }: OutputResponse,
  fault: FaultKind | undefined,
): VaultJobOutput {
  const operation = 'GetJobOutput'
  const isOtherRange = bytes.length !== range.end - range.start || (outputSize ?? size) !== size
  const isWholeOutput = bytes.length === size
  if (isOtherRange || (fault === 'not-a-range' && !isWholeOutput)) throw notTheRange(operation)
  const request = { call: 'jobOutput', operation, errors: VAULT_ERRORS, signal }
  // An inventory has no hash that would reveal a damaged byte: only TLS protects it.
  const isDamaged = fault === 'body-damaged' && treeHash !== undefined
  return {
    body: bodyOf(network, bytes, request, isDamaged || fault === 'body-cut' ? fault : undefined),
    treeHash,
  }
}
