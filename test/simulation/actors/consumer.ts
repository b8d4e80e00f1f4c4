/** Consumers of a retrieval: they check each byte as it arrives, and are slow or fail. */
import type { ArchiveReader } from '../../../lib/retrieve/archive-reader.js'
import type { SimProcess } from '../world/sim-process.js'
import { silence } from './silence.js'

/** The error of a consumer that fails. */
export class ConsumerFailure extends Error {}

/**
 * Reads a stream to its end. What has arrived is always a prefix of the right bytes.
 *
 * @param contents - states the right bytes, of which there are several if nobody knows which object is retrieved
 */
export async function consume(
  process: SimProcess,
  reader: ArchiveReader,
  contents: () => readonly Buffer[],
): Promise<void> {
  const closed = new Promise((resolve) => reader.once('close', resolve))
  try {
    await read(process, reader, contents)
  } finally {
    await closed
  }
}

async function read(
  process: SimProcess,
  reader: ArchiveReader,
  contents: () => readonly Buffer[],
): Promise<void> {
  const { world, name } = process
  const { faults } = world
  const received: Buffer[] = []
  let at = 0
  for await (const chunk of reader) {
    received.push(Buffer.from(chunk))
    const bytes = Buffer.concat(received)
    if (!contents().some((content) => content.subarray(0, bytes.length).equals(bytes)))
      world.fail('delivered bytes are right', `${name} gets wrong bytes at ${at}`)
    at += chunk.length
    if (faults.happens('consumer-stalled', `${name}/consumer/stall`)) {
      world.note(name, () => `has a consumer that is slow after ${at} bytes`)
      faults.tookEffect('consumer-stalled')
      await silence(process, world.choices.pick(`${name}/consumer/minutes`, [1, 60, 1500], 0.3))
    }
    if (faults.happens('consumer-failed', `${name}/consumer/failure`)) {
      world.note(name, () => `has a consumer that fails after ${at} bytes`)
      faults.tookEffect('consumer-failed')
      throw new ConsumerFailure('The consumer fails.')
    }
  }
  if (!contents().some((content) => content.equals(Buffer.concat(received))))
    world.fail('delivered bytes are complete', `${name} gets ${at} bytes, which are not all`)
}
