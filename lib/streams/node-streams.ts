/**
 * The one import of streams. They are Node's own, so that `instanceof` tests in other packages hold, bundlers find
 * nothing to resolve, and each runtime uses the streams that it was tested with (docs/decisions/0009).
 */
export { addAbortSignal, Readable, Transform, Writable } from 'node:stream'
export { pipeline } from 'node:stream/promises'
export type { TransformCallback } from 'node:stream'
