/** What the controls over HTTP read and change, and the form of a control. */
import type { Control } from './control.js'
import type { Faults } from '../faults/faults.js'
import type { Costs } from '../costs/costs.js'
import type { AllStores } from '../stores/all-stores.js'
import type { Traffic } from './traffic.js'

/** What can be controlled. */
export interface ControlContext {
  readonly control: Control
  readonly faults: Faults
  readonly traffic: Traffic
  /** What it would have cost. */
  readonly costs: () => Promise<Costs>
  /** What is stored. Controls that read an account in a region use the first one unless they are told. */
  readonly stores: AllStores
  /** The address the server was told to listen on. */
  readonly host: string
}

/** The JSON object in the body of a control. */
export type ControlBody = Readonly<Record<string, unknown>>

/** Carries out a control; gives what it is answered with, as JSON. */
export type ControlAction = (controls: ControlContext, order: ControlBody, query: URLSearchParams) => Promise<object> | object
