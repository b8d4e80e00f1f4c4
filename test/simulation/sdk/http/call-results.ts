/** The results of calls, as callers and invariants see them: those at the port and below the SDK are compared. */
import { GlacierPipeError, type ServiceError } from '../../../../lib/errors.js'
import { failureKindOf, mayHaveActed } from '../../../../lib/store/failure.js'
import type { RequestHistory } from '../../service/history.js'

/** The value of a call, or the facts of its error on which callers decide. */
export async function settledFacts(call: () => Promise<unknown>): Promise<object> {
  const settled = await call().then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
  if (!(settled instanceof GlacierPipeError)) return { settled }
  const { serviceCode, status, reason, operation } = settled as Partial<ServiceError>
  return {
    ...{ name: settled.name, code: settled.code, serviceCode, status, reason, operation },
    kind: failureKindOf(settled),
    mayHaveActed: mayHaveActed(settled),
  }
}

/** The record of the last request, without its times. */
export function lastRecord({ records }: Pick<RequestHistory, 'records'>): object | undefined {
  const last = records.at(-1)
  return last && { ...last, sentMs: undefined, carriedOutMs: undefined }
}
