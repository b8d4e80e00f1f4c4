import { spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../lib/sizes.js'
import { ended, environmentWithoutCoverage, start } from '../helpers/command.js'
import { writeLongCatalog } from '../helpers/long-catalog.js'
import { recordScale } from '../helpers/scale-figures.js'

// A catalog of ten million lines, 4 GiB, which has three million archives. Each question to it is a process of its own, so
// that its memory can be measured. It runs the built modules.

const LINES = Number(process.env.SCALE_LINES ?? 10_000_000)

const PRELUDE = `
  const { argv: [, file, name, id] } = process
  const load = (path) => import(new URL(path, process.env.DIST))
  const { Catalog } = await load('catalog/catalog.js')
  const { listingOf } = await load('catalog/queries/listing.js')
  const { selectableIn, selectArchive } = await load('catalog/queries/select-archive.js')
  const { unfinishedUploadsIn } = await load('catalog/unfinished-uploads.js')
  const place = { vaultName: 'backups', address: { region: 'eu-west-1' } }
  const selected = async (text) => {
    const { result, archiveId, matches } = selectArchive(text, await selectableIn(file, [text]), place)
    return { result, archiveId, count: matches.length }
  }
`

/** The questions, and the maximum memory of the process that answers each. */
const QUESTIONS = {
  append: {
    maxBytes: 128 * MIB,
    script: `
      const catalog = await Catalog.open(file)
      const record = { type: 'deleted', time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'other' }
      for (let i = 0; i < 100; i++) await catalog.append({ ...record, archiveId: 'x' + i })
      await catalog.close()
      print({})`,
  },
  unfinished: { maxBytes: 384 * MIB, script: 'print({ count: (await unfinishedUploadsIn(file)).length })' },
  list: {
    maxBytes: 1024 * MIB,
    script: `
      let count = 0
      for await (const block of (await listingOf(file)).blocks) count += block.length
      print({ count })`,
  },
  'select a name': { maxBytes: 1536 * MIB, script: 'print(await selected(name))' },
  'select an ID by its beginning': { maxBytes: 1536 * MIB, script: 'print(await selected(id.slice(0, 12)))' },
} as const

interface Answer {
  readonly result?: string
  readonly archiveId?: string
  readonly count?: number
  readonly seconds: number
  readonly peakBytes: number
}

/** Runs a script in a process of its own; what it prints, with its time and its maximum memory. */
async function ask(script: string, args: readonly string[]): Promise<Answer> {
  const print = `const print = (found) => console.log(JSON.stringify({ ...found,
    seconds: performance.now() / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }))`
  const env = { ...environmentWithoutCoverage(), DIST: new URL('../../dist/', import.meta.url).href }
  const code = `${PRELUDE}\n${print}\n${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, ...args], { env, stdio: 'pipe' })
  const { code: exitCode, stdout, stderr } = await ended(child)
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout.toString()) as Answer
}

t.test(`a catalog of ${LINES} lines is opened, searched and listed in bounded memory`, async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  const { lines, entries, unfinished, middle } = await writeLongCatalog(file, LINES)
  t.ok(lines >= LINES)
  const answers: Record<string, Answer> = {}
  for (const [name, { script, maxBytes }] of Object.entries(QUESTIONS)) {
    const answer = await ask(script, [file, middle.name, middle.id])
    answers[name] = answer
    t.comment(`${name}: ${answer.seconds.toFixed(1)} s, ${Math.round(answer.peakBytes / MIB)} MiB`)
    t.ok(answer.peakBytes < maxBytes, `${name}: ${answer.peakBytes} bytes`)
  }
  t.equal(answers.unfinished?.count, unfinished)
  t.equal(answers.list?.count, entries)
  t.match(answers['select a name'], { result: 'found' })
  t.match(answers['select an ID by its beginning'], { result: 'found', archiveId: middle.id, count: 1 })

  const listed = await ended(start(['ls', 'backups', '--name', middle.name, '--catalog', file]))
  t.equal(listed.code, 0, listed.stderr)
  t.equal(listed.stdout.toString().split('\n').length - 1, answers['select a name']?.count)
  const figures = Object.entries(answers).map(([name, { seconds, peakBytes }]) => [
    name,
    `${seconds.toFixed(1)} s, peak ${Math.round(peakBytes / MIB)} MiB`,
  ])
  await recordScale(
    `a catalog of ${lines.toLocaleString('en')} lines`,
    'test/slow/scale-catalog.test.ts',
    Object.fromEntries(figures) as Record<string, string>,
  )
})
