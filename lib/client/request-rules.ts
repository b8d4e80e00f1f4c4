/** The rules of requests: of their fields, and of each call of {@link VaultClient}. */
import {
  BOOLEAN,
  BYTES,
  FUNCTION,
  isString,
  oneOf,
  RANGE,
  required,
  SIGNAL,
  SIZE,
  TEXT,
  TREE_HASH,
  wholeNumber,
  withMethods,
} from '../options/rules.js'
import { checkOptions, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { ACCOUNT_ID, ID, SNS_TOPIC, VAULT_NAME } from '../glacier/names.js'
import { PART_SIZE } from '../glacier/part-size.js'
import type { AccountRequest, UploadRequest, VaultClient, VaultRequest } from './vault-client.js'
import { TIER, type InventoryFilter } from '../store/retrieval-store.js'
import type { PageRequest } from '../store/pages.js'

/** The rule of an {@link InventoryFormat}. */
export const INVENTORY_FORMAT: Rule = oneOf('JSON', 'CSV')
/** The rule of a time. */
const DATE: Rule = rule('a date in ISO 8601', isString, (value) => !Number.isNaN(Date.parse(value)))

const ACCOUNT = { accountId: ACCOUNT_ID, signal: SIGNAL } satisfies RulesOf<AccountRequest>
/** The rules of a {@link VaultRequest}. */
export const VAULT: RulesOf<VaultRequest> = { ...ACCOUNT, vaultName: required(VAULT_NAME) }
const PAGE = { marker: TEXT, limit: wholeNumber(1) } satisfies RulesOf<PageRequest>
const UPLOAD = { ...VAULT, uploadId: required(ID) } satisfies RulesOf<UploadRequest>
const JOB = { ...VAULT, jobId: required(ID) }
/** The rules of an {@link InventoryFilter}. */
export const INVENTORY_FILTER: RulesOf<InventoryFilter> = { startDate: DATE, endDate: DATE }
const HASHES = { linearHash: required(TREE_HASH), treeHash: required(TREE_HASH) }
const BODY = {
  ...HASHES,
  bytes: required(BYTES),
  sendLimit: withMethods('a limit with a method take()', 'take'),
  onSent: FUNCTION,
}
/** The rule of a description that is already encoded. */
const SENT_DESCRIPTION: Rule = rule('at most 1,024 characters of 0x20-0x7E', isString, (value) =>
  /^[\x20-\x7e]{0,1024}$/.test(value),
)

/** The rules of all requests, by the name of the call. */
export const REQUESTS: { readonly [Call in keyof Calls]: RulesOf<Parameters<Calls[Call]>[0]> } = {
  createVault: VAULT,
  describeVault: VAULT,
  listVaults: { ...ACCOUNT, ...PAGE },
  deleteVault: VAULT,
  uploadArchive: { ...VAULT, ...BODY, description: SENT_DESCRIPTION },
  initiateUpload: { ...VAULT, partSize: required(PART_SIZE), description: SENT_DESCRIPTION },
  uploadPart: { ...UPLOAD, ...BODY, range: required(RANGE) },
  completeUpload: { ...UPLOAD, size: required(SIZE), treeHash: required(TREE_HASH) },
  abortUpload: UPLOAD,
  listParts: { ...UPLOAD, ...PAGE },
  listUploads: { ...VAULT, ...PAGE },
  startRetrieval: {
    ...VAULT,
    description: SENT_DESCRIPTION,
    snsTopic: SNS_TOPIC,
    archiveId: required(ID),
    range: RANGE,
    tier: TIER,
  },
  startInventory: {
    ...VAULT,
    ...INVENTORY_FILTER,
    description: SENT_DESCRIPTION,
    snsTopic: SNS_TOPIC,
    format: required(INVENTORY_FORMAT),
  },
  deleteArchive: { ...VAULT, archiveId: required(ID) },
  listJobs: { ...VAULT, ...PAGE, completed: BOOLEAN },
  describeJob: JOB,
  getJobOutput: { ...JOB, range: required(RANGE), outputSize: SIZE },
}

/** The methods of a {@link VaultClient} that make requests. */
export type Calls = Omit<VaultClient, 'refreshCredentials'>

/** The account and the vault of a request. */
export interface Address {
  /** 12 digits, or `-` for the account of the credentials. */
  readonly accountId: string
  /** The name of the vault. */
  readonly vaultName: string
}

/**
 * Checks a request to a vault, since an error of the SDK would not name the field.
 *
 * @returns the account and the vault
 * @throws {TypeError} no object, an unknown name, a missing field, or one of another type
 * @throws {RangeError} a field out of range
 */
export function addressOf(call: keyof Calls, request: VaultRequest): Address {
  const account = accountOf(call, request)
  return { ...account, vaultName: request.vaultName }
}

/**
 * Checks a request to an account.
 *
 * @returns the account
 * @throws as {@link addressOf}
 */
export function accountOf(call: keyof Calls, request: AccountRequest): Pick<Address, 'accountId'> {
  const { accountId = '-' } = checkOptions<AccountRequest>(call, request, REQUESTS[call])
  return { accountId }
}
