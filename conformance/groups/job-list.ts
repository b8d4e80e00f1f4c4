/** ListJobs: its pages and filters. */
import { guide, type Group } from '../assertion.js'
import { fieldsOf, hasMessage, hasStatus, isEqual, isRefusal, isTrue, rowsOf } from '../expectations.js'
import { startedJob } from '../jobs.js'
import { invalid } from '../refusals.js'
import { step, vaultStep, type Session } from '../session.js'
import { idOf, storedArchive } from '../stored.js'
import type { Answer } from '../wire.js'

const LIST = 'api-jobs-get'

const listVault = vaultStep('job-list')

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

/** Jobs as they are listed. */
export const jobList: Group = {
  name: 'job-list',
  title: 'ListJobs',
  assertions: [
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
