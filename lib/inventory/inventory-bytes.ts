/**
 * The bytes of an inventory as they come. Where they stop coming, they are requested again from there; where the job
 * disappears, another one takes its place.
 *
 * The output of another job is the same only while the service has taken no new inventory. So what was handed on
 * already is read once more and compared before anything is added to it.
 */
import { createHash } from 'node:crypto'
import { InventoryError, NotFoundError, SizeMismatchError } from '../errors.js'
import type { Retry } from '../transfer/retry.js'
import type { Job } from '../store/retrieval-store.js'
import type { JobRequest, VaultClient } from '../client/vault-client.js'
import type { RenewableJob } from '../retrieve/jobs/renewable-job.js'
import type { StartMeans } from '../retrieve/jobs/start-once.js'

/**
 * The bytes of an inventory.
 *
 * @param renewable - gives another job where the first one is gone
 * @param first - its job, with an output
 * @throws {InventoryError} `ERR_INVENTORY`: the job disappeared, and the next one's inventory is another
 */
export async function* inventoryBytes(
  { client, retry, vault }: StartMeans,
  renewable: RenewableJob,
  first: Job,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handedOn = createHash('sha256')
  let position = 0
  let job = first
  for (;;) {
    const known = { size: position, hash: handedOn.copy().digest('hex') }
    const output = bytesOf(client, retry, { ...vault, jobId: job.jobId }, job.inventorySize ?? 0)
    try {
      for await (const bytes of position === 0 ? output : behind(known, output)) {
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

/** What follows known bytes, once they have been found to be the same. */
async function* behind(
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

/** The bytes of one job's output. */
async function* bytesOf(
  client: VaultClient,
  retry: Retry,
  request: JobRequest & { readonly signal: AbortSignal },
  outputSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0
  let body: AsyncIterator<Uint8Array> | undefined
  const next = async (): Promise<Uint8Array> => {
    try {
      const range = { start, end: outputSize }
      body ??= (await client.getJobOutput({ ...request, range, outputSize })).body[Symbol.asyncIterator]()
      const piece = await body.next()
      const length = piece.done ? 0 : piece.value.length
      if (!piece.done && start + length <= outputSize) return piece.value
      throw new SizeMismatchError(`The output of job ${request.jobId}`, outputSize, start + length)
    } catch (error) {
      body = undefined
      throw error
    }
  }
  try {
    while (start < outputSize) {
      const bytes = await retry.run(next, request.signal)
      start += bytes.length
      yield bytes
    }
  } finally {
    await body?.return?.()
  }
}
