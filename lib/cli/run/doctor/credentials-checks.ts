/** Checks of the credentials and the region: which are used, and from where. The secret key is never printed. */
import { CredentialsError } from '../../../errors.js'
import { credentialsInUse, type DiagnosedConnection } from '../../../client/diagnosis.js'
import type { Io } from '../../io.js'
import type { ConnectionOptions } from '../../options/connection-options.js'
import { failed, ok, problemOf, warning, type Finding } from './check.js'

/** The two ways forward for a user who has configured nothing. */
export const FIRST_STEPS: string =
  'To try it without an account: glacier-pipe put --local docs FILE. To use the service: set AWS_ACCESS_KEY_ID, ' +
  'AWS_SECRET_ACCESS_KEY and AWS_REGION, or run "aws configure".'

/** Places of credentials, by a part of the SDK's name of their provider; the first one that fits counts. */
const PLACES: readonly (readonly [string, string])[] = [
  ['IMDS', 'the metadata of this machine'],
  ['HTTP', 'the metadata of this container'],
  ['WEB_ID', 'a web identity token'],
  ['ASSUME_ROLE', 'a role that was assumed'],
  ['SSO', 'AWS IAM Identity Center'],
  ['LOGIN', '"aws login"'],
  ['PROCESS', 'a program of the AWS configuration (credential_process)'],
  ['ENV_VARS', 'the environment (AWS_ACCESS_KEY_ID)'],
  ['PROFILE', 'the AWS configuration files'],
]
/** Time before their expiry from which credentials may not last for a transfer. The SDK renews most kinds by itself. */
const SHORT_MS = 900_000

/** Checks that credentials can be fetched. Whether the service accepts them is another check. */
export async function credentialsCheck(
  connection: Pick<DiagnosedConnection, 'sdkClient'>,
  { profile }: Pick<ConnectionOptions, 'profile'>,
  now: () => number,
): Promise<Finding> {
  try {
    const { accessKeyId, expiration, sources } = await credentialsInUse(connection)
    const place = PLACES.find(([part]) => sources.some((source) => source.includes(part)))?.[1]
    const from = `from ${place ?? 'the configuration'}${profile === undefined ? '' : `, profile ${profile}`}`
    const found = `access key ${masked(accessKeyId)} ${from}`
    if (expiration === undefined) return ok(found)
    const until = `${found}, valid until ${expiration.toISOString()}`
    return expiration.getTime() - now() > SHORT_MS
      ? ok(until)
      : warning(until, 'Renew the credentials if they do not renew by themselves.')
  } catch (error) {
    if (!(error instanceof CredentialsError)) throw error
    return failed(
      profile === undefined
        ? 'no credentials were found'
        : `the profile ${profile} has no credentials: ${problemOf(error)}`,
      FIRST_STEPS,
    )
  }
}

/** An access key ID without its middle: it is no secret, but need not be in a log. */
function masked(accessKeyId: string): string {
  return accessKeyId.length <= 8 ? accessKeyId : `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`
}

/** Checks that a region is set. */
export async function regionCheck(
  connection: Pick<DiagnosedConnection, 'region'>,
  { region, profile }: Pick<ConnectionOptions, 'profile' | 'region'>,
  env: Io['env'],
): Promise<Finding> {
  const found = await connection.region().catch(() => undefined)
  if (found === undefined)
    return failed('no region is set', 'Give --region, set AWS_REGION, or run "aws configure".')
  if (region !== undefined) return ok(`${found} from --region`)
  if (env.AWS_REGION === found) return ok(`${found} from the environment (AWS_REGION)`)
  return ok(`${found} from the AWS configuration files${profile === undefined ? '' : `, profile ${profile}`}`)
}
