/** InitiateVaultLock, GetVaultLock, AbortVaultLock and CompleteVaultLock: the states of a lock. */
import { guess, guide, type Group } from '../assertion.js'
import { fieldsOf, hasStatus, isEqual, isRefusal, isText, neededHeader } from '../expectations.js'
import { denied, invalid, missing, unknown } from '../refusals.js'
import { DATE, policyFor, UNKNOWN_ID } from '../samples.js'
import { pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { segment } from '../stored.js'
import type { Answer } from '../wire.js'

const INITIATE = 'api-InitiateVaultLock'
const GET = 'api-GetVaultLock'
const ABORT = 'api-AbortVaultLock'
const COMPLETE = 'api-CompleteVaultLock'
const REST = '/lock-policy'
const DAY_MS = 86_400_000

const vault = vaultStep('vault-lock')
const emptyVault = vaultStep('vault-lock-none')
const abortedVault = vaultStep('vault-lock-aborted')
const lockedVault = vaultStep('vault-lock-locked')

async function initiate(session: Session, path = vault): Promise<Answer> {
  const Policy = await policyFor(session, await path(session), 'Deny', 'AddTagsToVault')
  return session.post('POST', (await path(session)) + REST, { Policy })
}

const begun = step('a lock in progress', async (session) => {
  const answer = await initiate(session)
  hasStatus(answer, 201)
  return segment(neededHeader(answer, 'x-amz-lock-id'))
})
const state = step('the state of a lock in progress', async (session) => {
  await begun(session)
  const answer = await session.call('GET', (await vault(session)) + REST)
  hasStatus(answer, 200)
  return fieldsOf(answer)
})
const aborted = step('an aborted lock', async (session) => {
  hasStatus(await initiate(session, abortedVault), 201)
  const target = (await abortedVault(session)) + REST
  hasStatus(await session.call('DELETE', target), 204)
  return target
})
/** A vault that is locked for ever, which only a run that may change the account makes. */
const locked = step('a locked vault', async (session) => {
  session.mayChangeAccount()
  const answer = await initiate(session, lockedVault)
  hasStatus(answer, 201)
  const target = `${(await lockedVault(session)) + REST}/${segment(neededHeader(answer, 'x-amz-lock-id'))}`
  hasStatus(await session.call('POST', target), 204)
  return target
})

async function tag(session: Session, path: string): Promise<Answer> {
  return session.post('POST', `${path}/tags?operation=add`, { Tags: { a: '1' } })
}

/** Vault locks. */
export const vaultLock: Group = {
  name: 'vault-lock',
  title: 'InitiateVaultLock, GetVaultLock, AbortVaultLock, CompleteVaultLock',
  assertions: [
    unknown(GET, 'none', 'GetVaultLock of a vault that has none', async (session) =>
      session.call('GET', (await emptyVault(session)) + REST),
    ),
    guide(INITIATE, 'id', 'The answer has the lock ID.', begun),
    guide(GET, 'state', 'The state of a lock that was initiated is InProgress.', async (session) => {
      isEqual('State', (await state(session)).State, 'InProgress')
    }),
    guide(GET, 'policy', 'Policy is the policy of the lock, as text.', async (session) => {
      const policy = await policyFor(session, await vault(session), 'Deny', 'AddTagsToVault')
      isEqual('policy', JSON.parse(String((await state(session)).Policy)), JSON.parse(policy))
    }),
    guide(
      INITIATE,
      'expiration',
      'The lock ID expires 24 hours after the lock was initiated.',
      async (session) => {
        const { CreationDate, ExpirationDate } = await state(session)
        isText('CreationDate', CreationDate, DATE)
        isText('ExpirationDate', ExpirationDate, DATE)
        const hours = (Date.parse(String(ExpirationDate)) - Date.parse(String(CreationDate))) / (DAY_MS / 24)
        isEqual('hours', Math.round(hours), 24)
      },
    ),
    denied(INITIATE, 'again', 'Initiating a lock while one is in progress', async (session) => {
      await begun(session)
      return initiate(session)
    }),
    denied('vault-lock', 'in-progress', 'What a lock in progress denies', async (session) => {
      await begun(session)
      return tag(session, await vault(session))
    }),
    guide(
      COMPLETE,
      'wrong-id',
      'Completing a lock in progress with another ID is refused with 400 InvalidParameterValueException.',
      async (session) => {
        await begun(session)
        const answer = await session.call('POST', `${(await vault(session)) + REST}/${UNKNOWN_ID}`)
        isRefusal(answer, 400, 'InvalidParameterValueException')
      },
    ),
    missing(INITIATE, 'no-policy', 'A lock without Policy', async (session) =>
      session.post('POST', (await emptyVault(session)) + REST, {}),
    ),
    guide(INITIATE, 'not-json', 'A lock whose policy is not JSON is refused with 400.', async (session) => {
      const answer = await session.post('POST', (await emptyVault(session)) + REST, { Policy: 'not JSON' })
      hasStatus(answer, 400)
    }),
    unknown('api-error-responses', 'no-vault', 'A lock of a vault that is not there', async (session) => {
      const absent = pathOf(vaultName(session, 'absent'))
      const Policy = await policyFor(session, absent, 'Deny', 'AddTagsToVault')
      return session.post('POST', absent + REST, { Policy })
    }),
    guide(ABORT, 'abort', 'Aborting a lock in progress answers 204.', aborted),
    unknown(ABORT, 'aborted', 'GetVaultLock of a lock that was aborted', async (session) =>
      session.call('GET', await aborted(session)),
    ),
    guide(ABORT, 'abort-again', 'Aborting again answers 204.', async (session) => {
      hasStatus(await session.call('DELETE', await aborted(session)), 204)
    }),
    guide(ABORT, 'abort-none', 'Aborting where there is no lock answers 204.', async (session) => {
      hasStatus(await session.call('DELETE', (await emptyVault(session)) + REST), 204)
    }),
    guide(ABORT, 'abort-allows', 'What an aborted lock denied is allowed again.', async (session) => {
      await aborted(session)
      hasStatus(await tag(session, await abortedVault(session)), 204)
    }),
    guide(INITIATE, 'after-abort', 'After an abort another lock may be initiated.', async (session) => {
      await aborted(session)
      hasStatus(await initiate(session, abortedVault), 201)
    }),
    guess(
      'The guide names the codes for a lock in progress and a locked vault, and none for a vault without a lock.',
      'complete-none',
      'Completing where there is no lock is refused with 404 ResourceNotFoundException.',
      async (session) => {
        const answer = await session.call('POST', `${(await emptyVault(session)) + REST}/${UNKNOWN_ID}`)
        isRefusal(answer, 404, 'ResourceNotFoundException')
      },
    ),
    guide(
      COMPLETE,
      'locked',
      'The state of a lock that was completed is Locked, and it does not expire.',
      async (session) => {
        await locked(session)
        const { State, ExpirationDate } = fieldsOf(
          await session.call('GET', (await lockedVault(session)) + REST),
        )
        isEqual('state', [State, ExpirationDate], ['Locked', null])
      },
    ),
    guide(COMPLETE, 'complete-again', 'Completing it again with its ID answers 204.', async (session) => {
      hasStatus(await session.call('POST', await locked(session)), 204)
    }),
    denied(
      COMPLETE,
      'locked-wrong-id',
      'Completing a lock that is completed with another ID',
      async (session) => {
        await locked(session)
        return session.call('POST', `${(await lockedVault(session)) + REST}/${UNKNOWN_ID}`)
      },
    ),
    denied(ABORT, 'locked-abort', 'Aborting a lock that is completed', async (session) => {
      await locked(session)
      return session.call('DELETE', (await lockedVault(session)) + REST)
    }),
    denied(INITIATE, 'locked-initiate', 'Initiating another lock of a locked vault', async (session) => {
      await locked(session)
      return initiate(session, lockedVault)
    }),
    denied('vault-lock', 'locked-denied', 'What the policy of a locked vault denies', async (session) => {
      await locked(session)
      return tag(session, await lockedVault(session))
    }),
    invalid(INITIATE, 'empty-policy', 'A lock with an empty policy', async (session) =>
      session.post('POST', (await emptyVault(session)) + REST, { Policy: '' }),
    ),
  ],
}
