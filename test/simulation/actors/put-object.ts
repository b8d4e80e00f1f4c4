/** `put` to a key of a bucket: uploads a stream. The key takes the place of the name of the stream. */
import type { Archive } from '../../../lib/store/archive.js'
import { S3Store } from '../../../lib/s3/s3-store.js'
import { checkObjectsStored } from '../invariants/objects-are-reported.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import { PLACE, type BucketEnvironment } from './environment.js'
import { upload, type UploadTask } from './upload.js'

/** The bucket that the processes of a run share. */
export const BUCKET = 'backups'

const CLASSES = ['DEEP_ARCHIVE', 'GLACIER', 'STANDARD', 'INTELLIGENT_TIERING'] as const

/** The task of a `put`. */
export interface PutObjectTask extends UploadTask {
  readonly key: string
  /** Whether an existing object may be replaced. */
  readonly overwrite: boolean
}

/** Uploads a stream. Resolves to its archives. */
export async function putObject(
  env: BucketEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  task: PutObjectTask,
): Promise<readonly Archive[]> {
  const { key, overwrite, content, resume, uploadId } = task
  const { world, name } = process
  const client = env.clientOf(process, env.service)
  env.sources.set(key, [...(env.sources.get(key) ?? []), content])
  if (overwrite) env.overwriting.set(name, content)
  const isOften = world.faults.rate('restore-refused') > 0 // which happens to classes with a fast tier
  const storageClass = world.choices.pick(`${name}/class`, CLASSES, isOften ? 0.9 : 0.5)
  const store = new S3Store({ client, bucket: BUCKET, key, storageClass, overwrite }, LIMITS)
  const isNew = !resume && uploadId === undefined
  // As the command does, before it reads the source: with a failure, the check is left to the upload.
  if (isNew && world.choices.happens(`${name}/looks-first`, 0.5)) await store.assertAbsent(signal)
  const identity = { ...PLACE, vaultName: store.vaultName, accountId: undefined, name: key }
  const stored = (archives: readonly Archive[]): void => {
    checkObjectsStored(env, { process: name, streamName: key, content, archives })
  }
  return upload(env, process, signal, task, { store, identity, description: undefined, stored })
}
