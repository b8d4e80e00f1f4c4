/** Operations on a vault's notifications of completed jobs (docs/glacier-protocol.md#notifications). */
import { bodyOf, choice, listOf, requiredMember, structure, TEXT } from '../requests/body-shape.js'
import { nameOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { invalidParameter, notFound, shortened } from '../service/api-error.js'

/** VaultNotificationConfig of the model. */
const NOTIFICATIONS = structure({
  SNSTopic: TEXT,
  Events: listOf(choice('ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted')),
})

/** SetVaultNotifications. */
export async function setVaultNotifications(context: RequestContext): Promise<OperationResponse> {
  const { SNSTopic, Events } = bodyOf(context, NOTIFICATIONS)
  const snsTopic = checkedTopic(requiredMember(SNSTopic, 'SNSTopic'))
  const events = [...new Set(requiredMember(Events, 'Events'))]
  if (events.length === 0) throw invalidParameter('Invalid Events: there must be one at least.')
  await context.stores.settings.change(nameOf(context, 'vaultName'), () => ({
    notifications: { snsTopic, events },
  }))
  return { status: 204 }
}

/** GetVaultNotifications. */
export async function getVaultNotifications(context: RequestContext): Promise<OperationResponse> {
  const { stores } = context
  const vaultName = nameOf(context, 'vaultName')
  const { notifications } = await stores.settings.read(vaultName)
  if (!notifications) {
    throw notFound(`No notification configuration is set for the vault: ${stores.vaults.arnOf(vaultName)}`)
  }
  return { status: 200, json: { SNSTopic: notifications.snsTopic, Events: notifications.events } }
}

/** DeleteVaultNotifications: 204 even if none are set. */
export async function deleteVaultNotifications(context: RequestContext): Promise<OperationResponse> {
  await context.stores.settings.change(nameOf(context, 'vaultName'), () => ({ notifications: null }))
  return { status: 204 }
}

/**
 * Checks the ARN of a topic.
 *
 * @throws {ApiError} 400: it is not valid
 */
export function checkedTopic(value: string): string {
  if (/^arn:aws[\w-]*:sns:[\w-]*:\d{12}:[\w.-]{1,256}$/.test(value)) return value
  throw invalidParameter(`Invalid SNS topic ARN: ${shortened(value)}`)
}
