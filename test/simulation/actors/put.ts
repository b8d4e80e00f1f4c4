/** `put` to a vault: uploads a stream. */
import { namedDescription } from '../../../lib/glacier/named-description.js'
import type { Archive } from '../../../lib/store/archive.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import { accountOf, VAULT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import { checkStored } from '../invariants/stored-is-reported.js'
import { PLACE, type Environment } from './environment.js'
import { upload, type UploadTask } from './upload.js'

/** The task of a `put`. */
export interface PutTask extends UploadTask {
  /** The name of the stream; `undefined` if it has none. */
  readonly streamName: string | undefined
}

/** Uploads a stream. Resolves to its archives. */
export async function put(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  task: PutTask,
): Promise<readonly Archive[]> {
  const { streamName, content, resume, uploadId } = task
  const accountId = accountOf(process)
  const store = vaultStore(env.clientOf(process, env.service, accountId), { vaultName: VAULT }, LIMITS)
  const isResumed = resume || uploadId !== undefined
  const identity = {
    ...PLACE,
    vaultName: VAULT,
    accountId: isResumed ? accountId : undefined,
    name: streamName,
  }
  const description = streamName === undefined ? undefined : namedDescription(streamName)
  const stored = (archives: readonly Archive[]): void => {
    checkStored(env, { process: process.name, streamName, content, archives })
  }
  return upload(env, process, signal, task, { store, identity, description, stored })
}
