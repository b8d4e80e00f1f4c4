/** Operations on the account's retrieval policy and capacity (docs/glacier-protocol.md#retrieval-policy). */
import type { RetrievalRule } from '../storage/account-file.js'
import { bodyOf, choice, listOf, NUMBER, present, structure } from '../requests/body-shape.js'
import { locationOf, type Answer, type Exchange } from '../requests/request-context.js'
import { invalidParameter } from '../service/api-error.js'

const RULE = structure({ Strategy: choice('BytesPerHour', 'FreeTier', 'None'), BytesPerHour: NUMBER })
/** SetDataRetrievalPolicyInput of the model. */
const POLICY = structure({ Policy: structure({ Rules: listOf(RULE) }) })
/** The guide's greatest BytesPerHour, 2^63 - 1, is between this and the next number that a client reads exactly. */
const MOST_BYTES_PER_HOUR = 2 ** 63 - 1024

/** SetDataRetrievalPolicy: exactly one rule. */
export async function setDataRetrievalPolicy(exchange: Exchange): Promise<Answer> {
  const policy = present(bodyOf(exchange, POLICY).Policy, 'Policy')
  const rules = present(policy.Rules, 'Policy.Rules')
  const [rule] = rules
  if (rule === undefined || rules.length > 1)
    throw invalidParameter('Invalid data retrieval policy: it must have exactly one rule.')
  await exchange.stores.account.setRetrievalRule(checkedRule(rule))
  return { status: 204 }
}

/** GetDataRetrievalPolicy. */
export async function getDataRetrievalPolicy({ stores }: Exchange): Promise<Answer> {
  return { status: 200, json: { Policy: { Rules: [await stores.account.retrievalRule()] } } }
}

/** PurchaseProvisionedCapacity. */
export async function purchaseProvisionedCapacity(exchange: Exchange): Promise<Answer> {
  const { account, meter } = exchange.stores
  const { capacityId } = await account.purchase()
  meter.boughtCapacity()
  const location = locationOf(exchange, 'provisioned-capacity', capacityId)
  return { status: 201, headers: { location, 'x-amz-capacity-id': capacityId } }
}

/** ListProvisionedCapacity. */
export async function listProvisionedCapacity({ stores }: Exchange): Promise<Answer> {
  const units = await stores.account.capacity()
  const list = units.map(({ capacityId, startDate, expirationDate }) => ({
    CapacityId: capacityId,
    StartDate: startDate,
    ExpirationDate: expirationDate,
  }))
  return { status: 200, json: { ProvisionedCapacityList: list } }
}

function checkedRule({ Strategy, BytesPerHour }: ReturnType<typeof RULE>): RetrievalRule {
  const strategy = present(Strategy, 'Strategy')
  if (strategy !== 'BytesPerHour') {
    if (BytesPerHour === undefined) return { Strategy: strategy, BytesPerHour: null }
    throw invalidParameter(`BytesPerHour is not for the strategy ${strategy}.`)
  }
  const bytes = present(BytesPerHour, 'BytesPerHour')
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 2 ** 63)
    throw invalidParameter(`Invalid BytesPerHour: ${bytes}. It must be a whole number from 1 to 2^63 - 1.`)
  return { Strategy: strategy, BytesPerHour: Math.min(bytes, MOST_BYTES_PER_HOUR) }
}
