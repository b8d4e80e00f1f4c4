/** Operations on the account's retrieval policy and capacity (docs/glacier-protocol.md#retrieval-policy). */

import type { RetrievalRule } from '../records/account-record.js'
import { bodyOf, choice, listOf, NUMBER, requiredMember, structure } from '../requests/body-shape.js'
import { locationOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { invalidParameter } from '../service/api-error.js'
const RULE = structure({ Strategy: choice('BytesPerHour', 'FreeTier', 'None'), BytesPerHour: NUMBER })
/** SetDataRetrievalPolicyInput of the model. */
const POLICY = structure({ Policy: structure({ Rules: listOf(RULE) }) })
/** The guide's maximum, 2^63 - 1, is between this number and the next one that a client can read exactly. */
const MAX_BYTES_PER_HOUR = 2 ** 63 - 1024

/** SetDataRetrievalPolicy: exactly one rule. */
export async function setDataRetrievalPolicy(context: RequestContext): Promise<OperationResponse> {
  const policy = requiredMember(bodyOf(context, POLICY).Policy, 'Policy')
  const rules = requiredMember(policy.Rules, 'Policy.Rules')
  const [rule] = rules
  if (rule === undefined || rules.length > 1)
    throw invalidParameter('Invalid data retrieval policy: it must have exactly one rule.')
  await context.stores.account.setRetrievalRule(checkedRule(rule))
  return { status: 204 }
}

/** GetDataRetrievalPolicy. */
export async function getDataRetrievalPolicy({ stores }: RequestContext): Promise<OperationResponse> {
  return { status: 200, json: { Policy: { Rules: [await stores.account.retrievalRule()] } } }
}

/** PurchaseProvisionedCapacity. */
export async function purchaseProvisionedCapacity(context: RequestContext): Promise<OperationResponse> {
  const { account, meter } = context.stores
  const { capacityId } = await account.purchase()
  meter.boughtCapacity()
  const location = locationOf(context, 'provisioned-capacity', capacityId)
  return { status: 201, headers: { location, 'x-amz-capacity-id': capacityId } }
}

/** ListProvisionedCapacity. */
export async function listProvisionedCapacity({ stores }: RequestContext): Promise<OperationResponse> {
  const units = await stores.account.capacity()
  const list = units.map(({ capacityId, startDate, expirationDate }) => ({
    CapacityId: capacityId,
    StartDate: startDate,
    ExpirationDate: expirationDate,
  }))
  return { status: 200, json: { ProvisionedCapacityList: list } }
}

function checkedRule({ Strategy, BytesPerHour }: ReturnType<typeof RULE>): RetrievalRule {
  const strategy = requiredMember(Strategy, 'Strategy')
  if (strategy !== 'BytesPerHour') {
    if (BytesPerHour === undefined) return { Strategy: strategy, BytesPerHour: null }
    throw invalidParameter(`BytesPerHour is not for the strategy ${strategy}.`)
  }
  const bytes = requiredMember(BytesPerHour, 'BytesPerHour')
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 2 ** 63)
    throw invalidParameter(`Invalid BytesPerHour: ${bytes}. It must be a whole number from 1 to 2^63 - 1.`)
  return { Strategy: strategy, BytesPerHour: Math.min(bytes, MAX_BYTES_PER_HOUR) }
}
