import type { StoreLimits } from '../../lib/store/limits.js'
import type { Archive } from '../../lib/store/archive.js'
import { S3Store, type S3StoreFacts } from '../../lib/s3/s3-store.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import type { ResumeUploadOptions, UploadSettings } from '../../lib/vault/upload-options.js'
import type { MemoryBucket } from './memory-bucket.js'
import { VirtualClock } from './virtual-clock.js'

/** The bytes of a part, under {@link SMALL_LIMITS}. */
export const PART = 1024

/** Limits with which a test needs few bytes. */
export const SMALL_LIMITS: StoreLimits = { leafSize: PART, minPartSize: PART, maxPartSize: PART, maxParts: 8 }

/** A store of `s3://backups/docs.tar` with {@link SMALL_LIMITS}. */
export function smallStore(client: MemoryBucket, facts: Partial<S3StoreFacts> = {}): S3Store {
  return new S3Store({ client, bucket: 'backups', key: 'docs.tar', ...facts }, SMALL_LIMITS)
}

/** Uploads bytes to a small store, with pauses that take no time. */
export async function upload(
  store: S3Store,
  bytes: Uint8Array,
  options: UploadSettings = {},
): Promise<readonly Archive[]> {
  return uploadArchive([bytes], { store, clock: new VirtualClock(), ...options })
}

/** Resumes an upload of bytes to a small store, with pauses that take no time. */
export async function resume(
  store: S3Store,
  bytes: Uint8Array,
  options: Omit<ResumeUploadOptions, 'client' | 'vaultName' | 'accountId' | 'store'>,
): Promise<readonly Archive[]> {
  return resumeUpload([bytes], { store, clock: new VirtualClock(), ...options })
}

/** The bytes of the objects of a stream, one after the other. */
export function storedBytes(bucket: MemoryBucket, archives: readonly Archive[]): Buffer {
  return Buffer.concat(
    archives.map(({ archiveId }) => {
      const object = bucket.objects.get(archiveId.replace('s3://backups/', ''))
      return object?.bytes ?? Buffer.from('missing')
    }),
  )
}
