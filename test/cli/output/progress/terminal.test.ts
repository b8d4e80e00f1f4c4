import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { DATA, runHere, stage } from '../../../helpers/command.js'
import { hasTerminals, runInTerminal, type TerminalRun } from '../../../helpers/in-terminal.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { put, vaultFor } from '../../../helpers/put.js'
import { TerminalScreen } from '../../../helpers/terminal-screen.js'
import { Readable } from 'node:stream'

const skip = (await hasTerminals()) ? false : 'python3 with the module pty is not installed'

const ESCAPE = '\u001b'
/** A drawing of the status line. */
const DRAWING = new RegExp(`\\r([^\\r\\n${ESCAPE}]+)${ESCAPE}\\[J\\r`, 'g')

/** The screen after a run. Sequences that the screen does not know, as those of colours, throw. */
function screenAfter({ pieces }: TerminalRun): TerminalScreen {
  const screen = new TerminalScreen(pieces[0]?.columns ?? 80)
  for (const { columns, text } of pieces) {
    if (text === '') screen.resize(columns)
    else screen.write(text)
  }
  return screen
}

/** The status lines that were drawn at a width. */
function drawnAt({ pieces }: TerminalRun, width: number): string[] {
  return pieces
    .filter(({ columns }) => columns === width)
    .flatMap(({ text }) => [...text.matchAll(DRAWING)].map(([, line = '']) => line))
}

t.test(
  'on a terminal that is resized, an upload draws lines that fit, and leaves none behind',
  { skip },
  async (t) => {
    const dir = t.testdir()
    const file = join(dir, 'source')
    await writeFile(file, patternBytes(6 * MIB))
    const args = [
      'put',
      'docs',
      file,
      '--local-dir',
      join(dir, 'v'),
      '--part-size',
      '1MiB',
      '--limit-rate',
      '3MiB',
    ]
    const run = await runInTerminal('40,80@2,200@4,39@6', '-', args, { NO_COLOR: '1' })
    t.equal(run.status, 0)
    const screen = screenAfter(run)
    t.match(screen.rows.join('\n'), /^glacier-pipe: stored 6\.00 MiB in 6 part\n?s, [^]+$/)
    t.equal(screen.rows.join('').match(/stored/g)?.length, 1, screen.rows.join('\n'))
    t.ok(screen.isClean)
    for (const width of [40, 80, 200, 39]) {
      const lines = drawnAt(run, width)
      t.ok(lines.length > 0, `${width} columns`)
      // The first line after a change may have been written before it.
      const late = width === 40 ? 0 : 1
      for (const line of lines.slice(late)) {
        t.ok(line.length < width, line)
        t.match(line, /^stored \d+ % of 6\.00 MiB: |^stored \d+ %, /)
      }
    }
  },
)

t.test('a signal leaves the terminal clean, at whatever moment it comes', { skip }, async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'source')
  await writeFile(file, patternBytes(6 * MIB))
  const runs = (
    [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const
  ).map(async ([signal, code]) => {
    const where = ['--local-dir', join(dir, signal), '--part-size', '1MiB', '--limit-rate', '1MiB']
    const run = await runInTerminal('80', `${signal}@2`, ['put', 'docs', file, ...where])
    t.equal(run.status, code)
    const screen = screenAfter(run)
    t.match(screen.rows[0], /^glacier-pipe: Stopped\. The upload is kept/)
    t.notMatch(screen.rows.join('\n'), / % of /)
    t.ok(screen.isClean)
  })
  await Promise.all(runs)
})

t.test('a terminal that cannot redraw gets whole lines only', { skip }, async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'source')
  await writeFile(file, patternBytes(2 * MIB))
  const args = [
    'put',
    'docs',
    file,
    '--local-dir',
    join(dir, 'v'),
    '--part-size',
    '1MiB',
    '--limit-rate',
    '2MiB',
  ]
  const { pieces, status } = await runInTerminal('80', '-', args, { TERM: 'dumb' })
  t.equal(status, 0)
  const text = pieces.map((piece) => piece.text).join('')
  t.match(text, /^glacier-pipe: stored 2\.00 MiB in 2 parts, .*\r\n[\w-]{138}\r\n$/)
  t.notMatch(text.replaceAll('\r\n', ''), /\p{Cc}/u)
})

t.test('a get and an inventory say which job they wait for, and when it is ready', async (t) => {
  const dir = t.testdir()
  const { vault, where, keys } = await vaultFor(t, join(dir, 'v'), {
    jobDelay: 4 * 3_600_000,
    inventoryInterval: 0,
  })
  const stored = await put(where, keys, Readable.from([patternBytes(MIB)]))
  const id = stored.stdout.toString().trim()
  // The pause between two requests for the state of the job is the moment at which the job is completed.
  const clock = {
    now: () => 0,
    random: () => 0,
    sleep: async () => {
      await vault.control.completeJobs()
    },
  }
  Object.assign(process.env, keys)
  t.teardown(() => {
    for (const name of Object.keys(keys)) Reflect.deleteProperty(process.env, name)
  })
  for (const args of [
    ['get', '-o', join(dir, 'out'), 'docs', '--', id],
    ['inventory', 'docs'],
  ]) {
    const [command = '', ...more] = args
    const terminal = stage(Buffer.alloc(0), ['stderr'], { XDG_DATA_HOME: DATA }, clock)
    t.equal(await runHere([command, ...where, ...more], terminal), 0, terminal.err())
    const [wait = ''] = [...terminal.err().matchAll(DRAWING)].map(([, line]) => line)
    t.match(wait, /^waiting 0:0\d since \d\d:\d\d \((?:Standard: 3-5 hours|an inventory takes hours)\)/)
    t.match(terminal.err(), /glacier-pipe: The job [\w-]{92} is ready\.\n/)
    const screen = new TerminalScreen(200)
    screen.write(terminal.err())
    t.ok(screen.isClean)
  }
  const json = stage(Buffer.alloc(0), [], { XDG_DATA_HOME: DATA }, clock)
  t.equal(await runHere(['inventory', ...where, '--progress', 'json', '-q', 'no-such-vault'], json), 1)
  const [first = ''] = json.err().split('\n')
  t.strictSame(JSON.parse(first), { event: 'end', operation: 'inventory', outcome: 'failure' })
})
