/** DescribeJob: what is said of archive retrievals. */
import { guide, thread, type Group } from '../assertion.js'
import { fieldsOf, hasStatus, isEqual, isText, isTrue } from '../expectations.js'
import { finishedJob, startedJob } from '../jobs.js'
import { DATE, topicOf } from '../samples.js'
import { arnOf, step, vaultStep } from '../session.js'
import { idOf, storedArchive } from '../stored.js'
import { MIB, numberedMebibytes, treeHash } from '../tree-hash.js'

const DESCRIPTION = 'api-GlacierJobDescription'

const BYTES = numberedMebibytes(2.5 * MIB)

const vault = vaultStep('descriptions')
const archive = step('an archive', async (session) => storedArchive(session, await vault(session), BYTES))

const initiated = step('an archive retrieval', async (session) => {
  const order = { Type: 'archive-retrieval', ArchiveId: await archive(session), Description: 'a job' }
  return startedJob(session, await vault(session), order)
})
const described = step('the description of a job', async (session) => {
  const answer = await session.call('GET', await initiated(session))
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

/** Jobs as they are described. */
export const jobDescriptions: Group = {
  name: 'job-descriptions',
  title: 'DescribeJob',
  assertions: [
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
      isEqual('JobId', (await described(session)).JobId, idOf(await initiated(session)))
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
  ],
}
