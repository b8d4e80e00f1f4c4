/** The place that an upload goes to, or a retrieval comes from: a vault, or any store. */
import { CLIENT } from '../client/client-rules.js'
import { ACCOUNT_ID, VAULT_NAME } from '../glacier/names.js'
import { checkOptions, type Rule, type RulesOf } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { withMethods } from '../options/rules.js'
import type { ArchiveStore } from '../store/archive-store.js'
import type { RetrievalStore } from '../store/retrieval-store.js'
import { storeOf, VAULT_OPTIONS, type VaultOptions, type VaultStore } from './vault-store.js'

/** A vault, by its name and a client. */
export interface VaultTarget extends Omit<VaultOptions, 'signal'> {
  /** Not with `client` and `vaultName`. */
  readonly store?: undefined
}

/** A store that is made already. */
export interface StoreTarget<Store = ArchiveStore> {
  /** The store, such as `s3Store()` returns. */
  readonly store: Store
  /** Not with `store`. */
  readonly client?: undefined
  /** Not with `store`. */
  readonly vaultName?: undefined
  /** Not with `store`. */
  readonly accountId?: undefined
}

/** The place to which an upload goes. */
export type UploadTarget = StoreTarget | VaultTarget

/** The place that a retrieval comes from. */
export type RetrievalSource = StoreTarget<RetrievalStore> | VaultTarget

const STORE: Rule = withMethods(
  'a store, as s3Store() returns',
  ...['uploadArchive', 'initiateUpload', 'uploadPart', 'completeUpload', 'abortUpload', 'listParts'],
)

const RETRIEVAL_STORE: Rule = withMethods(
  'a store, as s3Store() returns',
  ...['startRetrieval', 'listJobs', 'describeJob', 'getJobOutput', 'jobRanges'],
)

/** The fields of an {@link UploadTarget} or a {@link RetrievalSource}. */
export interface TargetFields<Store = ArchiveStore> {
  readonly store?: Store | undefined
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

/** The rules of a {@link RetrievalSource}, as {@link UPLOAD_TARGET}. */
export const RETRIEVAL_SOURCE: RulesOf<TargetFields<RetrievalStore>> = {
  ...UPLOAD_TARGET,
  store: RETRIEVAL_STORE,
}

/**
 * The store of checked options.
 *
 * @param caller - name of the function that the options were passed to
 * @throws {TypeError} neither a store nor a client and the name of a vault; or both
 */
export function targetStoreOf<Store>(
  caller: string,
  { store, client, vaultName, accountId }: TargetFields<Store>,
): Store | VaultStore {
  if (store === undefined) {
    const vault = { client, vaultName, ...(accountId !== undefined && { accountId }) }
    return storeOf(checkOptions(caller, vault as VaultOptions, VAULT_OPTIONS))
  }
  for (const [name, value] of Object.entries({ client, vaultName, accountId }))
    if (value !== undefined)
      throw optionError(TypeError, name, caller, 'must not be given with a store, which has it already.')
  return store
}
