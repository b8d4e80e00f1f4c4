/**
 * The only import of streams. They are those of Node.js, so `instanceof` works in other packages, bundlers have nothing
 * to resolve, and each runtime uses the streams that it was tested with (docs/decisions/0009-streams-of-node.md).
 */
export { addAbortSignal, Readable, Transform, Writable } from 'node:stream'
export { finished, pipeline } from 'node:stream/promises'
export type { TransformCallback } from 'node:stream'
