/**
 * The bytes of an inventory as they arrive. An output that breaks off is requested again from that byte; if the job
 * disappears, another job takes its place.
 *
 * Another job has the same output only as long as the service has not taken a new inventory. So the bytes that were
 * handed on already are read again and compared before further bytes are handed on.
 */
import { createHash } from 'node:crypto'
import { InventoryError, NotFoundError, SizeMismatchError } from '../errors.js'
import type { JobContext } from '../retrieve/jobs/job-context.js'
import type { RenewableJob } from '../retrieve/jobs/renewable-job.js'
import type { Job } from '../store/retrieval-store.js'

/** The dependencies of {@link inventoryBytes}. */
type BytesContext = Pick<JobContext, 'store' | 'retry' | 'signal'>

/**
 * Yields the bytes of an inventory.
 *
 * @param renewable - the job, which is renewed if the service no longer has it
 * @param first - the job as it was described when its output was ready
 * @throws {InventoryError} `ERR_INVENTORY`: the job disappeared, and the next job has another inventory
 */
export async function* inventoryBytes(
  context: BytesContext,
  renewable: RenewableJob,
  first: Job,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handedOn = createHash('sha256')
  let position = 0
  let job = first
  for (;;) {
    const known = { size: position, hash: handedOn.copy().digest('hex') }
    const output = bytesOf(context, job.jobId, job.inventorySize ?? 0)
    try {
      for await (const bytes of position === 0 ? output : bytesAfter(known, output)) {
        handedOn.update(bytes)
        position += bytes.length
        renewable.progressed()
        yield bytes
      }
      return
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
      job = await renewable.renew(job, error)
    }
  }
}

/** Yields the bytes after known ones, which are compared first. */
async function* bytesAfter(
  { size, hash }: { readonly size: number; readonly hash: string },
  output: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const again = createHash('sha256')
  let left = size
  for await (const bytes of output) {
    const known = bytes.subarray(0, left)
    if (left > 0) {
      again.update(known)
      left -= known.length
      if (left === 0 && again.copy().digest('hex') !== hash) throw anotherInventory()
    }
    if (bytes.length > known.length) yield bytes.subarray(known.length)
  }
  if (left > 0) throw anotherInventory()
}

function anotherInventory(): InventoryError {
  return new InventoryError(
    'The inventory job disappeared while it was read, and the inventory of the next job is another. Retrieve it again.',
  )
}

/**
 * Yields the bytes of one job's output. The iterator of a response is kept from one piece to the next, so that each piece
 * is an attempt of its own: after a failure, the next attempt requests the rest.
 */
async function* bytesOf(
  { store, retry, signal }: BytesContext,
  jobId: string,
  outputSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0
  let body: AsyncIterator<Uint8Array> | undefined
  const next = async (): Promise<Uint8Array> => {
    try {
      const range = { start, end: outputSize }
      body ??= (await store.getJobOutput({ jobId, range, outputSize, signal })).body[Symbol.asyncIterator]()
      const piece = await body.next()
      const length = piece.done ? 0 : piece.value.length
      if (!piece.done && start + length <= outputSize) return piece.value
      throw new SizeMismatchError(`The output of job ${jobId}`, outputSize, start + length)
    } catch (error) {
      const failed = body
      body = undefined
      await failed?.return?.().catch(() => undefined) // a response without an end would keep the process running
      throw error
    }
  }
  try {
    while (start < outputSize) {
      const bytes = await retry.run(next, signal)
      start += bytes.length
      yield bytes
    }
  } finally {
    await body?.return?.()
  }
}
