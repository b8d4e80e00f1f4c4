/** A simulated bucket of which only the listed outcomes are unusual, and a client of it, for the tests of the model. */
import type { RunWorld } from '../run/run-world.js'
import { listedWorld, processIn, runIn, type ListedOutcomes } from '../service/listed-world.js'
import { SimulatedBucketClient } from './bucket-client.js'
import { BucketModel } from './bucket-model.js'

/** The bucket, and the run that it is in. */
export interface ListedBucket {
  readonly world: RunWorld
  readonly model: BucketModel
  readonly client: SimulatedBucketClient
}

/** Runs a scenario in a bucket of which the listed outcomes are unusual. */
export async function onBucket(
  outcomes: ListedOutcomes,
  scenario: (bucket: ListedBucket) => Promise<void>,
): Promise<void> {
  const world = listedWorld(outcomes)
  const model = new BucketModel(world)
  const client = new SimulatedBucketClient(processIn(world), model)
  await runIn(world, () => scenario({ world, model, client }))
}
