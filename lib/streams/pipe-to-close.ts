/** A pipeline that ends when its source has closed. */
import { pipeline, type Readable } from './node-streams.js'

/**
 * As `pipeline()`, but resolves or rejects when the source has closed: `pipeline()` rejects at the first error, while the
 * requests of a source that is being destroyed are still in flight.
 *
 * @throws the first error of the source or the sink
 */
export async function pipeToClose(
  source: Readable,
  sink: NodeJS.WritableStream,
  options: { readonly end?: boolean } = {},
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    source.once('close', resolve)
  })
  try {
    await pipeline(source, sink, options)
  } finally {
    await closed
  }
}
