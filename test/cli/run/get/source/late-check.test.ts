import t from 'tap'
import { isCheckedLate, lateNote } from '../../../../../lib/cli/run/get/source/late-check.js'
import type { FoundObject } from '../../../../../lib/cli/run/objects/find-objects.js'

const MD5 = '900150983cd24fb0d6963f7d28e17f72'
const COMPOSITE = Buffer.alloc(32, 1).toString('base64')

function object(
  etag: string,
  sha256?: string,
  size = 3,
  more: { readonly hash?: string; readonly metadata?: Record<string, string> } = {},
): FoundObject {
  const facts = {
    ...{ size, etag: `"${etag}"`, versionId: undefined, lastModified: undefined, restore: undefined },
    ...{ metadata: more.metadata ?? {}, storageClass: 'GLACIER', archiveStatus: undefined },
    hash: sha256 === undefined ? undefined : { sha256, parts: undefined },
  }
  const address = { bucket: 'b-1', key: 'k' }
  return { address, archiveId: 's3://b-1/k', facts, hash: more.hash }
}

t.test('only an object without SHA-256, whose ETag is an MD5, is checked late', (t) => {
  t.equal(isCheckedLate(object(MD5)), true)
  t.equal(isCheckedLate(object(MD5, 'a'.repeat(64))), false)
  t.equal(isCheckedLate(object(`${MD5}-2`)), false)
  t.equal(isCheckedLate(object(MD5, undefined, 0)), false, 'it has no bytes to verify')
  t.equal(isCheckedLate(object(MD5, undefined, 3, { hash: `${COMPOSITE}-2` })), false, 'it is another object')
  t.end()
})

t.test('the note names the hash by which an object that was sent in parts is verified', (t) => {
  const metadata = { 'part-size': '2' }
  const noteOf = (hash?: string): string | undefined =>
    lateNote([object(`${MD5}-2`, undefined, 3, { metadata, ...(hash !== undefined && { hash }) })], {
      output: 'f',
    })
  t.match(noteOf(), /by the MD5 of its parts that its ETag is\. The file/)
  t.match(noteOf(`${COMPOSITE}-2`), /by the SHA-256 that the catalog has\. The file/)
  t.match(noteOf(`${COMPOSITE}-3`), /by the MD5 of its parts/)
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
