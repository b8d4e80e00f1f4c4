import { readFile } from 'node:fs/promises'
import t from 'tap'

interface Survivor {
  readonly file: string
  readonly code: string
  readonly replacement: string
  readonly count?: number
  readonly reason: string
}

async function readJson(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(name, import.meta.url), 'utf8'))
}

t.test('each surviving mutant on the list is of code that still exists, and has a reason', async (t) => {
  const survivors = (await readJson('survivors.json')) as Survivor[]
  for (const { file, code, replacement, count = 1, reason } of survivors) {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
    t.ok(source.split(code).length > count, `${file}: ${code}`)
    t.not(replacement, code)
    t.match(reason, /^[A-Z].*\.$/, 'the reason is a sentence')
  }
})

t.test('nine of ten mutants are found in each folder', async (t) => {
  const scores = (await readJson('scores.json')) as Record<string, { mutants: number; score: number }>
  for (const [folder, { mutants, score }] of Object.entries(scores)) {
    t.ok(mutants > 0 && score >= 90, `${folder}: ${score} %`)
  }
})
