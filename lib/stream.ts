/**
 * The one import of `readable-stream`: the same streams on every Node, typed as Node's own.
 *
 * Its classes are not `instanceof` node's, so nothing in this package tests streams with `instanceof`;
 * `pipeline`, `.pipe`, `for await` and `compose` accept both kinds.
 */
import type * as NodeStream from 'node:stream'
import type * as NodeStreamPromises from 'node:stream/promises'
import readableStream from 'readable-stream'

const streams = readableStream as unknown as typeof NodeStream & {
  readonly promises: typeof NodeStreamPromises
}

export const Readable: typeof NodeStream.Readable = streams.Readable
export type Readable = NodeStream.Readable
export const Writable: typeof NodeStream.Writable = streams.Writable
export type Writable = NodeStream.Writable
export const Transform: typeof NodeStream.Transform = streams.Transform
export type Transform = NodeStream.Transform
export const pipeline: typeof NodeStreamPromises.pipeline = streams.promises.pipeline
export const addAbortSignal: typeof NodeStream.addAbortSignal = streams.addAbortSignal

export type { TransformCallback } from 'node:stream'

/** Node's own Readable: what its HTTP client, and the SDK's, test for with `instanceof`. */
export { Readable as NodeReadable } from 'node:stream'
