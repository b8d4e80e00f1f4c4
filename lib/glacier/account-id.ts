/** Account IDs in the answers of the service. */

const ARN = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/

/** The 12-digit account ID in an ARN; `undefined` where there is none. */
export function accountInArn(arn: string | undefined): string | undefined {
  return ARN.exec(arn ?? '')?.[1]
}
