/** The things that all operations of the simulated bucket use: the run, the content, and the decisions about faults. */
import { createHash } from 'node:crypto'
import type { FaultKind } from '../world/faults.js'
import type { World } from '../world/world.js'
import type { RequestHistory } from '../service/history.js'
import type { SimObject, SimUpload } from './bucket-content.js'
import { drawProperties, type BucketProperties } from './bucket-properties.js'
import type { KeyCaller, StoredObjectResponse } from './bucket-service.js'

const ARCHIVE_TIERS = ['none', 'ARCHIVE_ACCESS', 'DEEP_ARCHIVE_ACCESS'] as const

/** The context of the operations. */
export class BucketContext {
  readonly world: World
  readonly history: RequestHistory
  readonly properties: BucketProperties
  /** All objects that were stored, in their order. */
  readonly objects: SimObject[] = []
  /** By their IDs, in the order in which they were begun. */
  readonly uploads = new Map<string, SimUpload>()
  readonly #current = new Map<string, SimObject>()

  constructor(world: World, history: RequestHistory) {
    this.world = world
    this.history = history
    this.properties = drawProperties(world)
  }

  /** The object at a key. */
  objectAt(key: string): SimObject | undefined {
    return this.#current.get(key)
  }

  /** Stores an object, in place of the one at its key. */
  store(
    { who, key }: KeyCaller,
    content: Pick<SimObject, 'bytes' | 'hash' | 'parts' | 'metadata' | 'storageClass' | 'uploadId'>,
  ): SimObject {
    const { nowMs } = this.world.scheduler
    const replaced = this.#current.get(key)
    if (replaced) replaced.endedMs = nowMs
    const number = this.objects.length + 1
    const object: SimObject = {
      ...{ ...content, who, key, replaced, storedMs: nowMs, endedMs: undefined },
      etag: this.etagOf(content.bytes, `object-${number}`, content.parts?.length),
      archiveStatus: this.#archiveTier(number, content.storageClass),
      restore: undefined,
      versionId: this.properties.hasVersions ? `version-${number}` : undefined,
    }
    this.objects.push(object)
    this.#current.set(key, object)
    return object
  }

  /** The archive tier of a new object. In truth it gets there after months. */
  #archiveTier(number: number, storageClass: string): string | undefined {
    if (storageClass !== 'INTELLIGENT_TIERING') return undefined
    const tier = this.world.choices.pick(`bucket/object-${number}/archive-tier`, ARCHIVE_TIERS, 0.5)
    return tier === 'none' ? undefined : tier
  }

  /** Deletes the object at a key, as somebody else does. */
  delete(key: string): void {
    const object = this.#current.get(key)
    if (object) object.endedMs = this.world.scheduler.nowMs
    this.#current.delete(key)
  }

  /**
   * The ETag of some bytes: their MD5, followed by the number of parts if there are several. With KMS it depends on more than
   * the bytes.
   */
  etagOf(bytes: Uint8Array, salt: string, partCount?: number): string {
    const salted = this.properties.hasPlainEtags ? bytes : Buffer.concat([bytes, Buffer.from(salt)])
    const md5 = createHash('md5').update(salted).digest('hex')
    return `"${md5}${partCount === undefined ? '' : `-${partCount}`}"`
  }

  /** The response to a request that has stored an object. */
  responseOf({ etag, versionId, hash }: SimObject): StoredObjectResponse {
    return { etag, versionId, hash: this.properties.checksums === 'none' ? undefined : hash }
  }

  /** Decides on a fault that takes effect at once. */
  happens(kind: FaultKind, name: string): boolean {
    if (!this.world.faults.happens(kind, name)) return false
    this.history.tookEffect(kind)
    return true
  }
}
