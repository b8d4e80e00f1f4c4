/** What expires. These assertions move the clock of a local vault, and are skipped elsewhere. They come last. */
import { guess, guide, type Group } from '../assertion.js'
import { hasStatus, isRefusal, neededHeader } from '../expectations.js'
import { finishedJob, outputOf } from '../jobs.js'
import { HELLO, policyFor } from '../samples.js'
import { step, vaultStep, type Session } from '../session.js'
import { begunUpload, completeUpload, segment, sentParts, storedArchive, uploadPart } from '../stored.js'
import { MIB } from '../tree-hash.js'

const UPLOAD = 'api-multipart-initiate-upload'
const OUTPUT = 'api-job-output-get'
const LOCK = 'api-InitiateVaultLock'

const vault = vaultStep('expiry')

/** Things that were made before the clock was moved, and the clock 23 hours on. */
const made = step('things that expire', async (session: Session) => {
  session.control.assertThere()
  const path = await vault(session)
  const order = { Type: 'archive-retrieval', ArchiveId: await storedArchive(session, path, HELLO) }
  const lock = await session.post('POST', `${path}/lock-policy`, {
    Policy: await policyFor(session, path, 'Deny', 'AddTagsToVault'),
  })
  hasStatus(lock, 201)
  const things = {
    idle: await begunUpload(session, path, MIB),
    active: await begunUpload(session, path, MIB),
    job: await finishedJob(session, path, order),
    lock: `${path}/lock-policy/${segment(neededHeader(lock, 'x-amz-lock-id'))}`,
  }
  await session.control.advanceClock(23)
  return things
})
const dayOn = step('a clock 23 hours on', async (session) => {
  const things = await made(session)
  hasStatus(await outputOf(session, things.job), 200)
  hasStatus(await session.call('GET', things.idle), 200)
  await sentParts(session, things.active, MIB, [HELLO])
  return things
})
const later = step('a clock 26 hours on', async (session) => {
  const things = await dayOn(session)
  await session.control.advanceClock(3)
  return things
})

/** Expiries. */
export const expiry: Group = {
  name: 'expiry',
  title: 'What expires after a day',
  alone: true,
  assertions: [
    guide(
      OUTPUT,
      'job-stays',
      'The output of a job stays for 24 hours after it is done.',
      async (session) => {
        hasStatus(await outputOf(session, (await made(session)).job), 200)
      },
    ),
    guide(UPLOAD, 'upload-stays', 'An upload stays for 24 hours without activity.', async (session) => {
      hasStatus(await session.call('GET', (await made(session)).idle), 200)
    }),
    guess(
      'The guide has 24 hours as the least that a job stays.',
      'job-goes',
      'The output of a job is gone some time after 24 hours.',
      async (session) => {
        isRefusal(await outputOf(session, (await later(session)).job), 404, 'ResourceNotFoundException')
      },
    ),
    guess(
      'The guide has 24 hours as the least that an upload stays.',
      'upload-goes',
      'An upload is gone some time after 24 hours without activity.',
      async (session) => {
        const answer = await uploadPart(session, (await later(session)).idle, 0, HELLO)
        isRefusal(answer, 404, 'ResourceNotFoundException')
      },
    ),
    guide(UPLOAD, 'upload-active', 'A part within the 24 hours keeps an upload.', async (session) => {
      hasStatus(await completeUpload(session, (await later(session)).active, HELLO), 201)
    }),
    guide(LOCK, 'lock-goes', 'A lock that is not completed within 24 hours is gone.', async (session) => {
      await later(session)
      const answer = await session.call('GET', `${await vault(session)}/lock-policy`)
      isRefusal(answer, 404, 'ResourceNotFoundException')
    }),
    guide(LOCK, 'lock-id-goes', 'A lock ID cannot be used after 24 hours.', async (session) => {
      const { status } = await session.call('POST', (await later(session)).lock)
      hasStatus({ status: Math.floor(status / 100) * 100, headers: {}, body: Buffer.alloc(0) }, 400)
    }),
  ],
}
