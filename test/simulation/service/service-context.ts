/** What the parts of the simulated service share: the run, the content, and its decisions about faults. */
import type { FaultKind } from '../world/faults.js'
import { LIMITS, type World } from '../world/world.js'
import type { RequestHistory } from './history.js'
import { vaultNotFound } from './refusals.js'
import type { Caller } from './service.js'
import type { Archive, Job, Upload } from './stored.js'
import { otherHash } from './tree-hash.js'

/** A vault. */
export interface SimVault extends Caller {
  readonly createdMs: number
  /** The time of its first inventory; `undefined` if it never had an archive. */
  firstInventoryMs: number | undefined
}

/** The context of the operations. */
export class ServiceContext {
  readonly world: World
  readonly history: RequestHistory
  readonly vaults: SimVault[] = []
  /** By their IDs, in the order in which they were stored. */
  readonly archives = new Map<string, Archive>()
  /** By their IDs, in the order in which they were begun. */
  readonly uploads = new Map<string, Upload>()
  /** By their IDs, in the order in which they were started. */
  readonly jobs = new Map<string, Job>()

  constructor(world: World, history: RequestHistory) {
    this.world = world
    this.history = history
  }

  get nowMs(): number {
    return this.world.scheduler.nowMs
  }

  /** The vault of a caller. */
  vaultOf({ accountId, vaultName }: Caller): SimVault {
    const vault = this.vaults.find((one) => one.accountId === accountId && one.vaultName === vaultName)
    if (!vault) throw vaultNotFound({ accountId, vaultName })
    return vault
  }

  /** Decides on a fault that takes effect at once. */
  happens(kind: FaultKind, name: string): boolean {
    if (!this.world.faults.happens(kind, name)) return false
    this.history.tookEffect(kind)
    return true
  }

  /** Whether a caller's vault has the thing. If it is another account's, that fault takes effect. */
  isIn<Thing extends Caller>(caller: Caller, thing: Thing | undefined): thing is Thing {
    if (!thing) return false
    const isSameAccount = thing.accountId === caller.accountId
    if (!isSameAccount) this.history.tookEffect('other-account')
    return isSameAccount && thing.vaultName === caller.vaultName
  }

  /** The tree hash that a response states: by choice a wrong one. */
  stated(name: string, treeHash: string): string {
    if (!this.happens('wrong-hash', `${name}/wrong-hash`)) return treeHash
    return otherHash(
      treeHash,
      this.world.choices.pick(`${name}/wrong-at`, ['last-digit', 'first-digit'], 0.3),
    )
  }

  /** The bytes that the service stores in place of those that arrived: by choice they are damaged. Always a copy. */
  storedBytes(name: string, bytes: Uint8Array): { readonly bytes: Uint8Array; readonly isDamaged: boolean } {
    const copy = Uint8Array.from(bytes)
    if (!this.happens('stored-damaged', `${name}/stored-damaged`)) return { bytes: copy, isDamaged: false }
    const at = this.world.choices.between(`${name}/damaged-byte`, 0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ 1
    return { bytes: copy, isDamaged: true }
  }
}

/** Bytes under one leaf of the tree hash. */
export const LEAF_SIZE: number = LIMITS.leafSize
