/** InitiateJob, DescribeJob and ListJobs. */
import { guess, guide, thread, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isText,
  isTrue,
  neededHeader,
  rowsOf,
} from '../expectations.js'
import { finishedJob, initiateJob, startedJob } from '../jobs.js'
import { invalid, missing, unknown } from '../refusals.js'
import { DATE, topicOf, UNKNOWN_ARCHIVE_ID, UNKNOWN_ID } from '../samples.js'
import { accountOf, arnOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { idOf, segment, storedArchive } from '../stored.js'
import { MIB, numberedMebibytes, treeHash } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const POST = 'api-initiate-job-post'
const PARAMETERS = 'api-jobParameters'
const DESCRIPTION = 'api-GlacierJobDescription'
const LIST = 'api-jobs-get'

const BYTES = numberedMebibytes(2.5 * MIB)

const vault = vaultStep('jobs')
const listVault = vaultStep('jobs-list')
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
const described = step('the description of a job', async (session) => {
  const id = segment(neededHeader(await initiated(session), 'x-amz-job-id'))
  const answer = await session.call('GET', `${await vault(session)}/jobs/${id}`)
  hasStatus(answer, 200)
  return fieldsOf(answer)
})
const ranged = step('the description of a job for a range', async (session) => {
  const order = {
    Type: 'archive-retrieval',
    ArchiveId: await archive(session),
    RetrievalByteRange: `0-${MIB - 1}`,
    Tier: 'Bulk',
    SNSTopic: await topicOf(session),
  }
  return fieldsOf(await session.call('GET', await startedJob(session, await vault(session), order)))
})
const done = step('the description of a job that is done', async (session) => {
  const order = { Type: 'archive-retrieval', ArchiveId: await archive(session) }
  return fieldsOf(await session.call('GET', await finishedJob(session, await vault(session), order)))
})

/** Five jobs for an archive, in the order they were started. */
const five = step('five jobs', async (session) => {
  const path = await listVault(session)
  const order = { Type: 'archive-retrieval', ArchiveId: await storedArchive(session, path, Buffer.from('x')) }
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push(idOf(await startedJob(session, path, order)))
  return ids
})

async function listed(session: Session, query = ''): Promise<Answer> {
  await five(session)
  const answer = await session.call('GET', `${await listVault(session)}/jobs${query}`)
  hasStatus(answer, 200)
  return answer
}

const pages = step('all pages of ListJobs', async (session) => {
  const found: unknown[][] = []
  let marker: unknown = ''
  for (let page = 0; typeof marker === 'string' && page < 10; page++) {
    const answer = await listed(session, `?limit=2&marker=${encodeURIComponent(marker)}`)
    found.push(rowsOf(answer, 'JobList').map((row) => row.JobId))
    marker = fieldsOf(answer).Marker
  }
  return found
})

const BAD_RANGES: Readonly<Record<string, string>> = {
  start: `1-${MIB - 1}`,
  end: `0-${MIB}`,
  bytes: '0-1',
  inverted: `${MIB}-${MIB - 1}`,
  beyond: `0-${4 * MIB - 1}`,
  text: 'first',
}

/** Jobs as they are started, described and listed. */
export const jobs: Group = {
  name: 'jobs',
  title: 'InitiateJob, DescribeJob, ListJobs',
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
    guide(DESCRIPTION, 'action', 'Action is ArchiveRetrieval.', async (session) => {
      isEqual('Action', (await described(session)).Action, 'ArchiveRetrieval')
    }),
    guide(DESCRIPTION, 'archive', 'ArchiveId is that of the archive.', async (session) => {
      isEqual('ArchiveId', (await described(session)).ArchiveId, await archive(session))
    }),
    guide(
      DESCRIPTION,
      'archive-hash',
      'ArchiveSHA256TreeHash is that of the whole archive.',
      async (session) => {
        isEqual('ArchiveSHA256TreeHash', (await described(session)).ArchiveSHA256TreeHash, treeHash(BYTES))
      },
    ),
    guide(
      DESCRIPTION,
      'archive-size',
      'ArchiveSizeInBytes is that of the whole archive.',
      async (session) => {
        isEqual('ArchiveSizeInBytes', (await described(session)).ArchiveSizeInBytes, BYTES.length)
      },
    ),
    guide(DESCRIPTION, 'description', 'JobDescription is what the request had.', async (session) => {
      isEqual('JobDescription', (await described(session)).JobDescription, 'a job')
    }),
    guide(DESCRIPTION, 'job-id', 'JobId is that of the job.', async (session) => {
      const id = neededHeader(await initiated(session), 'x-amz-job-id')
      isEqual('JobId', (await described(session)).JobId, id)
    }),
    guide(DESCRIPTION, 'vault-arn', 'VaultARN is that of the vault.', async (session) => {
      isEqual('VaultARN', (await described(session)).VaultARN, await arnOf(session, await vault(session)))
    }),
    guide(
      DESCRIPTION,
      'date',
      'CreationDate is a date of ISO 8601 in UTC with milliseconds.',
      async (session) => {
        isText('CreationDate', (await described(session)).CreationDate, DATE)
      },
    ),
    guide(
      DESCRIPTION,
      'range-whole',
      'RetrievalByteRange of a whole archive is 0 to its size less 1.',
      async (session) => {
        isEqual('RetrievalByteRange', (await described(session)).RetrievalByteRange, `0-${BYTES.length - 1}`)
      },
    ),
    guide(DESCRIPTION, 'tier-default', 'Tier is Standard where the request has none.', async (session) => {
      isEqual('Tier', (await described(session)).Tier, 'Standard')
    }),
    guide(
      DESCRIPTION,
      'nulls-of-archive',
      'What an archive retrieval does not have is null.',
      async (session) => {
        const { InventorySizeInBytes, InventoryRetrievalParameters, SNSTopic, JobOutputPath } =
          await described(session)
        const found = [InventorySizeInBytes, InventoryRetrievalParameters, SNSTopic, JobOutputPath]
        isEqual('fields', found, [null, null, null, null])
      },
    ),
    guide(DESCRIPTION, 'status', 'StatusCode is InProgress until Completed is true.', async (session) => {
      const { Completed, StatusCode } = await described(session)
      const found = `${String(StatusCode)}, ${String(Completed)}`
      isTrue(
        'InProgress, false or Succeeded, true',
        ['InProgress, false', 'Succeeded, true'].includes(found),
        found,
      )
    }),
    guide(DESCRIPTION, 'range', 'RetrievalByteRange of a range is that range.', async (session) => {
      isEqual('RetrievalByteRange', (await ranged(session)).RetrievalByteRange, `0-${MIB - 1}`)
    }),
    thread(
      'boto/boto#2510',
      'range-size',
      'ArchiveSizeInBytes of a job for a range is that of the whole archive.',
      async (session) => {
        isEqual('ArchiveSizeInBytes', (await ranged(session)).ArchiveSizeInBytes, BYTES.length)
      },
    ),
    guide(
      DESCRIPTION,
      'range-hash',
      'SHA256TreeHash of an aligned range is that of the range.',
      async (session) => {
        isEqual('SHA256TreeHash', (await ranged(session)).SHA256TreeHash, treeHash(BYTES.subarray(0, MIB)))
      },
    ),
    guide(DESCRIPTION, 'tier', 'Tier is what the request had.', async (session) => {
      isEqual('Tier', (await ranged(session)).Tier, 'Bulk')
    }),
    guide(DESCRIPTION, 'topic', 'SNSTopic is what the request had.', async (session) => {
      isEqual('SNSTopic', (await ranged(session)).SNSTopic, await topicOf(session))
    }),
    guide(
      DESCRIPTION,
      'done',
      'A job that is done has the status Succeeded and a CompletionDate.',
      async (session) => {
        const { Completed, StatusCode, CompletionDate } = await done(session)
        isEqual('Completed', Completed, true)
        isEqual('StatusCode', StatusCode, 'Succeeded')
        isText('CompletionDate', CompletionDate, DATE)
      },
    ),
    guide(
      DESCRIPTION,
      'done-hash',
      'SHA256TreeHash of a whole archive is that of the archive once the job is done.',
      async (session) => {
        isEqual('SHA256TreeHash', (await done(session)).SHA256TreeHash, treeHash(BYTES))
      },
    ),
    guide(
      'api-describe-job-get',
      'done-text',
      'StatusMessage of a job that is done is Succeeded, as in the examples.',
      async (session) => {
        isEqual('StatusMessage', (await done(session)).StatusMessage, 'Succeeded')
      },
    ),
    unknown('api-error-responses', 'unknown-output', 'The output of a job that never was', async (session) =>
      session.call('GET', `${await vault(session)}/jobs/${UNKNOWN_ID}/output`),
    ),
    guide(LIST, 'list', 'Every job is in the list, in the order they were started.', async (session) => {
      const found = rowsOf(await listed(session), 'JobList').map((row) => row.JobId)
      isEqual('IDs', found, await five(session))
    }),
    guide(LIST, 'limit', 'A page never has more jobs than the limit.', async (session) => {
      isEqual(
        'rows',
        (await pages(session)).map((page) => page.length),
        [2, 2, 1],
      )
    }),
    guide(LIST, 'pages', 'The pages have every job, once.', async (session) => {
      isEqual('IDs', (await pages(session)).flat(), await five(session))
    }),
    guide(LIST, 'marker-null', 'The marker of the only page is null.', async (session) => {
      isEqual('Marker', fieldsOf(await listed(session)).Marker, null)
    }),
    guide(
      LIST,
      'completed',
      'The list may be of those that are completed, or of those that are not.',
      async (session) => {
        const all = rowsOf(await listed(session), 'JobList').length
        const completed = rowsOf(await listed(session, '?completed=true'), 'JobList')
        const others = rowsOf(await listed(session, '?completed=false'), 'JobList')
        isTrue(
          'completed jobs only',
          completed.every((row) => row.Completed === true),
          completed,
        )
        isTrue(
          'other jobs only',
          others.every((row) => row.Completed === false),
          others,
        )
        isEqual('rows together', completed.length + others.length, all)
      },
    ),
    guide(LIST, 'failed', 'A list of the failed jobs is empty where none failed.', async (session) => {
      isEqual('rows', rowsOf(await listed(session, '?statuscode=Failed'), 'JobList').length, 0)
    }),
    guide(LIST, 'both', 'Both filters hold at once.', async (session) => {
      const answer = await listed(session, '?statuscode=InProgress&completed=true')
      isEqual('rows', rowsOf(answer, 'JobList').length, 0)
    }),
    guide(
      'api-error-responses',
      'statuscode',
      'A statuscode that is not there is refused with the text of the guide.',
      async (session) => {
        const answer = await session.call('GET', `${await listVault(session)}/jobs?statuscode=finished`)
        isRefusal(answer, 400, 'InvalidParameterValueException')
        hasMessage(answer, 'The job status code is not valid: finished')
      },
    ),
    ...['limit=0', 'limit=many', 'completed=maybe'].map((query) =>
      invalid(LIST, query.replace('=', '-'), `A list with ${query}`, async (session) =>
        session.call('GET', `${await listVault(session)}/jobs?${query}`),
      ),
    ),
  ],
}
