/** Operations on the account's retrieval policy and capacity (protocol.md 1.9). */
import type { RetrievalRule } from '../storage/account-store.js'
import { jsonBody, locationOf, type Answer, type Exchange } from '../http/exchange.js'
import { invalidParameter, missingParameter } from '../service-fault.js'

/** SetDataRetrievalPolicy: exactly one rule. */
export async function setDataRetrievalPolicy(exchange: Exchange): Promise<Answer> {
  const rules = rulesIn(jsonBody(exchange))
  if (!rules) throw missingParameter('Policy')
  const [rule] = rules
  if (typeof rule !== 'object' || rule === null || rules.length > 1)
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

function rulesIn({ Policy }: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  if (typeof Policy !== 'object' || Policy === null || !('Rules' in Policy)) return undefined
  return Array.isArray(Policy.Rules) ? (Policy.Rules as unknown[]) : undefined
}

function checkedRule(rule: object): RetrievalRule {
  const { Strategy, BytesPerHour = null } = rule as { Strategy?: unknown; BytesPerHour?: unknown }
  if (Strategy === 'BytesPerHour') {
    if (typeof BytesPerHour !== 'number' || !Number.isInteger(BytesPerHour) || BytesPerHour < 1)
      throw invalidParameter(`Invalid BytesPerHour: ${JSON.stringify(BytesPerHour)}`)
    return { Strategy, BytesPerHour }
  }
  if (Strategy !== 'FreeTier' && Strategy !== 'None')
    throw invalidParameter(`Invalid Strategy: ${JSON.stringify(Strategy)}`)
  if (BytesPerHour !== null) throw invalidParameter(`BytesPerHour is not for the strategy ${Strategy}.`)
  return { Strategy, BytesPerHour: null }
}
