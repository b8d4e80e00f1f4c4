/** Whether a request comes from an owner of the keys, now, for this region, and as it was signed. */
import { guess, guide, thread, type Group } from '../assertion.js'
import { hasMessage, hasStatus, isRefusal } from '../expectations.js'
import { unsigned } from '../refusals.js'
import { HELLO } from '../samples.js'
import { pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { uploadArchive } from '../stored.js'
import { sha256 } from '../tree-hash.js'
import type { Answer, WrongSigning } from '../wire.js'

const PAGE = 'amazon-glacier-signing-requests'
const ERRORS = 'api-error-responses'
const DAY_MS = 86_400_000

const vault = vaultStep('signatures')
const signed = async (session: Session, signing: false | WrongSigning): Promise<Answer> =>
  session.send({ method: 'GET', target: await vault(session), signing })

const wrongKey = step('a request with a wrong key', async (session) =>
  signed(session, { secretAccessKey: 'wrong' }),
)
const tampered = step('an upload of another body', async (session) =>
  uploadArchive(session, await vault(session), Buffer.from('hello World'), {
    'x-amz-content-sha256': sha256(HELLO),
  }),
)

/** Signatures. */
export const signatures: Group = {
  name: 'signatures',
  title: 'Signatures of version 4',
  assertions: [
    guide(PAGE, 'right', 'A request that is signed as the guide says is accepted.', async (session) => {
      hasStatus(await signed(session, {}), 200)
    }),
    guide(
      PAGE,
      'few-headers',
      'A signature of host, x-amz-date and x-amz-glacier-version is enough.',
      async (session) => {
        const answer = await session.send({
          method: 'GET',
          target: await vault(session),
          headers: { 'x-extra': '1' },
          signing: { unsigned: ['x-extra'] },
        })
        hasStatus(answer, 200)
      },
    ),
    guide(PAGE, 'query', 'The query is signed with its pairs in order.', async (session) => {
      await vault(session)
      hasStatus(await session.call('GET', '/-/vaults?marker=&limit=1'), 200)
    }),
    guide(
      'api-common-request-headers',
      'date-header',
      'The Date header may be signed instead of x-amz-date, in the basic format of ISO 8601.',
      async (session) => {
        hasStatus(await signed(session, { inDateHeader: true }), 200)
      },
    ),
    guide(
      ERRORS,
      'unsigned',
      'A request without a signature is refused with 400 MissingAuthenticationTokenException.',
      async (session) => {
        isRefusal(await signed(session, false), 400, 'MissingAuthenticationTokenException')
      },
    ),
    guide(
      ERRORS,
      'unknown-key',
      'An access key ID that nobody has is refused with 400 UnrecognizedClientException.',
      async (session) => {
        const answer = await signed(session, { accessKeyId: 'AKIANOBODYHASTHISKEY' })
        isRefusal(answer, 400, 'UnrecognizedClientException')
      },
    ),
    unsigned(ERRORS, 'wrong-key', 'A signature with another secret key', wrongKey),
    thread(
      'boto/boto3#1433',
      'wrong-key-text',
      'The refusal of a wrong signature says that it does not match.',
      async (session) => {
        hasMessage(
          await wrongKey(session),
          /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. /,
        )
      },
    ),
    unsigned(ERRORS, 'other-region', 'A signature for another region', async (session) =>
      signed(session, { region: `${session.settings.region}0` }),
    ),
    unsigned(ERRORS, 'other-service', 'A signature for another service', async (session) =>
      signed(session, { service: 's3' }),
    ),
    unsigned(ERRORS, 'other-date', 'A signature whose scope has another date', async (session) =>
      signed(session, { scopeDate: '20120525' }),
    ),
    unsigned(ERRORS, 'old', 'A signature of a day ago', async (session) =>
      signed(session, { shiftMs: -DAY_MS }),
    ),
    unsigned(ERRORS, 'future', 'A signature of the next day', async (session) =>
      signed(session, { shiftMs: DAY_MS }),
    ),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#103',
      'ten-minutes',
      'A signature ten minutes old is refused, with a text that says by how much it is expired.',
      async (session) => {
        const answer = await signed(session, { shiftMs: -600_000 })
        isRefusal(answer, 403, 'InvalidSignatureException')
        hasMessage(
          answer,
          /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
        )
      },
    ),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#103',
      'three-minutes',
      'A signature three minutes old is accepted: five are allowed.',
      async (session) => {
        hasStatus(await signed(session, { shiftMs: -180_000 }), 200)
      },
    ),
    unsigned(ERRORS, 'added-query', 'A query that was added after signing', async (session) =>
      signed(session, { addedToTarget: '?limit=1' }),
    ),
    unsigned(ERRORS, 'other-path', 'A path that was changed after signing', async (session) =>
      session.send({
        method: 'GET',
        target: await vault(session),
        signing: { addedToTarget: '-other' },
      }),
    ),
    unsigned(PAGE, 'host-unsigned', 'A signature that leaves out the host', async (session) =>
      signed(session, { unsigned: ['host'] }),
    ),
    unsigned(ERRORS, 'tampered-json', 'A JSON body that was changed after signing', async (session) =>
      session.send({
        method: 'POST',
        target: `${await vault(session)}/tags?operation=add`,
        body: '{"Tags":{"a":"2"}}',
        signing: { signedBody: '{"Tags":{"a":"1"}}' },
      }),
    ),
    unsigned('api-upload-part', 'tampered-archive', 'An archive that was changed after signing', tampered),
    thread(
      'basak/glacier-cli#27',
      'tampered-text',
      'The refusal of a changed archive has both digests.',
      async (session) => {
        const found = sha256('hello World')
        hasMessage(
          await tampered(session),
          'The value passed in as x-amz-content-sha256 does not match the computed payload hash. ' +
            `Computed digest: ${found} expected hash: ${sha256(HELLO)}`,
        )
      },
    ),
    unsigned(ERRORS, 'before-existence', 'A wrong signature for a vault that is not there', async (session) =>
      session.send({
        method: 'GET',
        target: pathOf(vaultName(session, 'absent')),
        signing: { secretAccessKey: 'wrong' },
      }),
    ),
    guess(
      'No report shows that an unsigned payload is accepted, and the guide wants every payload hashed.',
      'unsigned-payload',
      'An upload with x-amz-content-sha256: UNSIGNED-PAYLOAD is refused with a status of 4xx.',
      async (session) => {
        const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
        const answer = await uploadArchive(session, await vault(session), HELLO, headers)
        hasStatus({ ...answer, status: Math.floor(answer.status / 100) * 100 }, 400)
      },
    ),
  ],
}
