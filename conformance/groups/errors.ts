/** What every refusal has, and the refusals that no single operation has of its own. */
import { guess, guide, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isText,
  neededHeader,
} from '../expectations.js'
import { denied, invalid, missing, unknown } from '../refusals.js'
import { UNKNOWN_ID } from '../samples.js'
import { accountOf, arnOf, pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import type { Answer } from '../wire.js'

const PAGE = 'api-error-responses'
const HEADERS = 'api-common-request-headers'

const vault = vaultStep('errors')
const absent = (session: Session): string => pathOf(vaultName(session, 'absent'))
const noVault = step('a refusal', async (session) => session.call('GET', absent(session)))
const described = async (
  session: Session,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Answer> => session.send({ method: 'GET', target: await vault(session), headers })

/** Paths below a vault that is not there, by operation. */
const BELOW: readonly (readonly [operation: string, method: string, rest: string, body?: object])[] = [
  ['InitiateJob', 'POST', '/jobs', { Type: 'inventory-retrieval' }],
  ['ListJobs', 'GET', '/jobs'],
  ['DescribeJob', 'GET', `/jobs/${UNKNOWN_ID}`],
  ['GetJobOutput', 'GET', `/jobs/${UNKNOWN_ID}/output`],
  ['ListMultipartUploads', 'GET', '/multipart-uploads'],
  ['ListParts', 'GET', `/multipart-uploads/${UNKNOWN_ID}`],
  ['ListTagsForVault', 'GET', '/tags'],
  ['AddTagsToVault', 'POST', '/tags?operation=add', { Tags: { a: '1' } }],
  ['GetVaultNotifications', 'GET', '/notification-configuration'],
  ['GetVaultAccessPolicy', 'GET', '/access-policy'],
  ['GetVaultLock', 'GET', '/lock-policy'],
]

/** Refusals. */
export const errors: Group = {
  name: 'errors',
  title: 'What refusals have in common',
  assertions: [
    guide(PAGE, 'json', 'A refusal has Content-Type application/json.', async (session) => {
      const answer = await noVault(session)
      hasStatus(answer, 404)
      hasHeader(answer, 'content-type', 'application/json')
    }),
    guide(PAGE, 'request-id', 'A refusal has an x-amzn-RequestId.', async (session) => {
      neededHeader(await noVault(session), 'x-amzn-requestid')
    }),
    guide(
      PAGE,
      'members',
      'A refusal has a code, a message and a type, and nothing else.',
      async (session) => {
        const names = Object.keys(fieldsOf(await noVault(session))).sort()
        isEqual('members', names, ['code', 'message', 'type'])
      },
    ),
    guide(PAGE, 'type', 'The type of a refusal with 4xx is Client.', async (session) => {
      isText('type', fieldsOf(await noVault(session)).type, 'Client')
    }),
    guide(PAGE, 'no-vault', 'A vault that is not there is named by its ARN.', async (session) => {
      hasMessage(await noVault(session), `Vault not found for ARN: ${await arnOf(session, absent(session))}`)
    }),
    guide(PAGE, 'no-job', 'A job that is not there is named by its ID.', async (session) => {
      const answer = await session.call('GET', `${await vault(session)}/jobs/${UNKNOWN_ID}`)
      isRefusal(answer, 404, 'ResourceNotFoundException')
      hasMessage(answer, `The job ID was not found: ${UNKNOWN_ID}`)
    }),
    guide(
      'api-common-response-headers',
      'request-ids-differ',
      'Two answers have two values of x-amzn-RequestId.',
      async (session) => {
        const target = await vault(session)
        const [first, second] = [await session.call('GET', target), await session.call('GET', target)]
        const id = neededHeader(first, 'x-amzn-requestid')
        isEqual('equal', id === neededHeader(second, 'x-amzn-requestid'), false)
      },
    ),
    ...BELOW.map(([operation, method, rest, body]) =>
      unknown(PAGE, `no-vault-${operation}`, `${operation} of a vault that is not there`, async (session) =>
        body
          ? session.post(method, absent(session) + rest, body)
          : session.call(method, absent(session) + rest),
      ),
    ),
    guide(
      'api-vaults-get',
      'own-account',
      'The account ID in a path may be written out.',
      async (session) => {
        const accountId = await accountOf(session)
        await vault(session)
        hasStatus(await session.call('GET', pathOf(vaultName(session, 'errors'), accountId)), 200)
      },
    ),
    denied(PAGE, 'other-account', 'A request for another account', async (session) => {
      const other = (await accountOf(session)).replace(/\d/g, (digit) => String(9 - Number(digit)))
      return session.call('GET', pathOf(vaultName(session, 'errors'), other))
    }),
    missing(HEADERS, 'no-version', 'A request without x-amz-glacier-version', async (session) =>
      described(session, { 'x-amz-glacier-version': undefined }),
    ),
    invalid(HEADERS, 'other-version', 'A request for another version of the API', async (session) =>
      described(session, { 'x-amz-glacier-version': '2011-01-01' }),
    ),
    guide(
      PAGE,
      'broken-json',
      'A body that is not JSON is refused with 400 SerializationException.',
      async (session) => {
        const target = `${await vault(session)}/tags?operation=add`
        isRefusal(
          await session.send({ method: 'POST', target, body: '{"Tags":' }),
          400,
          'SerializationException',
        )
      },
    ),
    guess(
      'The guide speaks of a body that is invalid; that a list is one is not said.',
      'json-list',
      'A body that is JSON, but not an object, is refused with 400 SerializationException.',
      async (session) => {
        const target = `${await vault(session)}/tags?operation=add`
        isRefusal(await session.post('POST', target, [1]), 400, 'SerializationException')
      },
    ),
    guess(
      'The guide names no status for a path that belongs to no operation.',
      'no-operation',
      'A path that belongs to no operation is refused with a status of 4xx and a body of JSON.',
      async (session) => {
        const answer = await session.call('GET', `${await vault(session)}/nothing`)
        isEqual('4xx', Math.floor(answer.status / 100), 4)
        fieldsOf(answer)
      },
    ),
  ],
}
