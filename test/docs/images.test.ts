import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { spansOf } from '../../tools/recording/spans.js'
import { svgOf } from '../../tools/recording/svg.js'
import { ROOT, textOf } from '../helpers/documents.js'
import { pictureProblems } from '../helpers/pictures.js'

// The pictures of the documents. test/slow/recording.test.ts records the demo.

const frames = [
  { timeMs: 0, rows: ['$'] },
  { timeMs: 510, rows: ['$ a <b> & "c"'] },
  { timeMs: 1_020, rows: ['$ a <b> & "c"', '10 %'] },
  { timeMs: 1_990, rows: ['$ a <b> & "c"', '20 %'] },
  { timeMs: 2_010, rows: ['$ a <b> & "c"', '30 %'] },
  { timeMs: 3_000, rows: ['$ a <b> & "c"', 'done', '', '$'] },
]

t.test('each picture is XML of a small size, and shows nothing of the machine that made it', async (t) => {
  const names = (await readdir(join(ROOT, 'docs/images'))).filter((name) => name.endsWith('.svg'))
  t.ok(names.includes('demo.svg'))
  for (const name of names) t.strictSame(pictureProblems(await textOf(`docs/images/${name}`)), [], name)
  for (const wrong of [
    '<a>',
    '<a></b>',
    '<a>&x</a>',
    '<a b="1" b="2"/>',
    'text',
    `<a>${process.execPath}</a>`,
  ])
    t.ok(pictureProblems(wrong).length > 0, wrong)
  t.ok(pictureProblems(`<a>${'x'.repeat(40_000)}</a>`).length > 0)
})

t.test('a recording is cut into texts and their times', (t) => {
  t.strictSame(spansOf(frames), [
    { row: 0, text: '$', fromMs: 0, untilMs: 500 },
    { row: 0, text: '$ a <b> & "c"', fromMs: 500, untilMs: undefined },
    { row: 1, text: '10 %', fromMs: 1_000, untilMs: 2_000 },
    { row: 1, text: '30 %', fromMs: 2_000, untilMs: 3_000 },
    { row: 1, text: 'done', fromMs: 3_000, untilMs: undefined },
    { row: 3, text: '$', fromMs: 3_000, untilMs: undefined },
  ])
  t.end()
})

t.test('the picture without animation is the last frame', (t) => {
  const svg = svgOf(frames, 40, { title: 'a title', description: 'a description' })
  t.strictSame(pictureProblems(svg), [])
  const texts = [...svg.matchAll(/<text class="([^"]*)"[^>]*>(.*)<\/text>/g)]
  const shown = texts.filter(([, classes]) => !/\bgone\b/.test(String(classes)))
  t.strictSame(
    shown.map(([, , content]) => content?.replaceAll(/<\/?tspan[^>]*>/g, '').trim()),
    ['$ a &lt;b&gt; &amp; &quot;c&quot;', 'done', '$'],
  )
  t.match(svg, /\.gone \{ opacity: 0 \}\s+@media \(prefers-reduced-motion: no-preference\)/)
  t.match(svg, '@media (prefers-color-scheme: dark)')
  t.match(svg, '<title id="title">a title</title>')
  t.end()
})
