/** The streams that the objects of some keys are together, now or at any time before. */
import type { StoredStream } from '../../actors/ledger.js'
import type { BucketModel } from '../bucket-model.js'

/**
 * All combinations of the objects that were ever at the keys of a stream.
 *
 * @param found - bytes that a combination must begin with: without them, many volumes have too many combinations
 */
export function contentsAt(
  { objects }: BucketModel,
  { archives }: StoredStream,
  found: Buffer = Buffer.alloc(0),
): readonly Buffer[] {
  let contents = [Buffer.alloc(0)]
  for (const { archiveId } of archives) {
    const own = objects.filter(({ key }) => archiveId === `s3://backups/${key}`)
    const texts = new Set(own.map(({ bytes }) => Buffer.from(bytes).toString('latin1')))
    contents = contents
      .flatMap((before) => [...texts].map((text) => Buffer.concat([before, Buffer.from(text, 'latin1')])))
      .filter((content) => found.subarray(0, content.length).equals(content.subarray(0, found.length)))
  }
  return contents
}
