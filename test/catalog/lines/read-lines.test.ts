import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readLines } from '../../../lib/catalog/lines/read-lines.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'

/** The largest text that V8 collects with other new objects; a larger one stays for as long as there is memory. */
const MAX_ORDINARY_CHARACTERS = 131_072

t.test('lines are read in blocks of whole lines, whose texts are ordinary objects', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const lines = Array.from(
    { length: 3000 },
    (_, i) => `{"type":"archive","archiveId":"${i}${'x'.repeat(i)}"}\n`,
  )
  await writeFile(path, lines.join(''))
  const texts: string[] = []
  for await (const { text } of readLines(path, systemFiles)) texts.push(text)
  t.equal(texts.join(''), lines.join(''))
  t.ok(texts.every((text) => text.endsWith('\n') && text.length < MAX_ORDINARY_CHARACTERS))
  t.ok(texts.length > 30)
})
