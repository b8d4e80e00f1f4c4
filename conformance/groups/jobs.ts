/** InitiateJob: what may be asked for. */
import { guess, guide, thread, type Group } from '../assertion.js'
import { hasHeader, hasMessage, hasStatus, isRefusal, isTrue, neededHeader } from '../expectations.js'
import { initiateJob } from '../jobs.js'
import { invalid, missing, unknown } from '../refusals.js'
import { UNKNOWN_ARCHIVE_ID, UNKNOWN_ID } from '../samples.js'
import { accountOf, arnOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { segment, storedArchive } from '../stored.js'
import { MIB, numberedMebibytes } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const POST = 'api-initiate-job-post'
const PARAMETERS = 'api-jobParameters'

const BYTES = numberedMebibytes(2.5 * MIB)

const vault = vaultStep('jobs')
const other = vaultStep('jobs-other')
const archive = step('an archive', async (session) => storedArchive(session, await vault(session), BYTES))

/** Asks for the archive, with other parameters besides. */
async function retrieval(session: Session, parameters: object): Promise<Answer> {
  const order = { Type: 'archive-retrieval', ArchiveId: await archive(session), ...parameters }
  return initiateJob(session, await vault(session), order)
}

const initiated = step('an archive retrieval', async (session) => {
  const answer = await retrieval(session, { Description: 'a job' })
  hasStatus(answer, 202)
  return answer
})
const BAD_RANGES: Readonly<Record<string, string>> = {
  start: `1-${MIB - 1}`,
  end: `0-${MIB}`,
  bytes: '0-1',
  inverted: `${MIB}-${MIB - 1}`,
  beyond: `0-${4 * MIB - 1}`,
  text: 'first',
}

/** Jobs as they are started. */
export const jobs: Group = {
  name: 'jobs',
  title: 'InitiateJob',
  assertions: [
    guide(
      POST,
      'id',
      'The answer has the job ID, which is also the end of its Location.',
      async (session) => {
        const answer = await initiated(session)
        const id = segment(neededHeader(answer, 'x-amz-job-id'))
        const path = `/${await accountOf(session)}/vaults/${vaultName(session, 'jobs')}`
        hasHeader(answer, 'location', `${path}/jobs/${id}`)
      },
    ),
    guide(POST, 'again', 'The same order again is another job.', async (session) => {
      const first = neededHeader(await initiated(session), 'x-amz-job-id')
      const second = neededHeader(await retrieval(session, { Description: 'a job' }), 'x-amz-job-id')
      isTrue('another job ID', first !== second, second)
    }),
    ...['Expedited', 'Standard', 'Bulk'].map((Tier) =>
      guide(PARAMETERS, `tier-${Tier}`, `The tier ${Tier} is accepted.`, async (session) => {
        const answer = await retrieval(session, { Tier })
        if (answer.status !== 503) hasStatus(answer, 202)
      }),
    ),
    guide(PARAMETERS, 'nulls', 'Optional fields may be null, as in the examples.', async (session) => {
      hasStatus(await retrieval(session, { Description: null, SNSTopic: null }), 202)
    }),
    guess(
      'The guide names no Content-Type for this request; mt-aws-glacier sends that of a form.',
      'content-type',
      'The Content-Type of a request may be that of a form.',
      async (session) => {
        const order = { Type: 'archive-retrieval', ArchiveId: await archive(session) }
        const answer = await session.send({
          method: 'POST',
          target: `${await vault(session)}/jobs`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: JSON.stringify(order),
        })
        hasStatus(answer, 202)
      },
    ),
    missing(PARAMETERS, 'no-type', 'A job without Type', async (session) =>
      initiateJob(session, await vault(session), {}),
    ),
    missing(PARAMETERS, 'no-archive', 'An archive retrieval without ArchiveId', async (session) =>
      initiateJob(session, await vault(session), { Type: 'archive-retrieval' }),
    ),
    invalid(PARAMETERS, 'type', 'A job of a type that is not there', async (session) =>
      initiateJob(session, await vault(session), { Type: 'archive-deletion' }),
    ),
    invalid(PARAMETERS, 'tier-unknown', 'A job with a tier that is not there', async (session) =>
      retrieval(session, { Tier: 'Fast' }),
    ),
    invalid(PARAMETERS, 'format', 'An inventory retrieval in a format that is not there', async (session) =>
      initiateJob(session, await vault(session), { Type: 'inventory-retrieval', Format: 'XML' }),
    ),
    invalid(PARAMETERS, 'description-1025', 'A job with a description of 1,025 characters', async (session) =>
      retrieval(session, { Description: 'x'.repeat(1025) }),
    ),
    guide(
      PARAMETERS,
      'description-1024',
      'A description of 1,024 characters is accepted.',
      async (session) => {
        hasStatus(await retrieval(session, { Description: 'x'.repeat(1024) }), 202)
      },
    ),
    invalid(PARAMETERS, 'description-utf8', 'A job with a description beyond ASCII', async (session) =>
      retrieval(session, { Description: 'gr\u00fcn' }),
    ),
    invalid(PARAMETERS, 'inventory-archive', 'An inventory retrieval with an ArchiveId', async (session) =>
      retrieval(session, { Type: 'inventory-retrieval' }),
    ),
    invalid(
      PARAMETERS,
      'inventory-range',
      'An inventory retrieval with a RetrievalByteRange',
      async (session) =>
        initiateJob(session, await vault(session), {
          Type: 'inventory-retrieval',
          RetrievalByteRange: `0-${MIB - 1}`,
        }),
    ),
    ...['0', '-1', 'all'].map((Limit) =>
      invalid(
        'api-InventoryRetrievalJobInput',
        `inventory-limit-${Limit}`,
        `An inventory retrieval with a Limit of ${Limit}`,
        async (session) =>
          initiateJob(session, await vault(session), {
            Type: 'inventory-retrieval',
            InventoryRetrievalParameters: { Limit },
          }),
      ),
    ),
    invalid(
      'api-InventoryRetrievalJobInput',
      'inventory-date',
      'An inventory retrieval with a StartDate that is not a date',
      async (session) =>
        initiateJob(session, await vault(session), {
          Type: 'inventory-retrieval',
          InventoryRetrievalParameters: { StartDate: 'yesterday' },
        }),
    ),
    ...Object.entries(BAD_RANGES).map(([kind, RetrievalByteRange]) =>
      invalid(PARAMETERS, `range-${kind}`, `The RetrievalByteRange ${RetrievalByteRange}`, async (session) =>
        retrieval(session, { RetrievalByteRange }),
      ),
    ),
    guide(
      PARAMETERS,
      'range-tail',
      'A range that ends with the archive need not end at a MiB.',
      async (session) => {
        const RetrievalByteRange = `${2 * MIB}-${BYTES.length - 1}`
        hasStatus(await retrieval(session, { RetrievalByteRange }), 202)
      },
    ),
    unknown(
      'api-error-responses',
      'no-such-archive',
      'A job for an archive that never was',
      async (session) => retrieval(session, { ArchiveId: UNKNOWN_ARCHIVE_ID }),
    ),
    thread(
      'carlossg/glacier-cli#15',
      'no-such-archive-text',
      'The refusal of an archive that never was names its ID.',
      async (session) => {
        const answer = await retrieval(session, { ArchiveId: UNKNOWN_ARCHIVE_ID })
        hasMessage(answer, `The archive ID was not found: ${UNKNOWN_ARCHIVE_ID}`)
      },
    ),
    thread(
      'vsespb/mt-aws-glacier#44',
      'other-vault',
      'A job for an archive of another vault is refused with 400 InvalidParameterValueException.',
      async (session) => {
        const order = { Type: 'archive-retrieval', ArchiveId: await archive(session) }
        isRefusal(
          await initiateJob(session, await other(session), order),
          400,
          'InvalidParameterValueException',
        )
      },
    ),
    thread(
      'vsespb/mt-aws-glacier#32',
      'other-vault-text',
      'The refusal of an archive of another vault names the vault.',
      async (session) => {
        const order = { Type: 'archive-retrieval', ArchiveId: await archive(session) }
        const answer = await initiateJob(session, await other(session), order)
        hasMessage(answer, `Invalid vault name: ${await arnOf(session, await other(session))}`)
      },
    ),
    guess(
      'Select was closed before the API was; the model still has it.',
      'select',
      'A select job is refused with a status of 4xx.',
      async (session) => {
        const { status } = await retrieval(session, { Type: 'select' })
        isTrue('a status of 4xx', status >= 400 && status < 500, status)
      },
    ),
    unknown('api-error-responses', 'unknown-output', 'The output of a job that never was', async (session) =>
      session.call('GET', `${await vault(session)}/jobs/${UNKNOWN_ID}/output`),
    ),
  ],
}
