/** InitiateMultipartUpload, AbortMultipartUpload and ListMultipartUploads. */
import { guide, thread, type Group } from '../assertion.js'
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
import { invalid, missing, unknown } from '../refusals.js'
import { DATE, HELLO, UNKNOWN_ID } from '../samples.js'
import { accountOf, arnOf, pathOf, step, vaultName, vaultStep, type Session } from '../session.js'
import {
  begunUpload,
  completeUpload,
  idOf,
  initiateUpload,
  segment,
  sentParts,
  uploadPart,
} from '../stored.js'
import { MIB } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const INITIATE = 'api-multipart-initiate-upload'
const ABORT = 'api-multipart-abort-upload'
const LIST = 'api-multipart-list-uploads'

const GOOD_SIZES = [MIB, 2 * MIB, 8 * MIB, 2 ** 30, 2 ** 32]
const BAD_SIZES = [0, 1, MIB - 1, MIB + 1, 3 * MIB, 2 ** 33, -MIB]

const vault = vaultStep('uploads')
const listVault = vaultStep('uploads-list')
const emptyVault = vaultStep('uploads-none')
const begun = step('a multipart upload', async (session) => {
  const answer = await initiateUpload(session, await vault(session), { 'x-amz-part-size': String(MIB) })
  hasStatus(answer, 201)
  return answer
})
const aborted = step('an aborted upload', async (session) => {
  const upload = await begunUpload(session, await vault(session), MIB)
  hasStatus(await session.call('DELETE', upload), 204)
  return upload
})
const five = step('five uploads', async (session) => {
  const path = await listVault(session)
  const ids: string[] = []
  for (let i = 0; i < 5; i++) {
    ids.push(idOf(await begunUpload(session, path, 4 * MIB, i === 0 ? undefined : `upload ${i}`)))
  }
  return ids
})

async function sized(session: Session, size: string | undefined): Promise<Answer> {
  return initiateUpload(session, await vault(session), { 'x-amz-part-size': size })
}

async function listed(session: Session, query = ''): Promise<Answer> {
  await five(session)
  const answer = await session.call('GET', `${await listVault(session)}/multipart-uploads${query}`)
  hasStatus(answer, 200)
  return answer
}

/** The IDs in all pages of two uploads, page by page. */
const pages = step('all pages of ListMultipartUploads', async (session) => {
  const found: unknown[][] = []
  let marker: unknown = ''
  for (let page = 0; typeof marker === 'string' && page < 10; page++) {
    const answer = await listed(session, `?limit=2&marker=${encodeURIComponent(marker)}`)
    found.push(rowsOf(answer, 'UploadsList').map((row) => row.MultipartUploadId))
    marker = fieldsOf(answer).Marker
  }
  return found
})

