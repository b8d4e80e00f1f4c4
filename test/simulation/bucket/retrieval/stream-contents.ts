/** The streams that the objects of some keys are together, now or at any time before. */
import type { StoredStream } from '../../actors/ledger.js'
import type { BucketModel } from '../bucket-model.js'

/** All combinations of the objects that were ever at the keys of a stream. */
export function contentsAt({ objects }: BucketModel, { archives }: StoredStream): readonly Buffer[] {
  let contents: Buffer[] = [Buffer.alloc(0)]
  for (const { archiveId } of archives) {
    const found = objects.filter(({ key }) => archiveId === `s3://backups/${key}`)
    contents = contents.flatMap((before) => found.map(({ bytes }) => Buffer.concat([before, bytes])))
  }
  return contents
}
