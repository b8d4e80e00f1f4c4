/** UploadArchive and DeleteArchive. */
import { guess, guide, thread, type Group } from '../assertion.js'
import { hasHeader, hasMessage, hasStatus, isRefusal, isTrue, neededHeader } from '../expectations.js'
import { invalid, missing, namesBothHashes, unknown } from '../refusals.js'
import { HELLO, HELLO_HASH, UNKNOWN_ARCHIVE_ID } from '../samples.js'
import { accountOf, pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import { segment, storedArchive, uploadArchive, type Headers } from '../stored.js'
import { hashHeaders, sha256 } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const POST = 'api-archive-post'
const DELETE = 'api-archive-delete'

const vault = vaultStep('archives')
const other = vaultStep('archives-other')
const uploaded = step('an archive', async (session) => {
  const answer = await uploadArchive(session, await vault(session), HELLO)
  hasStatus(answer, 201)
  return answer
})
const deleted = step('a deleted archive', async (session) => {
  const path = await vault(session)
  const archive = `${path}/archives/${await storedArchive(session, path, HELLO)}`
  hasStatus(await session.call('DELETE', archive), 204)
  return archive
})
const wrongTreeHash = step('an upload with a wrong tree hash', async (session) =>
  hello(session, { 'x-amz-sha256-tree-hash': sha256('other') }),
)
const wrongLinearHash = step('an upload with a wrong SHA-256', async (session) =>
  hello(session, { 'x-amz-content-sha256': sha256('other') }),
)

async function hello(session: Session, headers: Headers): Promise<Answer> {
  return uploadArchive(session, await vault(session), HELLO, headers)
}

async function described(session: Session, description: string): Promise<Answer> {
  return hello(session, { 'x-amz-archive-description': description })
}

/** Archives in one request. */
export const archives: Group = {
  name: 'archives',
  title: 'UploadArchive, DeleteArchive',
  assertions: [
    guide(
      POST,
      'id',
      'The answer has the ID of the archive, which is also the end of its Location.',
      async (session) => {
        const answer = await uploaded(session)
        const id = segment(neededHeader(answer, 'x-amz-archive-id'))
        const location = `/${await accountOf(session)}/vaults/${vaultName(session, 'archives')}/archives/${id}`
        hasHeader(answer, 'location', location)
      },
    ),
    guide(POST, 'hash', 'The answer has the tree hash of the archive.', async (session) => {
      hasHeader(await uploaded(session), 'x-amz-sha256-tree-hash', HELLO_HASH)
    }),
    guide('working-with-archives', 'id-length', 'An archive ID is 138 bytes long.', async (session) => {
      hasHeader(await uploaded(session), 'x-amz-archive-id', /^.{138}$/)
    }),
    guess(
      'An ID is opaque; all that were published have these characters.',
      'id-form',
      'An archive ID has the characters of base64url.',
      async (session) => {
        hasHeader(await uploaded(session), 'x-amz-archive-id', /^[\w-]+$/)
      },
    ),
    guide(
      POST,
      'same-bytes',
      'The same bytes again are another archive with another ID.',
      async (session) => {
        const first = neededHeader(await uploaded(session), 'x-amz-archive-id')
        const second = neededHeader(await hello(session, {}), 'x-amz-archive-id')
        isTrue('another archive ID', first !== second, second)
      },
    ),
    guide(POST, 'one-byte', 'An archive may have one byte.', async (session) => {
      hasStatus(await uploadArchive(session, await vault(session), Buffer.from('x')), 201)
    }),
    invalid('uploading-an-archive', 'no-bytes', 'An archive of no bytes', async (session) =>
      uploadArchive(session, await vault(session), Buffer.alloc(0)),
    ),
    thread(
      'boto/boto#1082',
      'no-bytes-text',
      'The refusal of an archive of no bytes names the Content-Length.',
      async (session) => {
        const answer = await uploadArchive(session, await vault(session), Buffer.alloc(0))
        hasMessage(answer, 'Invalid Content-Length: 0')
      },
    ),
    missing(POST, 'no-tree-hash', 'An upload without x-amz-sha256-tree-hash', async (session) =>
      hello(session, { 'x-amz-sha256-tree-hash': undefined }),
    ),
    missing(POST, 'no-linear-hash', 'An upload without x-amz-content-sha256', async (session) =>
      hello(session, { 'x-amz-content-sha256': undefined }),
    ),
    guess(
      'The guide requires the header and does not say with which code its absence is refused; a 411 is possible.',
      'no-length',
      'An upload without Content-Length is refused with 400 or 411.',
      async (session) => {
        const answer = await hello(session, { 'content-length': undefined, 'transfer-encoding': 'chunked' })
        if (answer.status !== 411) hasStatus(answer, 400)
      },
    ),
    invalid(POST, 'wrong-tree-hash', 'An upload whose tree hash is that of other bytes', wrongTreeHash),
    namesBothHashes(wrongTreeHash),
    guide(
      'api-upload-part',
      'wrong-linear-hash',
      'An upload whose SHA-256 is that of other bytes is refused with 403 InvalidSignatureException: it is part of the authorization.',
      async (session) => {
        isRefusal(await wrongLinearHash(session), 403, 'InvalidSignatureException')
      },
    ),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#111',
      'wrong-linear-hash-text',
      'The refusal of a wrong SHA-256 has both digests.',
      async (session) => {
        const text =
          'The value passed in as x-amz-content-sha256 does not match the computed payload hash. ' +
          `Computed digest: ${HELLO_HASH} expected hash: ${sha256('other')}`
        hasMessage(await wrongLinearHash(session), text)
      },
    ),
    invalid(POST, 'tree-hash-form', 'An upload whose tree hash is not 64 hex digits', async (session) =>
      hello(session, { 'x-amz-sha256-tree-hash': 'none' }),
    ),
    guide(POST, 'description', 'A description may have 1,024 characters.', async (session) => {
      hasStatus(await described(session, 'x'.repeat(1024)), 201)
    }),
    guide(
      POST,
      'description-ascii',
      'A description may have every character from 0x20 to 0x7E.',
      async (session) => {
        const all = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('')
        hasStatus(await described(session, `a${all}a`), 201)
      },
    ),
    invalid(POST, 'description-1025', 'A description of 1,025 characters', async (session) =>
      described(session, 'x'.repeat(1025)),
    ),
    invalid(POST, 'description-tab', 'A description with a tab', async (session) =>
      described(session, 'a\tb'),
    ),
    thread(
      'fog/fog#1202',
      'description-utf8',
      'A description beyond ASCII is refused with 400 or 403: its signature never holds.',
      async (session) => {
        const answer = await described(session, 'gr\u00fcn')
        if (answer.status !== 403) hasStatus(answer, 400)
      },
    ),
    unknown('api-error-responses', 'no-vault', 'An upload to a vault that is not there', async (session) =>
      session.send({
        method: 'POST',
        target: `${pathOf(vaultName(session, 'absent'))}/archives`,
        headers: hashHeaders(HELLO),
        body: HELLO,
      }),
    ),
    guide(DELETE, 'delete', 'Deleting an archive answers 204.', deleted),
    guide(
      DELETE,
      'delete-again',
      'Deleting an archive that is deleted already answers 204.',
      async (session) => {
        hasStatus(await session.call('DELETE', await deleted(session)), 204)
      },
    ),
    unknown(
      'api-error-responses',
      'delete-no-vault',
      'Deleting an archive of a vault that is not there',
      async (session) =>
        session.call('DELETE', `${pathOf(vaultName(session, 'absent'))}/archives/${UNKNOWN_ARCHIVE_ID}`),
    ),
    guess(
      'The guide speaks of archives that were deleted, not of IDs that never were.',
      'delete-form',
      'Deleting an archive with an ID of a wrong form is refused with 400 or 404.',
      async (session) => {
        const answer = await session.call('DELETE', `${await vault(session)}/archives/x`)
        if (answer.status !== 404) hasStatus(answer, 400)
      },
    ),
    thread(
      'vsespb/mt-aws-glacier#44',
      'delete-other-vault',
      'Deleting an archive of another vault is refused with 400 InvalidParameterValueException.',
      async (session) => {
        const id = neededHeader(await uploaded(session), 'x-amz-archive-id')
        const answer = await session.call('DELETE', `${await other(session)}/archives/${segment(id)}`)
        isRefusal(answer, 400, 'InvalidParameterValueException')
      },
    ),
    guide(
      'api-initiate-job-post',
      'deleted-job',
      'A job for an archive that was deleted is refused with 404, or starts and fails.',
      async (session) => {
        const id = (await deleted(session)).replace(/.*\//, '')
        const order = { Type: 'archive-retrieval', ArchiveId: id }
        const answer = await session.post('POST', `${await vault(session)}/jobs`, order)
        if (answer.status !== 202) isRefusal(answer, 404, 'ResourceNotFoundException')
      },
    ),
  ],
}
