/** The facts of an upload in the catalog, as `uploads` needs them. */
import type { UploadState } from '../../../catalog/queries/possible-archives.js'
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import { isInSameVault, type VaultAddress } from '../../../catalog/vault-address.js'

/** The note on an upload that the service no longer has. */
export function goneNote({ intents = [], outcome }: UploadState): string {
  const note = 'The service no longer has the upload. The catalog now has it as aborted.'
  if (intents.length === 0 && outcome?.type !== 'unknown') return note
  return `${note} The archive may exist nevertheless: "glacier-pipe catalog rebuild" finds it.`
}

/** Whether an upload is one of a vault or bucket. */
export function isOf({ begun, outcome }: UploadState, here: VaultAddress): boolean {
  const known = begun ?? outcome
  return known !== undefined && isInSameVault(known, here)
}

/** The account of an upload; `undefined` if it is not known. */
export function accountOf({ begun, outcome }: UploadState): string | undefined {
  return begun?.accountId ?? outcome?.accountId
}

/** The ID of the stream that an upload belongs to. The stream's lock is also that of the upload. */
export async function streamIdOf(file: string, uploadId: string): Promise<string> {
  const begun = (await unsettledIn(file)).uploads.get(uploadId)?.begun
  return begun?.streamId ?? begun?.firstVolume ?? uploadId
}
