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

/** Stores a file from a terminal, in parts of 1 MiB. */
async function putInTerminal(
  dir: string,
  mib: number,
  [widths, stop]: readonly [string, string],
  env: NodeJS.ProcessEnv = {},
): Promise<TerminalRun> {
  const file = `${dir}-source`
  await writeFile(file, patternBytes(mib * MIB))
  const rate = ['--part-size', '1MiB', '--limit-rate', '3MiB']
  return runInTerminal(widths, stop, ['put', 'docs', file, '--local-dir', dir, ...rate], env)
}

t.test('an upload from a terminal', { skip }, async (t) => {
  const dir = t.testdir()
  const stopped = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const
  // The runs mostly wait, so they are made at once.
  const [resizedRun, dumbRun, ...stoppedRuns] = await Promise.all([
    putInTerminal(join(dir, 'resized'), 6, ['40,80@2,200@4,39@6', '-'], { NO_COLOR: '1' }),
    putInTerminal(join(dir, 'dumb'), 2, ['80', '-'], { TERM: 'dumb' }),
    ...stopped.map(([signal]) => putInTerminal(join(dir, signal), 6, ['80', `${signal}@2`])),
  ])

  t.test('draws lines that fit, and leaves none behind when it is resized', async (t) => {
    t.equal(resizedRun.status, 0)
    const screen = screenAfter(resizedRun)
    t.match(screen.rows.join('\n'), /^glacier-pipe: stored 6\.00 MiB in 6 part\n?s, [^]+$/)
    t.equal(screen.rows.join('').match(/stored/g)?.length, 1, screen.rows.join('\n'))
    t.ok(screen.isClean)
    for (const width of [40, 80, 200, 39]) {
      const lines = drawnAt(resizedRun, width)
      t.ok(lines.length > 0, `${width} columns`)
      // The first line after a change may have been written before it.
      for (const line of lines.slice(width === 40 ? 0 : 1)) {
        t.ok(line.length < width, line)
        t.match(line, /^storing \d+ %(?: of 6\.00 MiB: |, )/)
      }
    }
  })

  t.test('leaves the terminal clean when a signal ends it', async (t) => {
    for (const [i, [signal, code]] of stopped.entries()) {
      const run = stoppedRuns[i] ?? resizedRun
      t.equal(run.status, code, signal)
      const screen = screenAfter(run)
      t.match(screen.rows[0], /^glacier-pipe: Stopped\. The upload is kept/)
      t.notMatch(screen.rows.join('\n'), / % of /)
      t.ok(screen.isClean)
    }
  })

  t.test('writes whole lines only where the terminal cannot redraw', async (t) => {
    t.equal(dumbRun.status, 0)
    const text = dumbRun.pieces.map((piece) => piece.text).join('')
    t.match(text, /^glacier-pipe: stored 2\.00 MiB in 2 parts, .*\r\n[\w-]{138}\r\n$/)
    t.notMatch(text.replaceAll('\r\n', ''), /\p{Cc}/u)
  })
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
