/** GetJobOutput of archive retrievals: bytes, ranges, and tree hashes where both ranges are aligned. */
import { guess, guide, Skip, thread, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isSameBytes,
} from '../expectations.js'
import { finishedJob, outputOf, startedJob } from '../jobs.js'
import { invalid } from '../refusals.js'
import { HELLO } from '../samples.js'
import { step, vaultStep, type Session } from '../session.js'
import { idOf, storedArchive } from '../stored.js'
import { MIB, numberedMebibytes, treeHash } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const PAGE = 'api-job-output-get'
const ALIGNED = 'checksum-calculations-range'
const DESCRIPTION = 'say "hi", \\'

/** As in the figure of the guide: 6.5 MiB. */
const BYTES = numberedMebibytes(6.5 * MIB)
const SIZE = BYTES.length

const vault = vaultStep('output')
const archive = step('an archive', async (session) =>
  storedArchive(session, await vault(session), BYTES, DESCRIPTION),
)

/** A job that is done for the archive, or for a range of it. */
const jobFor = (RetrievalByteRange?: string): ((session: Session) => Promise<string>) =>
  step('a job that is done', async (session) =>
    finishedJob(session, await vault(session), {
      Type: 'archive-retrieval',
      ArchiveId: await archive(session),
      RetrievalByteRange,
    }),
  )

const whole = jobFor()
/** MiB 4 to the end: a node of the tree. */
const tail = jobFor(`${4 * MIB}-${SIZE - 1}`)
/** MiB 1 and 2: not a node of the tree. */
const crooked = jobFor(`${MIB}-${3 * MIB - 1}`)

const wholeOutput = step('a whole output', async (session) => outputOf(session, await whole(session)))
const partOutput = step('a part of an output', async (session) =>
  outputOf(session, await whole(session), `bytes=0-${MIB - 1}`),
)
const beyond = step('a Range past the end', async (session) =>
  outputOf(session, await whole(session), `bytes=${SIZE}-${SIZE + 9}`),
)

/** A job that is in progress; where there are controls, jobs take an hour while it is started. */
const inProgress = step('a job that is in progress', async (session) => {
  const order = { Type: 'archive-retrieval', ArchiveId: await archive(session), Tier: 'Bulk' }
  const { control } = session
  if (control.isThere) await control.delayJobs(3_600_000)
  const job = await startedJob(session, await vault(session), order)
  if (control.isThere) await control.delayJobs(0)
  const { Completed } = fieldsOf(await session.call('GET', job))
  if (Completed === true) throw new Skip('jobs are done at once, so that none is in progress')
  return job
})

/** Asks for a part of a job for a range, and checks that it is that part of the archive. */
async function partOf(
  session: Session,
  job: string,
  from: number,
  [start, end]: readonly [number, number],
): Promise<Answer> {
  const answer = await outputOf(session, job, `bytes=${start}-${end - 1}`)
  hasStatus(answer, 206)
  isSameBytes(answer.body, BYTES.subarray(from + start, from + end))
  return answer
}

const MALFORMED: Readonly<Record<string, string>> = {
  unit: 'lines=0-9',
  space: 'bytes 0-9',
  inverted: 'bytes=9-0',
}

