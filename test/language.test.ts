import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const lib = fileURLToPath(new URL('../lib/', import.meta.url))

interface Phrase {
  readonly pattern: RegExp
  /** The words to write instead. */
  readonly better: string
  /** A line with the phrase, by which the pattern is tested. */
  readonly example: string
}

/** Phrases that a newcomer has to read twice, or that give one thing two names. */
const PHRASES: readonly Phrase[] = [
  {
    pattern: /^(?:\/\*\*|\*|\/\/) What\b/,
    better: 'name the thing',
    example: '/** What of it; default all. */',
  },
  {
    pattern: /\bthere is none\b|\bthat is none\b|\bis none of (?:the|a)\b/i,
    better: 'say what does not exist',
    example: '/** The job; started if there is none. */',
  },
  {
    pattern: /\b(?:go|goes|went|going) on with\b/i,
    better: 'resume, continue',
    example: '// goes on with this upload',
  },
  {
    pattern: /\bat the (?:most|least)\b/i,
    better: 'at most, at least',
    example: '* Two are held at the most.',
  },
  { pattern: /\bhow dear\b|\bdearer\b/i, better: 'cost', example: '/** How fast, and how dear. */' },
  {
    pattern: /\b(?:whoever|nobody)\b/i,
    better: 'name the process, request or person',
    example: '// nobody waits',
  },
  { pattern: /\banew\b/i, better: 'again', example: '// each attempt is signed anew' },
  {
    pattern: /\b(?:is|are|was|were) answered\b/i,
    better: 'response',
    example: '* A write is answered with false.',
  },
  {
    pattern: /\b(?:can(?:not)?|be) (?:be )?told (?:from|apart)\b|\btells? \w+ apart\b/i,
    better: 'distinguish',
    example: '* they cannot be told from those of a running one',
  },
  {
    pattern: /\b(?:MOST_[A-Z]|[A-Z]+_MOST\b)|\bmost[A-Z]\w*: number/,
    better: 'MAX_, max',
    example: 'const MOST_ROWS = 50',
  },
  {
    pattern: /[(,] ?it(?:: \w|\) =>|, )(?!.*[.;]$)/,
    better: 'name the parameter',
    example: 'uploads.filter((it) => it.open)',
  },
  {
    pattern: /\b(?:const|let|readonly) (?:asked|wanted|means|wholes|threads)\b/,
    better: 'requested, expected, context, hashThreads',
    example: 'const wanted = new Set(ids)',
  },
  { pattern: /\b[Ww]holes\b/, better: 'whole archives', example: '/** The wholes of a set. */' },
]

function isFound({ pattern }: Phrase, line: string): boolean {
  return pattern.test(line.trim())
}

t.test('comments, names and messages are free of phrases that mislead', async (t) => {
  for (const phrase of PHRASES) t.ok(isFound(phrase, phrase.example), phrase.example)
  let files = 0
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!entry.endsWith('.ts')) continue
    files++
    for (const [i, line] of (await readFile(join(lib, entry), 'utf8')).split('\n').entries()) {
      const found = PHRASES.find((phrase) => isFound(phrase, line))
      if (found) t.fail(`lib/${entry}:${i + 1} ${line.trim()} (better: ${found.better})`)
    }
  }
  t.ok(files > 300, 'the files were found')
})
