import t from 'tap'
import { memoryNote } from '../../../../../lib/cli/run/get/source/restore-plan.js'
import type { FoundObject } from '../../../../../lib/cli/run/objects/find-objects.js'
import { GIB, MIB } from '../../../../../lib/sizes.js'

function object(size: number, parts: number | undefined, metadata: Record<string, string> = {}): FoundObject {
  const facts = {
    ...{ size, etag: undefined, versionId: undefined, lastModified: undefined, restore: undefined, metadata },
    ...{ hash: { sha256: 'a'.repeat(64), parts }, storageClass: 'GLACIER', archiveStatus: undefined },
  }
  const address = { bucket: 'b-1', key: 'k' }
  return { address, archiveId: 's3://b-1/k', facts, hash: undefined }
}

t.test('the memory of large parts is noted, also of objects of other programs', (t) => {
  const large = /^Parts of 1\.00 GiB take up to 4\.00 GiB of memory/
  t.match(memoryNote([object(3, 1, { 'part-size': String(GIB) })], {}), large)
  t.match(memoryNote([object(5, undefined), object(GIB, undefined)], {}), large, 'stored in one request')
  t.match(memoryNote([object(10 * GIB, 10)], {}), large, 'of parts whose size is not stated')
  t.match(memoryNote([object(10 * GIB, 10, { 'part-size': '8388608' })], {}), large, 'stated wrongly')
  t.equal(memoryNote([object(GIB, undefined)], { memory: 4 * GIB }), undefined)
  for (const stated of ['', 'x', '1e999', '-1'])
    t.equal(memoryNote([object(64 * MIB, 8, { 'part-size': stated })], {}), undefined, stated)
  const unknown = object(GIB, undefined)
  t.equal(memoryNote([{ ...unknown, facts: { ...unknown.facts, hash: undefined } }], {}), undefined)
  t.end()
})
