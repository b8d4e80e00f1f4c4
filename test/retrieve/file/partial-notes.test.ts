import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { GLACIER_LIMITS } from '../../../lib/glacier/limits.js'
import { readNotes } from '../../../lib/retrieve/file/partial-notes.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { MIB } from '../../../lib/sizes.js'

t.test('notes of a gigabyte are not of this tool, and are not read', async (t) => {
  const path = join(t.testdir(), 'out.partial.ranges')
  const subject = { vaultName: 'docs', archiveIds: ['a'], rangeSize: MIB, file: null }
  await writeFile(path, `${JSON.stringify(subject)}\n`)
  t.match(await readNotes(path, GLACIER_LIMITS, systemFiles), { subject, ranges: [] })
  await truncate(path, 1_000_000_000) // zeros, which take no space on the disk
  t.equal(await readNotes(path, GLACIER_LIMITS, systemFiles), 'foreign')
})
