/** UploadMultipartPart and ListParts. */
import { guess, guide, thread, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isText,
  rowsOf,
} from '../expectations.js'
import { invalid, missing, namesBothHashes, unknown } from '../refusals.js'
import { DATE, HELLO, HELLO_HASH, UNKNOWN_ID } from '../samples.js'
import { arnOf, step, vaultStep, type Session } from '../session.js'
import { begunUpload, idOf, uploadPart, type Headers } from '../stored.js'
import { MIB, numberedMebibytes, sha256, treeHash } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const PUT = 'api-upload-part'
const LIST = 'api-multipart-list-parts'
const COUNT = 55

const PART = numberedMebibytes(MIB)
const TWO = numberedMebibytes(2 * MIB)

const vault = vaultStep('parts')
const upload = step('a multipart upload', async (session) =>
  begunUpload(session, await vault(session), MIB, 'parts'),
)
const wide = step('an upload in parts of 2 MiB', async (session) =>
  begunUpload(session, await vault(session), 2 * MIB),
)
const whole = step('a part', async (session) => uploadPart(session, await wide(session), 0, TWO))
const wrongTreeHash = step('a part with a wrong tree hash', async (session) =>
  small(session, { 'x-amz-sha256-tree-hash': sha256('other') }),
)
const wrongLength = step('a part shorter than its range', async (session) =>
  small(session, { 'content-range': 'bytes 0-11/*' }),
)
const tooMany = step('part number 10,001', async (session) =>
  uploadPart(session, await upload(session), 10_000 * MIB, HELLO),
)

/** An upload with a few bytes for each of many parts, sent last part first, and the second one again. */
const many = step('many parts', async (session) => {
  const path = await begunUpload(session, await vault(session), MIB, 'many parts')
  for (let i = COUNT - 1; i >= 0; i--) {
    hasStatus(await uploadPart(session, path, i * MIB, Buffer.from(`part ${i}`)), 204)
  }
  hasStatus(await uploadPart(session, path, MIB, Buffer.from('other bytes')), 204)
  return path
})

async function small(session: Session, headers: Headers = {}): Promise<Answer> {
  return uploadPart(session, await upload(session), 0, HELLO, headers)
}

async function listed(session: Session, query = ''): Promise<Answer> {
  const answer = await session.call('GET', (await many(session)) + query)
  hasStatus(answer, 200)
  return answer
}

const BAD_RANGES: Readonly<Record<string, string>> = {
  equals: 'bytes=0-10/*',
  unit: '0-10/*',
  inverted: 'bytes 10-0/*',
  text: 'bytes a-b/*',
  open: 'bytes 0-/*',
}

