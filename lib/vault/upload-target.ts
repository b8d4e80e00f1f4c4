/** The place to which an upload goes: a vault, or any store. */
import { CLIENT } from '../client/client-rules.js'
import { ACCOUNT_ID, VAULT_NAME } from '../glacier/names.js'
import { checkOptions, type Rule, type RulesOf } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { withMethods } from '../options/rules.js'
import type { ArchiveStore } from '../store/archive-store.js'
import { storeOf, VAULT_OPTIONS, type VaultOptions } from './vault-store.js'

/** A vault, by its name and a client. */
export interface VaultTarget extends Omit<VaultOptions, 'signal'> {
  /** Not with `client` and `vaultName`. */
  readonly store?: undefined
}

/** A store that is made already. */
export interface StoreTarget {
  /** The store, such as `s3Store()` returns. */
  readonly store: ArchiveStore
  /** Not with `store`. */
  readonly client?: undefined
  /** Not with `store`. */
  readonly vaultName?: undefined
  /** Not with `store`. */
  readonly accountId?: undefined
}

/** The place to which an upload goes. */
export type UploadTarget = StoreTarget | VaultTarget

const STORE: Rule = withMethods(
  'a store, as s3Store() returns',
  ...['uploadArchive', 'initiateUpload', 'uploadPart', 'completeUpload', 'abortUpload', 'listParts'],
)

/** The fields of an {@link UploadTarget}. */
export interface TargetFields {
  readonly store?: ArchiveStore | undefined
  readonly client?: VaultOptions['client'] | undefined
  readonly vaultName?: string | undefined
  readonly accountId?: string | undefined
}

/** The rules of an {@link UploadTarget}, field by field; {@link targetStoreOf} checks them together. */
export const UPLOAD_TARGET: RulesOf<TargetFields> = {
  store: STORE,
  client: CLIENT,
  vaultName: VAULT_NAME,
  accountId: ACCOUNT_ID,
}

/**
 * The store of checked options.
 *
 * @param caller - name of the function that the options were passed to
 * @throws {TypeError} neither a store nor a client and the name of a vault; or both
 */
export function targetStoreOf(
  caller: string,
  { store, client, vaultName, accountId }: TargetFields,
): ArchiveStore {
  if (store === undefined) {
    const vault = { client, vaultName, ...(accountId !== undefined && { accountId }) }
    return storeOf(checkOptions(caller, vault as VaultOptions, VAULT_OPTIONS))
  }
  for (const [name, value] of Object.entries({ client, vaultName, accountId }))
    if (value !== undefined)
      throw optionError(TypeError, name, caller, 'must not be given with a store, which has it already.')
  return store
}
