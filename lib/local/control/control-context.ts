/** The parts of a local vault that the controls over HTTP read and change, and the form of a control. */
import type { Costs } from '../costs/costs.js'
import type { Faults } from '../faults/faults.js'
import type { AllStores } from '../stores/all-stores.js'
import type { ControlBody } from './added-controls.js'
import type { Control } from './control.js'
import type { Traffic } from './traffic.js'

/** The parts of a local vault that can be controlled. */
export interface ControlContext {
  readonly control: Control
  readonly faults: Faults
  readonly traffic: Traffic
  /** Computes the costs up to now. */
  readonly costs: () => Promise<Costs>
  /** The stores. Controls use those of the first account and region unless a request names others. */
  readonly stores: AllStores
  /** The address that the server listens on, as its options have it. */
  readonly host: string
}

/** Carries out a control. Returns the JSON object of the response. */
export type ControlAction = (
  context: ControlContext,
  body: ControlBody,
  query: URLSearchParams,
) => Promise<object> | object
