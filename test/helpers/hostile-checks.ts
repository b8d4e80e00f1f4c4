import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '../../lib/runtime/clock.js'
import { runHere, stage } from './command.js'
import { VirtualClock } from './virtual-clock.js'

/** The exit codes that the documentation states. */
const EXIT_CODES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 129, 130, 143])
/** A line of a stack trace. */
const STACK_LINE = /^\s*at .*[:(]\d+|node:internal|\.[jt]s:\d+:\d+/m
/** Messages of the language, which say that the program has a fault, and not what the user can do. */
export const LANGUAGE_MESSAGE =
  /Cannot (?:read|set|convert|destructure|access)|is not (?:a function|iterable|defined|a constructor)|Invalid (?:time value|string length|array length)|Maximum call stack|\[object \w+\]|\bNaN\b|ERR_(?:INVALID|OUT_OF|UNHANDLED)|not valid JSON|Unexpected (?:token|end|non-whitespace)/
/** Characters that control a terminal, or the order in which it shows others. */
const CONTROLS = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/u

/** The result of a command that meets hostile input. */
export interface HostileResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** How a command meets hostile input. */
export interface HostileRun {
  /** Whether the bytes on stdout are the content of an archive, or are names for programs, and may have any character. */
  readonly rawStdout?: boolean
  /** The folder that is compared before and after, and the paths in it that may change: files, or whole folders. */
  readonly tree?: { readonly dir: string; readonly mayChange: readonly string[] }
  readonly input?: Uint8Array | Readable | undefined
  readonly env?: Record<string, string>
  readonly clock?: Clock
  /** The signal that the command has received before it begins; default none. */
  readonly interrupt?: NodeJS.Signals
  /** Whether messages may repeat words of the command line, such as NaN. */
  readonly quotesWords?: boolean
}

/**
 * Runs a command in this process with a virtual clock, and checks the properties that hold whatever the input is: an exit
 * code of the documented ones, no stack trace, no message of the language, no control character on the terminal, and no
 * change outside of the chosen files.
 *
 * @returns the result, and `problems`: a text for each property that does not hold
 */
export async function runHostile(
  args: readonly string[],
  {
    tree,
    rawStdout = false,
    input,
    env = {},
    clock = new VirtualClock(),
    interrupt,
    quotesWords = false,
  }: HostileRun = {},
): Promise<HostileResult & { readonly problems: readonly string[] }> {
  const before = tree && (await treeOf(tree.dir))
  const it = stage(input, [], env, clock)
  if (interrupt !== undefined) it.interrupt.abort(interrupt)
  const code = await runHere(args, it)
  const result = { code, out: it.out(), err: it.err() }
  const problems = problemsOf(result, rawStdout).filter(
    (problem) => !(quotesWords && problem.includes('NaN')),
  )
  if (tree && before)
    for (const path of changes(before, await treeOf(tree.dir), tree.mayChange))
      problems.push(`changed: ${path}`)
  return { ...result, problems }
}

/** The properties that the result of a command does not have. */
export function problemsOf({ code, out, err }: HostileResult, rawStdout = false): string[] {
  return [
    ...(EXIT_CODES.has(code) ? [] : [`exit code ${code}`]),
    ...(rawStdout ? [err] : [out, err]).flatMap(textProblems),
  ]
}

function textProblems(text: string): string[] {
  return [STACK_LINE, LANGUAGE_MESSAGE, CONTROLS].flatMap((pattern) => {
    const match = pattern.exec(text)
    return match ? [JSON.stringify(text.slice(Math.max(0, match.index - 60), match.index + 100))] : []
  })
}

/** The paths below a folder, each with its kind, mode and content. Symbolic links are not followed. */
export async function treeOf(dir: string): Promise<Map<string, string>> {
  const tree = new Map<string, string>()
  for (const name of await readdir(dir, { recursive: true })) {
    const path = join(dir, name)
    const stats = await lstat(path)
    const content = stats.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : stats.isSymbolicLink()
        ? await readlink(path)
        : ''
    tree.set(name, `${stats.mode.toString(8)} ${content}`)
  }
  return tree
}

function changes(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  mayChange: readonly string[],
): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .filter((path) => !mayChange.some((allowed) => path === allowed || path.startsWith(`${allowed}/`)))
}
