/** Makes what the processes of a run share. */
import { Ledger } from '../actors/ledger.js'
import { OUTPUT, type Environment } from '../actors/environment.js'
import { SimDisk } from '../disk/sim-disk.js'
import { clientOf } from '../network/client-of.js'
import { ServiceModel } from '../service/service-model.js'
import { ALL_KINDS } from '../world/faults.js'
import { Host } from '../world/host.js'
import type { World } from '../world/world.js'

/** Makes the environment of a run. The output folder exists, and the catalog does not. */
export function makeEnvironment(world: World): Environment {
  const disk = new SimDisk(world)
  disk.makeFolder(OUTPUT)
  return {
    world,
    disk,
    service: new ServiceModel(world),
    table: new Map(),
    hosts: [new Host('alpha'), new Host('beta')],
    ledger: new Ledger(),
    kinds: new Set(ALL_KINDS.filter((kind) => world.faults.rate(kind) > 0)),
    clientOf,
  }
}
