/** The hints after the message of a failed request: what to do about it, and how to try the command without AWS. */
import {
  ConnectionError,
  IncompleteSetError,
  ServiceError,
  UnverifiableError,
  type ServiceErrorReason,
} from '../../errors.js'

const CREDENTIALS =
  'Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, --profile, or the AWS configuration.'
const LOCAL = 'To try the command without AWS, add --local.'

/** The hints for reasons about which the command has more to say than the library. */
const BY_REASON: Readonly<Partial<Record<ServiceErrorReason, string>>> = {
  'region-missing': `Select one with --region, as in --region us-east-1. ${LOCAL}`,
  'credentials-missing': `${CREDENTIALS} ${LOCAL}`,
  'credentials-unavailable': CREDENTIALS,
  'credentials-expired': CREDENTIALS,
  'credentials-rejected': CREDENTIALS,
  'signature-time': 'Check the clock of this machine.',
  exists: 'Choose another key, or replace the object with --overwrite.',
  'wrong-region': 'Select it with --region.',
  'vault-not-empty':
    'The service deletes a vault only if its last inventory is empty and nothing was written to it since. ' +
    'Empty the vault with: glacier-pipe empty NAME. Then wait about a day for the next inventory.',
  'vault-not-found':
    'Create a vault with: glacier-pipe vault create NAME. Or select the region and the account of the vault with ' +
    '--region and --profile; glacier-pipe vault ls lists its vaults.',
}

/** The hints for error codes of the service. */
const BY_CODE: ReadonlyMap<string, string> = new Map([
  [
    'NoLongerSupportedException',
    `AWS closed the service to new accounts on 15 December 2025. Use the credentials of an account that had vaults before. ${LOCAL}`,
  ],
  [
    'InvalidObjectState',
    'The same command restores the object again. With a larger --days, the restored copy is kept for longer.',
  ],
])

const NETWORK = `Check the network, the proxy in HTTPS_PROXY, and --endpoint. ${LOCAL}`

/** The message of an error, and the hint if there is more to say. */
export function withHint(error: Error): string {
  const failure = serviceErrorIn(error)
  const hint = failure ? hintOf(failure) : ownHint(error)
  if (hint === undefined) return error.message
  // The library's message is about the configuration of its client, which the command does not have.
  const isOfRegion = error instanceof ServiceError && error.reason === 'region-missing'
  const message = isOfRegion ? 'No region is set.' : error.message
  return `${message.replace(/\.$/, '')}. ${hint}`
}

/**
 * The hint for an error of no request: for a set of which only the end is missing, since its first volumes can be
 * retrieved, and for an object without hashes of its parts.
 */
function ownHint(error: Error): string | undefined {
  if (error instanceof UnverifiableError && error.isCheckedLate)
    return 'The option for a file is -o FILE. To output the bytes before they are verified, give --check-late: if they are wrong, the command fails after it has written them.'
  if (error instanceof UnverifiableError)
    return 'Retrieve it with a tool that does not verify, such as "aws s3 cp", and compare it with the original.'
  return error instanceof IncompleteSetError && error.missing.length === 0
    ? 'With --incomplete, get retrieves the volumes that are stored.'
    : undefined
}

function hintOf(error: ServiceError): string | undefined {
  const { reason, serviceCode } = error
  const known = (reason && BY_REASON[reason]) ?? BY_CODE.get(serviceCode)
  return known ?? (error instanceof ConnectionError ? NETWORK : undefined)
}

/** The error of a request in an error or its causes. */
function serviceErrorIn(error: unknown): ServiceError | undefined {
  if (error instanceof ServiceError) return error
  return error instanceof Error ? serviceErrorIn(error.cause) : undefined
}
