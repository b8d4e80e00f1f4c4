/** CompleteMultipartUpload: what it checks, and what it leaves open. */
import { guess, guide, thread, type Group } from '../assertion.js'
import {
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isTrue,
  neededHeader,
  rowsOf,
} from '../expectations.js'
import { invalid, missing, unknown } from '../refusals.js'
import { HELLO, HELLO_HASH, UNKNOWN_ID } from '../samples.js'
import { accountOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { begunUpload, completeUpload, idOf, segment, sentParts, uploadPart, type Headers } from '../stored.js'
import { MIB, numberedMebibytes, sha256, treeHash } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const PAGE = 'api-multipart-complete-upload'

/** Two whole parts and a short one. */
const BYTES = numberedMebibytes(2.25 * MIB)
const FIRST = BYTES.subarray(0, MIB)
const PARTS = [0, 1, 2].map((i) => BYTES.subarray(i * MIB, (i + 1) * MIB))

const vault = vaultStep('completion')

/** An upload with all its parts, last part first. */
async function ready(session: Session): Promise<string> {
  const upload = await begunUpload(session, await vault(session), MIB)
  for (const [index, part] of [...PARTS.entries()].reverse()) {
    hasStatus(await uploadPart(session, upload, index * MIB, part), 204)
  }
  return upload
}

const completed = step('a completed upload', async (session) => {
  const upload = await ready(session)
  const answer = await completeUpload(session, upload, BYTES)
  hasStatus(answer, 201)
  return { upload, answer }
})
const open = step('an upload with all its parts', ready)

/** Completes an upload with wrong headers: it stays open, so that one serves many assertions. */
async function wrong(session: Session, headers: Headers): Promise<Answer> {
  return completeUpload(session, await open(session), BYTES, headers)
}

const wrongHash = step('a completion with a wrong tree hash', async (session) =>
  wrong(session, { 'x-amz-sha256-tree-hash': sha256('other') }),
)
const gap = step('an upload whose first part is missing', async (session) => {
  const upload = await begunUpload(session, await vault(session), MIB)
  hasStatus(await uploadPart(session, upload, MIB, HELLO), 204)
  return upload
})
const shortMiddle = step('an upload with a short part in the middle', async (session) => {
  const upload = await begunUpload(session, await vault(session), MIB)
  await sentParts(session, upload, MIB, [HELLO, HELLO])
  return upload
})

/** Completions. */
export const completion: Group = {
  name: 'completion',
  title: 'CompleteMultipartUpload',
  assertions: [
    guide(
      PAGE,
      'id',
      'The answer has the ID of the archive, which is also the end of its Location.',
      async (session) => {
        const { answer } = await completed(session)
        const id = segment(neededHeader(answer, 'x-amz-archive-id'))
        const path = `/${await accountOf(session)}/vaults/${vaultName(session, 'completion')}`
        hasHeader(answer, 'location', `${path}/archives/${id}`)
      },
    ),
    guess(
      'The model maps the header, the guide does not show it.',
      'hash',
      'The answer has the tree hash of the archive.',
      async (session) => {
        hasHeader((await completed(session)).answer, 'x-amz-sha256-tree-hash', treeHash(BYTES))
      },
    ),
    guide(
      PAGE,
      'again',
      'Completing it again, a short time later, gives the same archive.',
      async (session) => {
        const { upload, answer } = await completed(session)
        const second = await completeUpload(session, upload, BYTES)
        hasStatus(second, 201)
        hasHeader(second, 'x-amz-archive-id', neededHeader(answer, 'x-amz-archive-id'))
      },
    ),
    guide(PAGE, 'not-listed', 'A completed upload is not in ListMultipartUploads.', async (session) => {
      const id = idOf((await completed(session)).upload)
      const answer = await session.call('GET', `${await vault(session)}/multipart-uploads`)
      const found = rowsOf(answer, 'UploadsList').map((row) => row.MultipartUploadId)
      isTrue(`a list without ${id}`, !found.includes(id), found)
    }),
    unknown(PAGE, 'no-parts-listed', 'ListParts of a completed upload', async (session) =>
      session.call('GET', (await completed(session)).upload),
    ),
    unknown(PAGE, 'no-more-parts', 'A part of a completed upload', async (session) =>
      uploadPart(session, (await completed(session)).upload, 0, HELLO),
    ),
    guide(
      PAGE,
      'one-short-part',
      'An archive may have one part that is shorter than the part size.',
      async (session) => {
        const upload = await begunUpload(session, await vault(session), MIB)
        await sentParts(session, upload, MIB, [HELLO])
        hasStatus(await completeUpload(session, upload, HELLO), 201)
      },
    ),
    guide(
      PAGE,
      'large-part-size',
      'An archive may have one part of an upload in parts of 4 GiB.',
      async (session) => {
        const upload = await begunUpload(session, await vault(session), 2 ** 32)
        await sentParts(session, upload, 2 ** 32, [HELLO])
        const answer = await completeUpload(session, upload, HELLO)
        hasStatus(answer, 201)
      },
    ),
    guide(
      PAGE,
      'replaced-part',
      'A part that was replaced is in the archive as it was sent last.',
      async (session) => {
        const upload = await begunUpload(session, await vault(session), MIB)
        await sentParts(session, upload, MIB, [Buffer.from('other'), HELLO])
        hasStatus(await uploadPart(session, upload, 0, FIRST), 204)
        const bytes = Buffer.concat([FIRST, HELLO])
        hasStatus(await completeUpload(session, upload, bytes), 201)
      },
    ),
    invalid(PAGE, 'wrong-hash', 'A completion with the tree hash of other bytes', wrongHash),
    thread(
      'aws/aws-sdk-go#3011',
      'wrong-hash-text',
      'The refusal of a wrong tree hash names it.',
      async (session) => {
        hasMessage(await wrongHash(session), `Invalid x-amz-sha256-tree-hash: ${sha256('other')}`)
      },
    ),
    invalid(
      PAGE,
      'linear-hash',
      'A completion with the SHA-256 of the archive as its tree hash',
      async (session) => wrong(session, { 'x-amz-sha256-tree-hash': sha256(BYTES) }),
    ),
    invalid(PAGE, 'too-large', 'A completion with a size that is too large by a byte', async (session) =>
      wrong(session, { 'x-amz-archive-size': String(BYTES.length + 1) }),
    ),
    invalid(PAGE, 'too-small', 'A completion with a size that is too small by a byte', async (session) =>
      wrong(session, { 'x-amz-archive-size': String(BYTES.length - 1) }),
    ),
    invalid(PAGE, 'size-text', 'A completion with a size that is not a number', async (session) =>
      wrong(session, { 'x-amz-archive-size': 'large' }),
    ),
    missing(PAGE, 'no-size', 'A completion without x-amz-archive-size', async (session) =>
      wrong(session, { 'x-amz-archive-size': undefined }),
    ),
    missing(PAGE, 'no-hash', 'A completion without x-amz-sha256-tree-hash', async (session) =>
      wrong(session, { 'x-amz-sha256-tree-hash': undefined }),
    ),
    invalid(PAGE, 'gap', 'A completion while the first part is missing', async (session) =>
      completeUpload(session, await gap(session), Buffer.concat([Buffer.alloc(MIB), HELLO])),
    ),
    invalid(
      PAGE,
      'gap-sum',
      'A completion with the sum of the parts while the first is missing',
      async (session) => completeUpload(session, await gap(session), HELLO),
    ),
    invalid(
      'api-upload-part',
      'short-middle',
      'A completion while a part in the middle is short',
      async (session) => completeUpload(session, await shortMiddle(session), Buffer.concat([HELLO, HELLO])),
    ),
    guide(
      'api-upload-part',
      'short-middle-repaired',
      'A short part in the middle may be sent again whole, and the upload completed.',
      async (session) => {
        const upload = await shortMiddle(session)
        const first = numberedMebibytes(MIB)
        hasStatus(await uploadPart(session, upload, 0, first), 204)
        hasStatus(await completeUpload(session, upload, Buffer.concat([first, HELLO])), 201)
      },
    ),
    invalid(PAGE, 'no-parts', 'A completion without any part', async (session) => {
      const upload = await begunUpload(session, await vault(session), MIB)
      return completeUpload(session, upload, HELLO)
    }),
    guide(PAGE, 'still-open', 'An upload whose completion was refused is still open.', async (session) => {
      await wrongHash(session)
      const answer = await session.call('GET', await open(session))
      hasStatus(answer, 200)
      isEqual(
        'parts',
        rowsOf(answer, 'Parts').map((row) => row.SHA256TreeHash),
        PARTS.map(treeHash),
      )
    }),
    guide(
      PAGE,
      'completed-later',
      'An upload whose completion was refused may be completed after all.',
      async (session) => {
        await wrongHash(session)
        hasStatus(await completeUpload(session, await open(session), BYTES), 201)
      },
    ),
    unknown('api-error-responses', 'no-upload', 'Completing an upload that never was', async (session) =>
      completeUpload(session, `${await vault(session)}/multipart-uploads/${UNKNOWN_ID}`, HELLO),
    ),
    guess(
      'The sandbox gsandbox has this text; no report of a user does.',
      'no-upload-text',
      'The refusal of an upload that never was names its ID.',
      async (session) => {
        const upload = `${await vault(session)}/multipart-uploads/${UNKNOWN_ID}`
        const answer = await completeUpload(session, upload, HELLO, { 'x-amz-sha256-tree-hash': HELLO_HASH })
        isRefusal(answer, 404, 'ResourceNotFoundException')
        hasMessage(answer, `The upload ID was not found: ${UNKNOWN_ID}`)
      },
    ),
  ],
}
