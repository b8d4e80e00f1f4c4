/** Values that requests of several groups need. */
import { accountOf, arnOf, type Session } from './session.js'

/** An SNS topic of the account, which need not exist. */
export async function topicOf(session: Session): Promise<string> {
  return `arn:aws:sns:${session.settings.region}:${await accountOf(session)}:conformance`
}

/** A policy for a vault that allows or denies the account one action. */
export async function policyFor(
  session: Session,
  vault: string,
  effect: 'Allow' | 'Deny',
  action: string,
): Promise<string> {
  const statement = {
    Sid: 'conformance',
    Effect: effect,
    Principal: { AWS: `arn:aws:iam::${await accountOf(session)}:root` },
    Action: `glacier:${action}`,
    Resource: await arnOf(session, vault),
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

/** An ID of the form and length that uploads, jobs and locks have in practice, which no endpoint has given out. */
export const UNKNOWN_ID = 'x'.repeat(92)

/** An ID of the form and length that archives have in practice, which no endpoint has given out. */
export const UNKNOWN_ARCHIVE_ID = 'x'.repeat(138)

/** `hello world`, and its SHA-256, which is also its tree hash. */
export const HELLO = Buffer.from('hello world')
export const HELLO_HASH = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'

/** A date in JSON: ISO 8601, UTC, with milliseconds. */
export const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** A date in an inventory: ISO 8601, UTC, to the second or finer. */
export const INVENTORY_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/
