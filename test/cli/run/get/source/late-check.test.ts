import t from 'tap'
import { isCheckedLate, lateNote } from '../../../../../lib/cli/run/get/source/late-check.js'
import type { FoundObject } from '../../../../../lib/cli/run/objects/find-objects.js'

const MD5 = '900150983cd24fb0d6963f7d28e17f72'

function object(etag: string, sha256?: string, size = 3): FoundObject {
  const facts = {
    ...{ size, etag: `"${etag}"`, versionId: undefined, lastModified: undefined, restore: undefined },
    ...{ metadata: {}, storageClass: 'GLACIER', archiveStatus: undefined },
    hash: sha256 === undefined ? undefined : { sha256, parts: undefined },
  }
  const address = { bucket: 'b-1', key: 'k' }
  return { address, archiveId: 's3://b-1/k', facts, hash: undefined }
}

t.test('only an object without SHA-256, whose ETag is an MD5, is checked late', (t) => {
  t.equal(isCheckedLate(object(MD5)), true)
  t.equal(isCheckedLate(object(MD5, 'a'.repeat(64))), false)
  t.equal(isCheckedLate(object(`${MD5}-2`)), false)
  t.equal(isCheckedLate(object(MD5, undefined, 0)), false, 'it has no bytes to verify')
  t.end()
})

t.test('the note says when the bytes are verified, unless they are refused', (t) => {
  const late = [object(MD5, 'a'.repeat(64)), object(MD5)]
  t.match(lateNote(late, { output: 'f' }), /^s3:\/\/b-1\/k has no SHA-256 .* The file gets its name then\.$/)
  t.match(lateNote(late, { checkLate: true }), /If they are wrong, they have been output by then\.$/)
  t.match(lateNote(late, { output: '-', checkLate: true }), /they have been output by then\.$/)
  t.match(lateNote(late, { output: 'f', checkLate: true }), /a pipe or a device has got the bytes before\.$/)
  for (const options of [{}, { output: '-' }, { output: 'f', range: { start: 0, end: 1 } }])
    t.equal(lateNote(late, options), undefined)
  t.equal(lateNote(late.slice(0, 1), { output: 'f' }), undefined)
  t.end()
})
