/** `credentials.json`: the key pair that was created for the folder. */

/** `credentials.json`. */
export interface CredentialsRecord {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Whether an object has the form of a {@link CredentialsRecord}. */
export function isKeyPair(
  value: Readonly<Record<string, unknown>>,
): value is CredentialsRecord & typeof value {
  return [value.accessKeyId, value.secretAccessKey].every((key) => typeof key === 'string' && key !== '')
}
