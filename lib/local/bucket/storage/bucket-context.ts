/** The shared dependencies of the stores of a local bucket, and the names of its folders. */
import { createHash } from 'node:crypto'
import type { LockFolder } from '../../../fs/lock.js'
import type { Disk } from '../../disk/disk.js'

/** The shared dependencies of the stores. */
export interface BucketContext {
  readonly disk: Disk
  readonly locks: LockFolder
  /** The clock of the server, in milliseconds. */
  readonly now: () => number
  /** Called with each error about damaged data that is left out of a list. */
  readonly onFailure: (error: Error) => void
}

/** The time of the clock, in ISO 8601. */
export function timeOf({ now }: BucketContext): string {
  return new Date(now()).toISOString()
}

/** The name of the folder of a bucket or a key: a hash, since no text of a request becomes a path. */
export function folderNameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
