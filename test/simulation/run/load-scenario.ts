/** Loads a scenario into a thread, after everything in it that depends on chance was replaced. */
import type { World } from '../world/world.js'
import type { Scenario } from './run.js'

interface ScenarioModule {
  readonly runScenario: (world: World) => Promise<void>
  readonly prepareNetwork?: Scenario['prepare']
}

/**
 * Imports the module of a scenario.
 *
 * @param url - of a module that exports `runScenario`, and `prepareNetwork` if a network must be prepared
 */
export async function loadScenario(url: string): Promise<Scenario> {
  removeChance()
  const { runScenario, prepareNetwork } = (await import(url)) as ScenarioModule
  return Object.assign((world: World) => runScenario(world), { prepare: prepareNetwork })
}

/** Removes the sources of chance of a thread that the engine could reach without its runtime. */
function removeChance(): void {
  // The garbage collector runs at any time. A file that is left open stays open, so that it is found.
  globalThis.FinalizationRegistry = class<Value> implements FinalizationRegistry<Value> {
    readonly [Symbol.toStringTag] = 'FinalizationRegistry' as const
    register(): void {
      return undefined
    }
    unregister(): boolean {
      return false
    }
  }
  Math.random = () => {
    throw new Error('The simulation called Math.random: its numbers come from the seed.')
  }
}
