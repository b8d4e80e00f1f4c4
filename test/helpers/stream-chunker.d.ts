declare module 'stream-chunker' {
  interface StreamChunkerOptions {
    readonly flush?: boolean
    readonly align?: boolean
    readonly encoding?: BufferEncoding
  }
  function streamChunker(chunkSize: number, options?: StreamChunkerOptions): import('node:stream').Transform
  export = streamChunker
}
