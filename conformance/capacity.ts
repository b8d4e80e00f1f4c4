/** Provisioned capacity, which costs money and lasts for a month. */
import { Skip } from './assertion.js'
import { rowsOf } from './expectations.js'
import type { Session } from './session.js'
import type { Answer } from './wire.js'

/** The path of the account's capacity. */
export const CAPACITY = '/-/provisioned-capacity'

/** The units an account may have. */
export const MOST_UNITS = 2

/**
 * Buys a unit.
 *
 * @throws {@link Skip} if the run may not do that, or the account has as many as it may have
 */
export async function purchase(session: Session): Promise<Answer> {
  session.mayChangeAccount()
  if ((await units(session)).length >= MOST_UNITS) {
    throw new Skip(`the account has ${MOST_UNITS} units of capacity already`)
  }
  return order(session)
}

/** Asks for a unit, whether the account may have another or not. */
export async function order(session: Session): Promise<Answer> {
  const answer = await session.call('POST', CAPACITY)
  if (answer.status === 201) {
    const id = JSON.stringify(answer.headers['x-amz-capacity-id'])
    session.permanent.push(
      `The unit of capacity ${id} is left: it cannot be given back and lasts for a month.`,
    )
  }
  return answer
}

/** The units the account has. */
export async function units(session: Session): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return rowsOf(await session.call('GET', CAPACITY), 'ProvisionedCapacityList')
}
