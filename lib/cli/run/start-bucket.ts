/** Starts the local bucket for a command. */
import type { LocalBucket, LocalBucketOptions } from '../../local/index.js'
import type { Io } from '../io.js'
import { startLocalServer } from './local-server.js'

/**
 * Starts a local bucket. Its failures are warnings on stderr, as of {@link startLocalServer}.
 *
 * @throws as {@link startLocalServer} and {@link startLocalBucket}
 */
export async function startBucket(options: LocalBucketOptions, io: Io): Promise<LocalBucket> {
  const { startLocalBucket } = await import('../../local/index.js')
  return startLocalServer('local bucket', options, io, (onFailure) =>
    startLocalBucket({ ...options, onFailure }),
  )
}
