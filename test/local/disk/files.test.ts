import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readText } from '../../../lib/local/disk/files.js'

t.test('a text is read up to a size that no record has, and a device is not read', async (t) => {
  const path = join(t.testdir(), 'record.json')
  t.equal(await readText(path), undefined)
  await writeFile(path, '{"é":1}')
  t.equal(await readText(path), '{"é":1}')
  await truncate(path, 16_777_217)
  t.equal(await readText(path), '')
  if (process.platform !== 'win32') t.equal(await readText('/dev/zero'), '')
  await t.rejects(readText(join(path, '..')), { code: 'EISDIR' })
})
