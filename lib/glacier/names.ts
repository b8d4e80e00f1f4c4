/** The names of vaults and the IDs of accounts. */
import { isString } from '../options/rules.js'
import { rule, type Rule } from '../options/check-options.js'

/** Whether a vault may have this name. `.` and `..` are not allowed: in the path of a URL, they change the path. */
export function isVaultName(text: string): boolean {
  return /^[\w.-]{1,255}$/.test(text) && text !== '.' && text !== '..'
}

/** Whether an ID can be a part of the path of a URL. `.` and `..` change the path, as an empty part may. */
export function isPathId(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..'
}

/** The rule of the ID of an archive, an upload or a job. */
export const ID: Rule = rule('an ID: a string that is not empty, "." or ".."', isString, isPathId)

/** The rule of the name of a vault. */
export const VAULT_NAME: Rule = rule(
  'the name of a vault: 1 to 255 characters of A-Z, a-z, 0-9, "_", "." and "-", and neither "." nor ".."',
  isString,
  isVaultName,
)
/** The rule of the ID of an account. */
export const ACCOUNT_ID: Rule = rule(
  "12 digits, or '-' for the account of the credentials",
  isString,
  (value) => /^(?:\d{12}|-)$/.test(value),
)

/** The rule of the ARN of a topic of Amazon SNS. */
export const SNS_TOPIC: Rule = rule(
  'the ARN of an SNS topic, as arn:aws:sns:us-east-1:123456789012:topic',
  isString,
  isSnsTopic,
)

/** Whether a text has the form of the ARN of an SNS topic. */
export function isSnsTopic(text: string): boolean {
  return /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/.test(text)
}

/** Whether a text has the form of an archive ID (docs/glacier-protocol.md#names-and-ids). */
export function isArchiveId(text: string): boolean {
  return /^[\w-]{138}$/.test(text)
}
