/** Operations on whom a vault tells that jobs are done (protocol.md 1.6). */
import { jsonBody, nameOf, type Answer, type Exchange } from '../http/exchange.js'
import { invalidParameter, missingParameter, notFound } from '../service-fault.js'

const EVENTS: readonly unknown[] = ['ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted']

/** SetVaultNotifications. */
export async function setVaultNotifications(exchange: Exchange): Promise<Answer> {
  const { SNSTopic, Events } = jsonBody(exchange)
  if (SNSTopic === undefined || SNSTopic === null) throw missingParameter('SNSTopic')
  const snsTopic = checkedTopic(SNSTopic)
  if (!Array.isArray(Events) || Events.length === 0) throw missingParameter('Events')
  const unknown = Events.find((event) => !EVENTS.includes(event)) as unknown
  if (unknown !== undefined) throw invalidParameter(`Invalid event: ${JSON.stringify(unknown)}`)
  const events = [...new Set(Events as string[])] // each is one of those known
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), () => ({
    notifications: { snsTopic, events },
  }))
  return { status: 204 }
}

/** GetVaultNotifications. */
export async function getVaultNotifications(exchange: Exchange): Promise<Answer> {
  const { stores } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  const { notifications } = await stores.settings.read(vaultName)
  if (!notifications) {
    throw notFound(`No notification configuration is set for the vault: ${stores.vaults.arnOf(vaultName)}`)
  }
  return { status: 200, json: { SNSTopic: notifications.snsTopic, Events: notifications.events } }
}

/** DeleteVaultNotifications: 204 also where there are none. */
export async function deleteVaultNotifications(exchange: Exchange): Promise<Answer> {
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), () => ({ notifications: null }))
  return { status: 204 }
}

/**
 * The ARN of a topic.
 *
 * @throws {ServiceFault} 400: it is none
 */
export function checkedTopic(value: unknown): string {
  if (typeof value === 'string' && /^arn:aws[\w-]*:sns:[\w-]*:\d{12}:[\w.-]{1,256}$/.test(value)) return value
  throw invalidParameter(
    `Invalid SNS topic ARN: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
}
