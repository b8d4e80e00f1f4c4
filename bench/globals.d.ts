/** Defined by probe.mjs in each process that is measured: the longest block of the event loop is taken from here on. */
declare var benchBegin: () => void

declare module 'block-stream2' {
  export default class BlockStream extends import('node:stream').Transform {
    constructor(options: { readonly size: number; readonly zeroPadding?: boolean })
  }
}
