/** SetVaultNotifications, GetVaultNotifications and DeleteVaultNotifications. */
import { guess, guide, type Group } from '../assertion.js'
import { fieldsOf, hasStatus, isEqual } from '../expectations.js'
import { invalid, missing, unknown } from '../refusals.js'
import { topicOf } from '../samples.js'
import { pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import type { Answer } from '../wire.js'

const PUT = 'api-vault-notifications-put'
const GET = 'api-vault-notifications-get'
const DELETE = 'api-vault-notifications-delete'
const REST = '/notification-configuration'
const BOTH = ['ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted']

const vault = vaultStep('notifications')
const emptyVault = vaultStep('notifications-none')
const deletedVault = vaultStep('notifications-deleted')

async function put(session: Session, fields: object, path = vault): Promise<Answer> {
  const body = { SNSTopic: await topicOf(session), Events: BOTH, ...fields }
  return session.post('PUT', (await path(session)) + REST, body)
}

const set = step('notifications', async (session) => {
  hasStatus(await put(session, {}), 204)
})
const deleted = step('deleted notifications', async (session) => {
  hasStatus(await put(session, {}, deletedVault), 204)
  const target = (await deletedVault(session)) + REST
  hasStatus(await session.call('DELETE', target), 204)
  return target
})

/** Notifications. */
export const notifications: Group = {
  name: 'notifications',
  title: 'SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications',
  assertions: [
    unknown(GET, 'none', 'GetVaultNotifications of a vault that has none', async (session) =>
      session.call('GET', (await emptyVault(session)) + REST),
    ),
    guide(GET, 'get', 'The answer is the topic and the events that were set.', async (session) => {
      await set(session)
      const { SNSTopic, Events } = fieldsOf(await session.call('GET', (await vault(session)) + REST))
      isEqual('SNSTopic', SNSTopic, await topicOf(session))
      isEqual('Events', [...(Events as unknown[])].sort(), BOTH)
    }),
    guide(PUT, 'replace', 'Setting notifications replaces those there are.', async (session) => {
      await set(session)
      hasStatus(await put(session, { Events: BOTH.slice(1) }), 204)
      const { Events } = fieldsOf(await session.call('GET', (await vault(session)) + REST))
      isEqual('Events', Events, BOTH.slice(1))
    }),
    guide(DELETE, 'delete', 'Deleting notifications answers 204.', deleted),
    unknown(DELETE, 'deleted', 'GetVaultNotifications after they were deleted', async (session) =>
      session.call('GET', await deleted(session)),
    ),
    guess(
      'The guide says of many operations that they are idempotent, and not of this one.',
      'delete-none',
      'Deleting notifications there are none of answers 204.',
      async (session) => {
        hasStatus(await session.call('DELETE', (await emptyVault(session)) + REST), 204)
      },
    ),
    invalid(PUT, 'event', 'An event that is not there', async (session) =>
      put(session, { Events: ['VaultDeleted'] }),
    ),
    invalid(PUT, 'topic', 'A topic that is not an ARN', async (session) =>
      put(session, { SNSTopic: 'topic' }),
    ),
    missing(PUT, 'no-topic', 'Notifications without SNSTopic', async (session) =>
      put(session, { SNSTopic: undefined }),
    ),
    missing(PUT, 'no-events', 'Notifications without Events', async (session) =>
      put(session, { Events: undefined }),
    ),
    unknown(
      'api-error-responses',
      'no-vault',
      'Notifications of a vault that is not there',
      async (session) =>
        session.post('PUT', pathOf(vaultName(session, 'absent')) + REST, {
          SNSTopic: await topicOf(session),
          Events: BOTH,
        }),
    ),
  ],
}
