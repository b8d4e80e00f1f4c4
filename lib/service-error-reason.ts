/**
 * The reasons of failed requests. The service uses one error code for several situations, and only the message
 * distinguishes them: client/sdk/service-error.ts reads the message and sets the reason, and everything else reads that. For
 * buckets, s3/sdk/bucket-error.ts sets it by the operation and the code.
 */

/**
 * Why credentials cannot be used:
 * - `credentials-missing`: they could not be fetched, and this client never had any
 * - `credentials-unavailable`: this client had credentials, and they could not be fetched again; a retry may succeed
 * - `credentials-expired`: the service reports them as expired
 * - `credentials-rejected`: the service does not know them, or the signature of the request is wrong
 * - `signature-time`: the signature is too old or from the future: a request was delayed, or a clock is wrong
 * - `body-hash-mismatch`: the body that arrived does not have the hash that was signed
 */
export type CredentialsErrorReason =
  | 'credentials-missing'
  | 'credentials-unavailable'
  | 'credentials-expired'
  | 'credentials-rejected'
  | 'signature-time'
  | 'body-hash-mismatch'

/**
 * Why a request failed, if its class and its service code do not say it: the service uses one code for several
 * situations, which only the message distinguishes. The reasons of a {@link CredentialsError}, and:
 * - `vault-not-found`, `archive-not-found`, `upload-not-found`, `job-not-found`: what a {@link NotFoundError} is about
 * - `vault-not-empty`: the vault contains archives, or was written to after its last inventory
 * - `region-missing`: neither the configuration of the client nor that of the AWS tools has a region
 * - `bucket-not-found`, `object-not-found`: what a {@link NotFoundError} of a bucket is about
 * - `exists`: an object of the key exists, and the request must not overwrite it
 * - `conditional-conflict`: another request changes the key at the same time
 * - `object-changed`: the object is another one than the request expects
 * - `completion-refused`: the parts of the upload are not those that its completion lists, or not of its hash or size
 * - `not-restored`: the object is archived, and must be restored before it can be read
 * - `not-archived`: the object is of a storage class from which nothing is restored
 * - `restore-in-progress`: the object is being restored
 * - `wrong-region`: the bucket is in another region than the one the request went to; the message names it
 */
export type ServiceErrorReason =
  | CredentialsErrorReason
  | 'vault-not-found'
  | 'archive-not-found'
  | 'upload-not-found'
  | 'job-not-found'
  | 'vault-not-empty'
  | 'region-missing'
  | 'bucket-not-found'
  | 'object-not-found'
  | 'exists'
  | 'conditional-conflict'
  | 'object-changed'
  | 'completion-refused'
  | 'not-restored'
  | 'not-archived'
  | 'restore-in-progress'
  | 'wrong-region'
