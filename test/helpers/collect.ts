/** Reads any stream or iterable to its end: its chunks, in order. */
export async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

/** Reads a stream of bytes to its end: all of them in one Buffer. */
export async function collectBytes(stream: AsyncIterable<unknown>): Promise<Buffer> {
  return Buffer.concat((await collect(stream)) as Uint8Array[])
}
