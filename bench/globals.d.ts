/** Defined by probe.mjs in each process that is measured. The longest block of the event loop is measured after this call. */
declare function benchBegin(): void

declare module 'block-stream2' {
  import { Transform } from 'node:stream'

  export default class BlockStream extends Transform {
    constructor(options: { readonly size: number; readonly zeroPadding?: boolean })
  }
}
