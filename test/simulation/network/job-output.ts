/** The response of GetJobOutput at the port, with what the network does to its body. */
import type { VaultJobOutput } from '../../../lib/client/vault-client.js'
import { ServiceError } from '../../../lib/errors.js'
import type { OutputRequest } from '../../../lib/client/vault-client.js'
import type { OutputResponse } from '../service/service.js'
import type { FaultKind } from '../world/faults.js'
import { OutputBody, piecesOf } from './output-body.js'
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
  const { name, world } = network.process
  const isOtherRange = bytes.length !== range.end - range.start || (outputSize ?? size) !== size
  const isWholeOutput = bytes.length === size
  if (isOtherRange || (fault === 'not-a-range' && !isWholeOutput)) throw notTheRange()
  const pieces = piecesOf(bytes, world.choices.pick(`${name}/jobOutput/pieces`, [1, 2, 3], 0.1))
  // An inventory has no hash that would reveal a damaged byte: only TLS protects it.
  if (fault === 'body-damaged' && treeHash !== undefined) damage(network, pieces)
  if (fault !== 'body-cut') return { body: new OutputBody(network, pieces, 'whole', signal), treeHash }
  const last = pieces.pop()
  if (last && last.length > 1) pieces.push(last.subarray(0, last.length >> 1))
  const ending = world.choices.pick(`${name}/jobOutput/cut`, ['early', 'reset'])
  return { body: new OutputBody(network, pieces, ending, signal), treeHash }
}

function damage({ process }: SimNetwork, pieces: readonly Uint8Array[]): void {
  const piece = pieces.at(-1)
  if (!piece) return
  const name = `${process.name}/jobOutput/damaged-byte`
  const at = process.world.choices.between(name, piece.length - 1, 0)
  piece[at] = (piece[at] ?? 0) ^ 1
}

function notTheRange(): ServiceError {
  return new ServiceError('The response is not of the requested range.', {
    operation: 'GetJobOutput',
    serviceCode: 'UnexpectedResponse',
    status: 200,
  })
}
