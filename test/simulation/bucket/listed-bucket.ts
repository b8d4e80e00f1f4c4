/** A simulated bucket of which only the listed outcomes are unusual, and a client of it, for the tests of the model. */
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type { MakeBucketClient } from '../network/client-of.js'
import type { RunWorld } from '../run/run-world.js'
import { listedWorld, processIn, runIn, type ListedOutcomes } from '../service/listed-world.js'
import type { SimProcess } from '../world/sim-process.js'
import { SimulatedBucketClient } from './bucket-client.js'
import { BucketModel } from './bucket-model.js'

/** The bucket, and the run that it is in. */
export interface ListedBucket {
  readonly world: RunWorld
  readonly model: BucketModel
  readonly process: SimProcess
  readonly client: BucketClient
}

/** Makes the client at the port. */
export const atPort: MakeBucketClient = (process, model) => new SimulatedBucketClient(process, model)

/**
 * Runs a scenario in a bucket of which the listed outcomes are unusual.
 *
 * @param makeClient - default: makes the client at the port
 */
export async function onBucket(
  outcomes: ListedOutcomes,
  scenario: (bucket: ListedBucket) => Promise<void>,
  makeClient: MakeBucketClient = atPort,
): Promise<void> {
  const world = listedWorld(outcomes)
  const model = new BucketModel(world)
  const process = processIn(world)
  const client = makeClient(process, model)
  await runIn(world, () => scenario({ world, model, process, client }))
}
