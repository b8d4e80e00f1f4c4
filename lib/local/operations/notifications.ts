/** Operations on whom a vault tells that jobs are done (docs/glacier-protocol.md#notifications). */
import { bodyOf, choice, listOf, present, structure, TEXT } from '../requests/body-shape.js'
import { nameOf, type Answer, type Exchange } from '../requests/request-context.js'
import { invalidParameter, notFound, shortened } from '../service/api-error.js'

/** VaultNotificationConfig of the model. */
const NOTIFICATIONS = structure({
  SNSTopic: TEXT,
  Events: listOf(choice('ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted')),
})

/** SetVaultNotifications. */
export async function setVaultNotifications(exchange: Exchange): Promise<Answer> {
  const { SNSTopic, Events } = bodyOf(exchange, NOTIFICATIONS)
  const snsTopic = checkedTopic(present(SNSTopic, 'SNSTopic'))
  const events = [...new Set(present(Events, 'Events'))]
  if (events.length === 0) throw invalidParameter('Invalid Events: there must be one at least.')
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
export function checkedTopic(value: string): string {
  if (/^arn:aws[\w-]*:sns:[\w-]*:\d{12}:[\w.-]{1,256}$/.test(value)) return value
  throw invalidParameter(`Invalid SNS topic ARN: ${shortened(value)}`)
}