/** Parts of multipart uploads. */
export const parts: Group = {
  name: 'parts',
  title: 'UploadMultipartPart, ListParts',
  assertions: [
    guide(PUT, 'hash', 'The answer has the tree hash of the part.', async (session) => {
      const answer = await whole(session)
      hasStatus(answer, 204)
      hasHeader(answer, 'x-amz-sha256-tree-hash', treeHash(TWO))
    }),
    guide(PUT, 'short', 'A part that is shorter than the part size is accepted.', async (session) => {
      hasStatus(await small(session), 204)
    }),
    guide(PUT, 'any-order', 'Parts may come in any order.', many),
    invalid(PUT, 'too-long', 'A part that is longer than the part size', async (session) =>
      uploadPart(session, await upload(session), 0, TWO),
    ),
    invalid(PUT, 'unaligned', 'A part that does not begin at a multiple of the part size', async (session) =>
      uploadPart(session, await wide(session), MIB, PART),
    ),
    invalid(PUT, 'unaligned-by-one', 'A part that begins a byte late', async (session) =>
      uploadPart(session, await upload(session), 1, HELLO),
    ),
    missing(PUT, 'no-range', 'A part without Content-Range', async (session) =>
      small(session, { 'content-range': undefined }),
    ),
    ...Object.entries(BAD_RANGES).map(([kind, range]) =>
      invalid(PUT, `range-${kind}`, `The Content-Range "${range}"`, async (session) =>
        small(session, { 'content-range': range }),
      ),
    ),
    guess(
      'RFC 2616 has this form, and tbumi/glacier-upload sends it.',
      'range-total',
      'A Content-Range with a total instead of "*" is accepted.',
      async (session) => {
        const path = await begunUpload(session, await vault(session), MIB)
        const headers = { 'content-range': `bytes 0-${HELLO.length - 1}/${HELLO.length}` }
        hasStatus(await uploadPart(session, path, 0, HELLO, headers), 204)
      },
    ),
    invalid(PUT, 'range-length', 'A part that is shorter than its range', wrongLength),
    thread(
      'aws/aws-cli#5027',
      'range-length-text',
      'The refusal of a part shorter than its range names both.',
      async (session) => {
        hasMessage(
          await wrongLength(session),
          'Content-Range: bytes 0-11/* is incompatible with Content-Length: 11',
        )
      },
    ),
    thread(
      'cagdasbas/glacier-rsync#3',
      'range-inverted-text',
      'The refusal of an inverted range names it.',
      async (session) => {
        const headers = { 'content-range': 'bytes 909994937-909994936/*' }
        hasMessage(await small(session, headers), 'Invalid Content-Range: bytes 909994937-909994936/*')
      },
    ),
    thread(
      'boto/boto#1478',
      'part-10001',
      'Part number 10,001 is refused with 400 InvalidParameterValueException.',
      async (session) => {
        isRefusal(await tooMany(session), 400, 'InvalidParameterValueException')
      },
    ),
    thread(
      'cagdasbas/glacier-rsync#2',
      'part-10001-text',
      'The refusal of part number 10,001 names the limit.',
      async (session) => {
        const text =
          'This is part number 10001 for the current multipart upload. It exceeds the limit of 10000 parts.'
        hasMessage(await tooMany(session), text)
      },
    ),
    guide('uploading-archive-mpu', 'part-10000', 'Part number 10,000 is accepted.', async (session) => {
      const path = await begunUpload(session, await vault(session), MIB)
      hasStatus(await uploadPart(session, path, 9999 * MIB, HELLO), 204)
    }),
    invalid(PUT, 'wrong-tree-hash', 'A part whose tree hash is that of other bytes', wrongTreeHash),
    namesBothHashes(wrongTreeHash),
    guide(
      PUT,
      'wrong-linear-hash',
      'A part whose SHA-256 is that of other bytes is refused with 403 InvalidSignatureException: it is part of the authorization.',
      async (session) => {
        const answer = await small(session, { 'x-amz-content-sha256': sha256('other') })
        isRefusal(answer, 403, 'InvalidSignatureException')
      },
    ),
    guide(
      PUT,
      'linear-as-tree',
      'The SHA-256 of a part of 2 MiB is refused as its tree hash with 400 InvalidParameterValueException.',
      async (session) => {
        const headers = { 'x-amz-sha256-tree-hash': sha256(TWO) }
        const answer = await uploadPart(session, await wide(session), 0, TWO, headers)
        isRefusal(answer, 400, 'InvalidParameterValueException')
      },
    ),
    missing(PUT, 'no-tree-hash', 'A part without x-amz-sha256-tree-hash', async (session) =>
      small(session, { 'x-amz-sha256-tree-hash': undefined }),
    ),
    missing(PUT, 'no-linear-hash', 'A part without x-amz-content-sha256', async (session) =>
      small(session, { 'x-amz-content-sha256': undefined }),
    ),
    guide(
      PUT,
      'refused-kept',
      'A part that was refused does not replace the one there is.',
      async (session) => {
        await small(session)
        await wrongTreeHash(session)
        const [row] = rowsOf(await session.call('GET', await upload(session)), 'Parts')
        isEqual('SHA256TreeHash', row?.SHA256TreeHash, HELLO_HASH)
      },
    ),
    unknown('api-error-responses', 'no-upload', 'A part of an upload that never was', async (session) =>
      uploadPart(session, `${await vault(session)}/multipart-uploads/${UNKNOWN_ID}`, 0, HELLO),
    ),
    guide(LIST, 'again', 'A part that is sent again replaces the one before.', async (session) => {
      const [, row] = rowsOf(await listed(session), 'Parts')
      isEqual('SHA256TreeHash', row?.SHA256TreeHash, sha256('other bytes'))
    }),
    guide(LIST, 'upload', 'ListParts describes the upload.', async (session) => {
      const fields = fieldsOf(await listed(session))
      isEqual('ArchiveDescription', fields.ArchiveDescription, 'many parts')
      isEqual('MultipartUploadId', fields.MultipartUploadId, idOf(await many(session)))
      isEqual('PartSizeInBytes', fields.PartSizeInBytes, MIB)
      isEqual('VaultARN', fields.VaultARN, await arnOf(session, await vault(session)))
      isText('CreationDate', fields.CreationDate, DATE)
    }),
    guide(
      LIST,
      'range-form',
      'RangeInBytes is the first and the last byte, without "bytes".',
      async (session) => {
        const [row] = rowsOf(await listed(session), 'Parts')
        isEqual('RangeInBytes', row?.RangeInBytes, '0-5')
      },
    ),
    guide(LIST, 'order', 'Parts are sorted by their range, as numbers.', async (session) => {
      const starts = rowsOf(await listed(session), 'Parts').map((row) =>
        Number.parseInt(String(row.RangeInBytes)),
      )
      isEqual(
        'starts',
        starts,
        [...starts].sort((a, b) => a - b),
      )
    }),
    guide(LIST, 'default', 'A page has 50 parts at the most.', async (session) => {
      isEqual('rows', rowsOf(await listed(session), 'Parts').length, 50)
    }),
    thread(
      'uskudnik/amazon-glacier-cmd-interface#69',
      'limit-1000',
      'A limit of 1000 is taken as 50.',
      async (session) => {
        isEqual('rows', rowsOf(await listed(session, '?limit=1000'), 'Parts').length, 50)
      },
    ),
    guide(
      LIST,
      'pages',
      'The marker of a page leads to the rest, and that of the last is null.',
      async (session) => {
        const first = await listed(session)
        const marker = encodeURIComponent(String(fieldsOf(first).Marker))
        const second = await listed(session, `?marker=${marker}`)
        const rows = [...rowsOf(first, 'Parts'), ...rowsOf(second, 'Parts')]
        const expected = Array.from({ length: COUNT }, (_, i) => String(i * MIB))
        isEqual(
          'starts',
          rows.map((row) => String(row.RangeInBytes).replace(/-.*/, '')),
          expected,
        )
        isEqual('Marker', fieldsOf(second).Marker, null)
      },
    ),
    guide(LIST, 'limit', 'A limit of 3 gives three parts.', async (session) => {
      isEqual('rows', rowsOf(await listed(session, '?limit=3'), 'Parts').length, 3)
    }),
    ...['0', 'many'].map((limit) =>
      invalid(LIST, `limit-${limit}`, `A limit of ${limit}`, async (session) =>
        session.call('GET', `${await many(session)}?limit=${limit}`),
      ),
    ),
  ],
}
