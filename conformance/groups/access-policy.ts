/** SetVaultAccessPolicy, GetVaultAccessPolicy and DeleteVaultAccessPolicy. */
import { guess, guide, type Group } from '../assertion.js'
import { fieldsOf, hasStatus, isEqual, isRefusal, isText } from '../expectations.js'
import { denied, missing, unknown } from '../refusals.js'
import { policyFor } from '../samples.js'
import { pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import type { Answer } from '../wire.js'

const SET = 'api-SetVaultAccessPolicy'
const GET = 'api-GetVaultAccessPolicy'
const DELETE = 'api-DeleteVaultAccessPolicy'
const RULES = 'vault-access-policy'
const REST = '/access-policy'
/** Bytes a policy may have. */
const MOST_BYTES = 20_480

const vault = vaultStep('access-policy')
const emptyVault = vaultStep('access-policy-none')
const deniedVault = vaultStep('access-policy-deny')

async function put(session: Session, Policy: unknown, path = vault): Promise<Answer> {
  return session.post('PUT', (await path(session)) + REST, { Policy })
}

async function allowing(session: Session, action = 'ListJobs'): Promise<string> {
  return policyFor(session, await vault(session), 'Allow', action)
}

const set = step('an access policy', async (session) => {
  const policy = await allowing(session)
  hasStatus(await put(session, policy), 204)
  return policy
})
const denying = step('an access policy that denies AddTagsToVault', async (session) => {
  const policy = await policyFor(session, await deniedVault(session), 'Deny', 'AddTagsToVault')
  hasStatus(await put(session, policy, deniedVault), 204)
})

async function tag(session: Session): Promise<Answer> {
  return session.post('POST', `${await deniedVault(session)}/tags?operation=add`, { Tags: { a: '1' } })
}

/** Access policies. */
export const accessPolicy: Group = {
  name: 'access-policy',
  title: 'SetVaultAccessPolicy, GetVaultAccessPolicy, DeleteVaultAccessPolicy',
  assertions: [
    unknown(GET, 'none', 'GetVaultAccessPolicy of a vault that has none', async (session) =>
      session.call('GET', (await emptyVault(session)) + REST),
    ),
    guide(GET, 'get', 'Policy is the policy that was set, as text.', async (session) => {
      const policy = await set(session)
      const found = fieldsOf(await session.call('GET', (await vault(session)) + REST)).Policy
      isEqual('policy', JSON.parse(String(found)), JSON.parse(policy))
    }),
    guide(SET, 'replace', 'Setting a policy replaces the one there is.', async (session) => {
      await set(session)
      const policy = await allowing(session, 'DescribeVault')
      hasStatus(await put(session, policy), 204)
      const found = fieldsOf(await session.call('GET', (await vault(session)) + REST)).Policy
      isText('action', String(found), /glacier:DescribeVault/)
    }),
    guide(SET, 'size', 'A policy may have 20 KB.', async (session) => {
      hasStatus(await put(session, (await allowing(session)).padEnd(MOST_BYTES)), 204)
    }),
    guess(
      'The guide has 20 KB as the limit, but neither how they are counted nor the code.',
      'too-large',
      'A policy of more than 20,480 characters is refused with 400.',
      async (session) => {
        hasStatus(await put(session, (await allowing(session)).padEnd(MOST_BYTES + 1)), 400)
      },
    ),
    missing(SET, 'no-policy', 'A request without Policy', async (session) => put(session, undefined)),
    guide(SET, 'not-json', 'A policy that is not JSON is refused with 400.', async (session) => {
      hasStatus(await put(session, 'not JSON'), 400)
    }),
    guide(SET, 'no-statement', 'A policy without a statement is refused with 400.', async (session) => {
      hasStatus(await put(session, '{"Version":"2012-10-17"}'), 400)
    }),
    guide(
      SET,
      'effect',
      'A policy with an effect that is not there is refused with 400.',
      async (session) => {
        hasStatus(await put(session, (await allowing(session)).replace('"Allow"', '"Perhaps"')), 400)
      },
    ),
    unknown(
      'api-error-responses',
      'no-vault',
      'An access policy for a vault that is not there',
      async (session) => {
        const absent = pathOf(vaultName(session, 'absent'))
        const Policy = await policyFor(session, absent, 'Allow', 'ListJobs')
        return session.post('PUT', absent + REST, { Policy })
      },
    ),
    denied(RULES, 'denied', 'What the policy denies', async (session) => {
      await denying(session)
      return tag(session)
    }),
    guide(RULES, 'others', 'What the policy does not deny is allowed still.', async (session) => {
      await denying(session)
      hasStatus(await session.call('GET', `${await deniedVault(session)}/tags`), 200)
    }),
    guide(
      DELETE,
      'delete',
      'Deleting the policy answers 204, and what it denied is allowed again.',
      async (session) => {
        await denying(session)
        const target = (await deniedVault(session)) + REST
        hasStatus(await session.call('DELETE', target), 204)
        isRefusal(await session.call('GET', target), 404, 'ResourceNotFoundException')
        hasStatus(await tag(session), 204)
      },
    ),
    guide(DELETE, 'delete-none', 'Deleting a policy there is none of answers 204.', async (session) => {
      hasStatus(await session.call('DELETE', (await emptyVault(session)) + REST), 204)
    }),
  ],
}
