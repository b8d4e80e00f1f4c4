/** Account IDs in the responses of the service. */

const ARN = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/

/** Returns the 12-digit account ID in an ARN; `undefined` if it has none. */
export function accountInArn(arn: string | undefined): string | undefined {
  return ARN.exec(arn ?? '')?.[1]
}
