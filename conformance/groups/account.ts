/** The retrieval policy and the provisioned capacity of the account. The run puts the policy back as it was. */
import { guide, model, Skip, type Group } from '../assertion.js'
import { MOST_UNITS, order, units } from '../capacity.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isText,
  isTrue,
} from '../expectations.js'
import { initiateJob } from '../jobs.js'
import { invalid, missing } from '../refusals.js'
import { DATE } from '../samples.js'
import { step, vaultStep, type Session } from '../session.js'
import { storedArchive } from '../stored.js'
import { MIB } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const SET = 'api-SetDataRetrievalPolicy'
const GET = 'api-GetDataRetrievalPolicy'
const RULES = 'data-retrieval-policy'
const PURCHASE = 'api-PurchaseProvisionedCapacity'
const PATH = '/-/policies/data-retrieval'

const vault = vaultStep('account')
const archive = step('an archive', async (session) =>
  storedArchive(session, await vault(session), Buffer.alloc(MIB)),
)

/** The policy before the run, which the end of the run sets again. */
const before = step('the retrieval policy', async (session) => {
  session.mayChangeAccount()
  const policy = fieldsOf(await session.call('GET', PATH))
  session.undoLater(async () => {
    hasStatus(await session.post('PUT', PATH, policy), 204)
  })
})

async function put(session: Session, ...Rules: object[]): Promise<Answer> {
  await before(session)
  return session.post('PUT', PATH, { Policy: { Rules } })
}

async function ruleOf(session: Session): Promise<unknown> {
  const { Policy } = fieldsOf(await session.call('GET', PATH))
  return (Policy as { Rules?: unknown[] } | undefined)?.Rules?.[0]
}

async function standard(session: Session, Tier = 'Standard'): Promise<Answer> {
  const order = { Type: 'archive-retrieval', ArchiveId: await archive(session), Tier }
  return initiateJob(session, await vault(session), order)
}

const enforced = step('a retrieval of more than the policy allows', async (session) => {
  hasStatus(await put(session, { Strategy: 'BytesPerHour', BytesPerHour: 1 }), 204)
  return standard(session)
})

/** Buys as many units as the account may have, and one more. */
const oneMore = step('a unit of capacity more than there may be', async (session) => {
  session.mayChangeAccount()
  while ((await units(session)).length < MOST_UNITS) hasStatus(await order(session), 201)
  return order(session)
})

/** Account. */
export const account: Group = {
  name: 'account',
  title: 'Retrieval policy and provisioned capacity',
  alone: true,
  assertions: [
    guide(GET, 'one-rule', 'The policy has one rule, with a Strategy.', async (session) => {
      const { Policy } = fieldsOf(await session.call('GET', PATH))
      const rules = (Policy as { Rules?: { Strategy?: unknown }[] } | undefined)?.Rules ?? []
      isEqual('rules', rules.length, 1)
      isText('Strategy', rules[0]?.Strategy, /^(BytesPerHour|FreeTier|None)$/)
    }),
    ...['FreeTier', 'None'].map((Strategy) =>
      guide(
        SET,
        Strategy,
        `The strategy ${Strategy} may be set, and is returned without BytesPerHour.`,
        async (session) => {
          hasStatus(await put(session, { Strategy }), 204)
          isEqual('rule', await ruleOf(session), { Strategy, BytesPerHour: null })
        },
      ),
    ),
    guide(SET, 'BytesPerHour', 'The strategy BytesPerHour may be set, with its number.', async (session) => {
      const rule = { Strategy: 'BytesPerHour', BytesPerHour: 10_737_418_240 }
      hasStatus(await put(session, rule), 204)
      isEqual('rule', await ruleOf(session), rule)
    }),
    missing(SET, 'no-number', 'BytesPerHour without a number', async (session) =>
      put(session, { Strategy: 'BytesPerHour' }),
    ),
    invalid(SET, 'zero', 'BytesPerHour of 0', async (session) =>
      put(session, { Strategy: 'BytesPerHour', BytesPerHour: 0 }),
    ),
    invalid(SET, 'needless-number', 'The strategy FreeTier with BytesPerHour', async (session) =>
      put(session, { Strategy: 'FreeTier', BytesPerHour: 1 }),
    ),
    invalid(SET, 'strategy', 'A strategy that is not there', async (session) =>
      put(session, { Strategy: 'All' }),
    ),
    invalid(SET, 'two-rules', 'A policy of two rules', async (session) =>
      put(session, { Strategy: 'None' }, { Strategy: 'FreeTier' }),
    ),
    invalid(SET, 'no-rules', 'A policy without a rule', async (session) => put(session)),
    missing(SET, 'no-policy', 'A request without Policy', async (session) => {
      await before(session)
      return session.post('PUT', PATH, {})
    }),
    guide(
      RULES,
      'enforced',
      'A Standard retrieval of more than the policy allows is refused with 400 PolicyEnforcedException.',
      async (session) => {
        isRefusal(await enforced(session), 400, 'PolicyEnforcedException')
      },
    ),
    model(
      'PolicyEnforcedException',
      'enforced-text',
      'The refusal speaks of the current data retrieval policy.',
      async (session) => {
        hasMessage(await enforced(session), 'InitiateJob request denied by current data retrieval policy.')
      },
    ),
    guide(RULES, 'bulk', 'The policy does not hold for Bulk retrievals.', async (session) => {
      await enforced(session)
      hasStatus(await standard(session, 'Bulk'), 202)
    }),
    guide(RULES, 'none-allows', 'Without a policy the retrieval is accepted.', async (session) => {
      await enforced(session)
      hasStatus(await put(session, { Strategy: 'None' }), 204)
      hasStatus(await standard(session), 202)
    }),
    guide(
      'api-ListProvisionedCapacity',
      'list',
      'Every unit of capacity has an ID and two dates.',
      async (session) => {
        const found = await units(session)
        if (found.length === 0) throw new Skip('the account has no unit of capacity')
        for (const { CapacityId, StartDate, ExpirationDate } of found) {
          isText('CapacityId', CapacityId, /./)
          isText('StartDate', StartDate, DATE)
          isText('ExpirationDate', ExpirationDate, DATE)
        }
      },
    ),
    guide(
      PURCHASE,
      'limit',
      'An account may have two units: another is refused with 400 LimitExceededException.',
      async (session) => {
        isRefusal(await oneMore(session), 400, 'LimitExceededException')
      },
    ),
    guide(PURCHASE, 'no-id', 'The refusal of another unit has no x-amz-capacity-id.', async (session) => {
      hasHeader(await oneMore(session), 'x-amz-capacity-id', undefined)
    }),
    guide(
      PURCHASE,
      'month',
      'A unit expires a month after it was bought, on the last day if that month is shorter.',
      async (session) => {
        await oneMore(session)
        for (const { StartDate, ExpirationDate } of await units(session)) {
          const [start, end] = [new Date(String(StartDate)), new Date(String(ExpirationDate))]
          const lastDay = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 2, 0)).getUTCDate()
          isEqual('day of the month', end.getUTCDate(), Math.min(start.getUTCDate(), lastDay))
          isTrue('within 31 days', end.getTime() - start.getTime() <= 31 * 86_400_000, ExpirationDate)
        }
      },
    ),
  ],
}
