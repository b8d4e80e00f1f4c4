/** The options about the folder and its vaults. */
import type { RulesOf } from '../../options/check-options.js'
import { BOOLEAN, FUNCTION, listOf, PATH, required, SIGNAL } from '../../options/rules.js'
import { PRICES, type SomePrices } from '../../costs/prices.js'
import { assertRule, type FaultRule } from '../faults/faults.js'
import { DURATION } from '../service/option-rules.js'
import { UNDOCUMENTED, type Undocumented } from '../service/undocumented.js'

/** Options of {@link startLocalVault} about the folder and its vaults. */
export interface ContentOptions {
  /** The folder that everything is kept in. It is created if it does not exist. Several servers can share one. */
  readonly dir: string
  /** The clock of everything, in milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Whether an upload to a missing vault creates it; default false, as at the service. */
  readonly createVaults?: boolean | undefined
  /** Milliseconds between two inventories of a vault; default a day, as at the service. */
  readonly inventoryInterval?: number | undefined
  /** The fault rules in force from the start; default none. More can be added while the server runs. */
  readonly faults?: readonly FaultRule[] | undefined
  /** Prices in US dollars that replace those of `EXAMPLE_PRICES`; default none. */
  readonly prices?: SomePrices | undefined
  /**
   * Choices where the service's documentation leaves the behaviour open; default the most likely behaviour. See
   * docs/local-vault.md.
   */
  readonly undocumented?: Undocumented | undefined
  /** Ends the start while it waits for a lock that another process holds. It does not stop a server that has started. */
  readonly signal?: AbortSignal | undefined
}

/** The rules of {@link ContentOptions}. */
export const CONTENT_RULES: RulesOf<ContentOptions> = {
  dir: required(PATH),
  now: FUNCTION,
  createVaults: BOOLEAN,
  inventoryInterval: DURATION,
  faults: listOf('an array of fault rules', (value, name, caller) => {
    assertRule(value, name, caller)
  }),
  prices: PRICES,
  undocumented: UNDOCUMENTED,
  signal: SIGNAL,
}
