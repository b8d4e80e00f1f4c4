/** The content of the simulated bucket. The invariants compare it with what the processes reported and recorded. */
import { createHash } from 'node:crypto'
import type { ObjectHash } from '../../../lib/s3/composite-hash.js'
import type { SimRestore } from './retrieval/bucket-restores.js'

/** The name under which objects are stored that come from outside of the run. */
export const SOMEBODY = 'somebody'

/** An object, or one that was at its key before. */
export interface SimObject {
  readonly key: string
  readonly bytes: Uint8Array
  readonly etag: string
  readonly versionId: string | undefined
  readonly hash: ObjectHash
  /** The parts from which it was made; `undefined` if one request stored it. */
  readonly parts: readonly Pick<SimPart, 'bytes' | 'sha256'>[] | undefined
  readonly storageClass: string
  /** The archive tier of an object of INTELLIGENT_TIERING, until it is restored; `undefined` if it can be read. */
  archiveStatus: string | undefined
  /** The restore that was accepted last. */
  restore: SimRestore | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** The upload that became this object; `undefined` if one request stored it. */
  readonly uploadId: string | undefined
  /** The process whose request has stored it, or {@link SOMEBODY}. */
  readonly who: string
  readonly storedMs: number
  /** The object whose place it took; `undefined` if there was none. */
  readonly replaced: SimObject | undefined
  /** The time at which another one took its place, or somebody deleted it; `undefined` while it is at its key. */
  endedMs: number | undefined
}

/** A part of an upload. */
export interface SimPart {
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly etag: string
}

/** An upload. It stays here after its end. */
export interface SimUpload {
  readonly uploadId: string
  readonly key: string
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
  /** By number, from 1. */
  readonly parts: Map<number, SimPart>
  /** Parts on the way, by number: each arrives after the next part of its number that differs. */
  readonly late: Map<number, SimPart>
  state: 'open' | 'completed' | 'aborted' | 'expired'
  /** The object that it became. */
  object: SimObject | undefined
  /** Whether a repeated completion is not answered any more. */
  isForgotten: boolean
}

/** The SHA-256 of some bytes. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The composite of parts: the SHA-256 of their digests. */
export function compositeHash(hashes: readonly string[]): ObjectHash {
  return { sha256: sha256Of(Buffer.from(hashes.join(''), 'hex')), parts: hashes.length }
}

/** The text of a composite on the wire. */
export function compositeText({ sha256, parts }: ObjectHash): string {
  const digest = Buffer.from(sha256, 'hex').toString('base64')
  return parts === undefined ? digest : `${digest}-${parts}`
}

/** The composite of some bytes in parts of a size, as the text of the wire. */
export function compositeOfBytes(bytes: Uint8Array, partSize: number): string {
  const hashes: string[] = []
  for (let at = 0; at < bytes.length; at += partSize) hashes.push(sha256Of(bytes.subarray(at, at + partSize)))
  return compositeText(compositeHash(hashes))
}