/** Multipart uploads as a whole. */
export const uploads: Group = {
  name: 'uploads',
  title: 'InitiateMultipartUpload, AbortMultipartUpload, ListMultipartUploads',
  assertions: [
    guide(
      INITIATE,
      'id',
      'The answer has the upload ID, which is also the end of its Location.',
      async (session) => {
        const answer = await begun(session)
        const id = segment(neededHeader(answer, 'x-amz-multipart-upload-id'))
        const path = `/${await accountOf(session)}/vaults/${vaultName(session, 'uploads')}`
        hasHeader(answer, 'location', `${path}/multipart-uploads/${id}`)
      },
    ),
    ...GOOD_SIZES.map((size) =>
      guide(INITIATE, `size-${size}`, `A part size of ${size} bytes is accepted.`, async (session) => {
        hasStatus(await sized(session, String(size)), 201)
      }),
    ),
    ...BAD_SIZES.map((size) =>
      invalid(INITIATE, `size-${size}`, `A part size of ${size} bytes`, async (session) =>
        sized(session, String(size)),
      ),
    ),
    invalid(INITIATE, 'size-text', 'A part size that is not a number', async (session) =>
      sized(session, '1MiB'),
    ),
    missing(INITIATE, 'no-size', 'An upload without x-amz-part-size', async (session) =>
      sized(session, undefined),
    ),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#58',
      'size-text-of-refusal',
      'The refusal of a part size names it and says what it must be.',
      async (session) => {
        const text =
          'Invalid part size: 1048577. Part size must not be null, must be a power of two ' +
          'and be between 1048576 and 4294967296 bytes.'
        hasMessage(await sized(session, '1048577'), text)
      },
    ),
    invalid(INITIATE, 'description-1025', 'A description of 1,025 characters', async (session) =>
      initiateUpload(session, await vault(session), {
        'x-amz-part-size': String(MIB),
        'x-amz-archive-description': 'x'.repeat(1025),
      }),
    ),
    unknown('api-error-responses', 'no-vault', 'An upload to a vault that is not there', async (session) =>
      session.send({
        method: 'POST',
        target: `${pathOf(vaultName(session, 'absent'))}/multipart-uploads`,
        headers: { 'x-amz-part-size': String(MIB) },
      }),
    ),
    guide(ABORT, 'abort', 'Aborting an upload answers 204.', aborted),
    guide(ABORT, 'abort-again', 'Aborting it again, a short time later, answers 204.', async (session) => {
      hasStatus(await session.call('DELETE', await aborted(session)), 204)
    }),
    unknown(ABORT, 'abort-part', 'A part of an aborted upload', async (session) =>
      uploadPart(session, await aborted(session), 0, HELLO),
    ),
    unknown(ABORT, 'abort-list', 'ListParts of an aborted upload', async (session) =>
      session.call('GET', await aborted(session)),
    ),
    unknown(ABORT, 'abort-complete', 'Completing an aborted upload', async (session) =>
      completeUpload(session, await aborted(session), HELLO),
    ),
    guide(
      ABORT,
      'abort-completed',
      'Aborting a completed upload is refused with a status of 4xx.',
      async (session) => {
        const upload = await begunUpload(session, await vault(session), MIB)
        await sentParts(session, upload, MIB, [HELLO])
        hasStatus(await completeUpload(session, upload, HELLO), 201)
        const { status } = await session.call('DELETE', upload)
        isTrue('a status of 4xx', status >= 400 && status < 500, status)
      },
    ),
    unknown('api-error-responses', 'unknown', 'Aborting an upload that never was', async (session) =>
      session.call('DELETE', `${await vault(session)}/multipart-uploads/${UNKNOWN_ID}`),
    ),
    guide(LIST, 'list', 'Every upload that is open is in the list, once.', async (session) => {
      const found = rowsOf(await listed(session), 'UploadsList').map((row) => row.MultipartUploadId)
      isEqual('IDs', found.sort(), [...(await five(session))].sort())
    }),
    guide(
      LIST,
      'row',
      'A row has the part size, the description, the ARN and the date of an upload.',
      async (session) => {
        const [, id] = await five(session)
        const row = rowsOf(await listed(session), 'UploadsList').find((it) => it.MultipartUploadId === id)
        isEqual('PartSizeInBytes', row?.PartSizeInBytes, 4 * MIB)
        isEqual('ArchiveDescription', row?.ArchiveDescription, 'upload 1')
        isEqual('VaultARN', row?.VaultARN, await arnOf(session, await listVault(session)))
        isText('CreationDate', row?.CreationDate, DATE)
      },
    ),
    guide(LIST, 'no-description', 'The description of an upload that has none is null.', async (session) => {
      const [id] = await five(session)
      const row = rowsOf(await listed(session), 'UploadsList').find((it) => it.MultipartUploadId === id)
      isEqual('ArchiveDescription', row?.ArchiveDescription, null)
    }),
    guide(LIST, 'limit', 'A page never has more uploads than the limit.', async (session) => {
      isEqual(
        'rows',
        (await pages(session)).map((page) => page.length),
        [2, 2, 1],
      )
    }),
    guide(LIST, 'pages', 'The pages have every upload, once.', async (session) => {
      isEqual('IDs', (await pages(session)).flat().sort(), [...(await five(session))].sort())
    }),
    guide(LIST, 'marker-null', 'The marker of the only page is null.', async (session) => {
      isEqual('Marker', fieldsOf(await listed(session)).Marker, null)
    }),
    guide(LIST, 'gone', 'An upload that was aborted is not in the list.', async (session) => {
      const gone = idOf(await aborted(session))
      const answer = await session.call('GET', `${await vault(session)}/multipart-uploads`)
      const found = rowsOf(answer, 'UploadsList').map((row) => row.MultipartUploadId)
      isTrue(`a list without ${gone}`, !found.includes(gone), found)
    }),
    ...['0', '-1', 'many'].map((limit) =>
      invalid(LIST, `limit-${limit}`, `A limit of ${limit}`, async (session) =>
        session.call('GET', `${await listVault(session)}/multipart-uploads?limit=${limit}`),
      ),
    ),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#69',
      'limit-1000',
      'A limit of 1000 is taken as the maximum.',
      async (session) => {
        hasStatus(await listed(session, '?limit=1000'), 200)
      },
    ),
    guide(
      'api-error-responses',
      'list-empty',
      'The list of a vault without uploads is empty.',
      async (session) => {
        const answer = await session.call('GET', `${await emptyVault(session)}/multipart-uploads`)
        hasStatus(answer, 200)
        isEqual('body', fieldsOf(answer), { Marker: null, UploadsList: [] })
      },
    ),
    guide(
      'api-error-responses',
      'unknown-code',
      'An upload ID that never was is refused with 404 ResourceNotFoundException.',
      async (session) => {
        const answer = await session.call('GET', `${await vault(session)}/multipart-uploads/${UNKNOWN_ID}`)
        isRefusal(answer, 404, 'ResourceNotFoundException')
      },
    ),
  ],
}
