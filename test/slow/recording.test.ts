import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { COLUMNS, LABELS, recordDemo } from '../../tools/recording/demo.js'
import { svgOf } from '../../tools/recording/svg.js'
import { BIN } from '../helpers/command.js'
import { ROOT } from '../helpers/documents.js'
import { hasTerminals } from '../helpers/in-terminal.js'
import { pictureProblems } from '../helpers/pictures.js'

// npm run demo:svg writes docs/images/demo.svg by this test.

const skip = (await hasTerminals()) ? false : 'python3 is not installed'

t.test('the demo is recorded as a picture', { skip }, async (t) => {
  const frames = await recordDemo(t.testdir(), BIN)
  const svg = svgOf(frames, COLUMNS, LABELS)
  t.strictSame(pictureProblems(svg), [])
  const rows = frames.at(-1)?.rows.join('\n') ?? ''
  t.match(rows, /\$ glacier-pipe put .*\$ glacier-pipe ls .*photos\.tar +48\.\d MiB.*\nthe same bytes\n/s)
  t.ok(frames.filter(({ rows }) => rows.some((row) => /\d MiB\/s/.test(row))).length > 4, 'progress is seen')
  if (process.env.DEMO_ACCEPT) await writeFile(join(ROOT, 'docs/images/demo.svg'), svg)
})
