/** What the controls over HTTP read and change, and the form of a control. */
import type { Control } from './control.js'
import type { Faults } from '../faults/faults.js'
import type { Stores } from '../storage/stores.js'
import type { Traffic } from './traffic.js'

/** An account in a region, with what is stored for it. */
export interface Place {
  readonly region: string
  /** 12 digits. */
  readonly accountId: string
  readonly stores: Stores
}

/** What can be controlled. */
export interface Controlled {
  readonly control: Control
  readonly faults: Faults
  readonly traffic: Traffic
  /** The accounts and regions that are served. Controls that read a place use the first one unless they are told. */
  readonly places: readonly [Place, ...Place[]]
  /** The address the server was told to listen on. */
  readonly host: string
}

/** The JSON object in the body of a control. */
export type Order = Readonly<Record<string, unknown>>

/** Carries out a control; gives what it is answered with, as JSON. */
export type Act = (controlled: Controlled, order: Order, query: URLSearchParams) => Promise<object> | object