/** Outputs of archive retrievals. */
export const output: Group = {
  name: 'output',
  title: 'GetJobOutput of archive retrievals',
  assertions: [
    guide(PAGE, 'whole', 'The output of a job for a whole archive is the archive.', async (session) => {
      const answer = await wholeOutput(session)
      hasStatus(answer, 200)
      isSameBytes(answer.body, BYTES)
    }),
    guide(PAGE, 'length', 'The answer has a Content-Length.', async (session) => {
      hasHeader(await wholeOutput(session), 'content-length', String(SIZE))
    }),
    guide(PAGE, 'type', 'The Content-Type of an archive is application/octet-stream.', async (session) => {
      hasHeader(await wholeOutput(session), 'content-type', 'application/octet-stream')
    }),
    guide(PAGE, 'ranges', 'The answer says with Accept-Ranges that ranges are taken.', async (session) => {
      hasHeader(await wholeOutput(session), 'accept-ranges', 'bytes')
    }),
    guide(
      'api-archive-post',
      'description',
      'The answer has the description of the archive as it was uploaded.',
      async (session) => {
        hasHeader(await wholeOutput(session), 'x-amz-archive-description', DESCRIPTION)
      },
    ),
    guide(ALIGNED, 'hash', 'A whole archive has its tree hash.', async (session) => {
      hasHeader(await wholeOutput(session), 'x-amz-sha256-tree-hash', treeHash(BYTES))
    }),
    guide(PAGE, 'no-content-range', 'A whole output has no Content-Range.', async (session) => {
      const answer = await wholeOutput(session)
      hasStatus(answer, 200)
      hasHeader(answer, 'content-range', undefined)
    }),
    guide(PAGE, 'again', 'An output may be downloaded again.', async (session) => {
      await wholeOutput(session)
      isSameBytes((await outputOf(session, await whole(session))).body, BYTES)
    }),
    guide(PAGE, 'part', 'A Range is answered with 206 and its bytes.', async (session) => {
      const answer = await partOutput(session)
      hasStatus(answer, 206)
      isSameBytes(answer.body, BYTES.subarray(0, MIB))
    }),
    guide(
      PAGE,
      'part-range',
      'The Content-Range of a part has the size of the whole output.',
      async (session) => {
        hasHeader(await partOutput(session), 'content-range', `bytes 0-${MIB - 1}/${SIZE}`)
      },
    ),
    guide(PAGE, 'part-length', 'The Content-Length of a part is that of the part.', async (session) => {
      hasHeader(await partOutput(session), 'content-length', String(MIB))
    }),
    guide(
      PAGE,
      'part-of-mib',
      'A Range need not lie on MiB boundaries; then it has no tree hash.',
      async (session) => {
        const answer = await partOf(session, await whole(session), 0, [MIB - 3, MIB + 5])
        hasHeader(answer, 'x-amz-sha256-tree-hash', undefined)
      },
    ),
    guide(PAGE, 'tail', 'The output of a job for a range is that range.', async (session) => {
      const answer = await outputOf(session, await tail(session))
      hasStatus(answer, 200)
      isSameBytes(answer.body, BYTES.subarray(4 * MIB))
    }),
    guide(
      ALIGNED,
      'tail-hash',
      'The output of a job for an aligned range has the tree hash of the range.',
      async (session) => {
        hasHeader(
          await outputOf(session, await tail(session)),
          'x-amz-sha256-tree-hash',
          treeHash(BYTES.subarray(4 * MIB)),
        )
      },
    ),
    guide(
      PAGE,
      'tail-part',
      'A Range counts from the start of the range that was retrieved.',
      async (session) => {
        await partOf(session, await tail(session), 4 * MIB, [0, MIB])
      },
    ),
    guide(
      ALIGNED,
      'tail-part-hash',
      'An aligned Range of an aligned range has a tree hash.',
      async (session) => {
        const answer = await partOf(session, await tail(session), 4 * MIB, [0, 2 * MIB])
        hasHeader(answer, 'x-amz-sha256-tree-hash', treeHash(BYTES.subarray(4 * MIB, 6 * MIB)))
      },
    ),
    guide(
      ALIGNED,
      'crooked',
      'A job for a range that is not aligned has its bytes, but no tree hash.',
      async (session) => {
        const answer = await outputOf(session, await crooked(session))
        hasStatus(answer, 200)
        isSameBytes(answer.body, BYTES.subarray(MIB, 3 * MIB))
        hasHeader(answer, 'x-amz-sha256-tree-hash', undefined)
      },
    ),
    guide(ALIGNED, 'crooked-part', 'Nor has any Range of it a tree hash.', async (session) => {
      const answer = await partOf(session, await crooked(session), MIB, [0, MIB])
      hasHeader(answer, 'x-amz-sha256-tree-hash', undefined)
    }),
    guide(
      'api-GlacierJobDescription',
      'crooked-described',
      'SHA256TreeHash of a job for a range that is not aligned is null.',
      async (session) => {
        isEqual(
          'SHA256TreeHash',
          fieldsOf(await session.call('GET', await crooked(session))).SHA256TreeHash,
          null,
        )
      },
    ),
    thread(
      'boto/boto#2510',
      'beyond',
      'A Range that begins past the end is refused with 400 InvalidParameterValueException, not with 416.',
      async (session) => {
        isRefusal(await beyond(session), 400, 'InvalidParameterValueException')
      },
    ),
    thread(
      'boto/boto#2510',
      'beyond-text',
      'The refusal of a Range past the end names it.',
      async (session) => {
        const text = `The start of the range is larger than size of retrieved data: bytes=${SIZE}-${SIZE + 9}`
        hasMessage(await beyond(session), text)
      },
    ),
    guess(
      'RFC 2616 cuts such a range; the guide refers to it.',
      'cut',
      'A Range that ends past the end is cut.',
      async (session) => {
        const answer = await outputOf(session, await whole(session), `bytes=${SIZE - 10}-${SIZE + 9}`)
        hasStatus(answer, 206)
        hasHeader(answer, 'content-range', `bytes ${SIZE - 10}-${SIZE - 1}/${SIZE}`)
      },
    ),
    ...Object.entries(MALFORMED).map(([kind, range]) =>
      thread(
        'boto/boto3#2077',
        `malformed-${kind}`,
        `The malformed Range "${range}" is ignored.`,
        async (session) => {
          hasStatus(await outputOf(session, await whole(session), range), 200)
        },
      ),
    ),
    invalid(PAGE, 'too-early', 'The output of a job that is in progress', async (session) =>
      outputOf(session, await inProgress(session)),
    ),
    thread(
      'MoriTanosuke/glacieruploader#61',
      'too-early-text',
      'The refusal of the output of a job that is in progress names the job.',
      async (session) => {
        const job = await inProgress(session)
        const text = `The job is not currently available for download: ${idOf(job)}`
        hasMessage(await outputOf(session, job), text)
      },
    ),
    guide(
      'api-archive-delete',
      'archive-deleted',
      'The output of a job that is done stays when its archive is deleted.',
      async (session) => {
        const path = await vault(session)
        const ArchiveId = await storedArchive(session, path, HELLO)
        const job = await finishedJob(session, path, { Type: 'archive-retrieval', ArchiveId })
        hasStatus(await session.call('DELETE', `${path}/archives/${ArchiveId}`), 204)
        const answer = await outputOf(session, job)
        hasStatus(answer, 200)
        isSameBytes(answer.body, HELLO)
      },
    ),
  ],
}
