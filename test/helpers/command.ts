import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Io } from '../../lib/cli/io.js'
import { main } from '../../lib/cli/main.js'
import type { LocalCredentials } from '../../lib/local/index.js'

/** The built command. */
export const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))

/** The default folder of a command's catalog: not the home of the user who runs the tests. */
export const DATA = mkdtempSync(join(tmpdir(), 'glacier-pipe-test-'))
process.once('exit', () => {
  rmSync(DATA, { recursive: true, force: true })
})

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

let countsInCoverage = false

/**
 * Lets the processes that this test file starts count in the coverage: for tests of what only a process does. By default
 * they start without the hooks of the test runner, which double the time of a start.
 */
export function countStartsInCoverage(): void {
  countsInCoverage = true
}

/** The environment of the processes that a test starts: that of the test, without the settings of the AWS tools. */
export function commandEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...env } = withoutAws(process.env)
  return { ...env, ...(countsInCoverage && { NODE_OPTIONS }), XDG_DATA_HOME: DATA }
}

/** The environment of a script that is not part of the library, and does not count in the coverage. */
export function environmentWithoutCoverage(): NodeJS.ProcessEnv {
  return { ...commandEnvironment(), _TAPJS_PROCESSINFO_COVERAGE_: '0' }
}

/** Starts the built command as a process of its own. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...args], { env: { ...commandEnvironment(), ...env } })
}

/** A local vault in a process of its own. */
export interface Served {
  readonly process: ChildProcessWithoutNullStreams
  readonly endpoint: string
  readonly region: string
  readonly credentials: LocalCredentials
  /** The keys as the environment has them. */
  readonly keys: NodeJS.ProcessEnv
  /** Where it is started with `--control`. */
  readonly controlSecret: string | undefined
}

/** Starts `serve` over a folder, and waits until it is ready; killed when the test is over, if it still runs. */
export async function serve(
  test: Test,
  dir: string,
  port = '0',
  more: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Served> {
  const server = start(['serve', '--dir', dir, '--port', port, '--json', ...more], env)
  test.teardown(async () => {
    if (server.kill('SIGKILL')) await once(server, 'exit')
  })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const ready = JSON.parse(line.toString()) as Record<
    'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey',
    string
  > & { readonly controlSecret?: string }
  const { endpoint, region, accessKeyId, secretAccessKey, controlSecret } = ready
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  return {
    process: server,
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    keys,
    controlSecret,
  }
}

/** Waits until the folder of a vault `docs` has so many parts of uploads. */
export async function partsIn(dir: string, count: number): Promise<void> {
  for (let parts = 0; parts < count;) {
    const names = await readdir(join(dir, 'vaults', 'docs', 'uploads'), { recursive: true }).catch(() => [])
    parts = names.filter((name) => name.endsWith('.part')).length
  }
}

/** Waits for a process to end and gathers what it writes. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout: Buffer.concat(stdout), stderr }
}

/** Runs the built command with some input. */
export async function run(
  args: readonly string[],
  input: Uint8Array | Readable = Buffer.alloc(0),
): Promise<Ended> {
  const child = start(args)
  child.stdin.on('error', () => undefined) // the command may end before it has read everything
  if (input instanceof Readable) input.pipe(child.stdin)
  else child.stdin.end(input)
  return ended(child)
}

/** Streams for a command that runs in this process, and what was written to them. */
export interface Stage {
  readonly io: Io
  readonly interrupt: AbortController
  out(): string
  outBytes(): Buffer
  err(): string
}

/** Runs the command in this process, with keys in the environment, as {@link ended} reports a process. */
export async function commandHere(
  args: readonly string[],
  keys: NodeJS.ProcessEnv = {},
  input: Uint8Array | Readable = Buffer.alloc(0),
): Promise<Ended> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  Object.assign(process.env, keys) // the SDK reads the environment of the process
  try {
    const it = stage(input)
    const code = await runHere(args, it)
    return { code, stdout: it.outBytes(), stderr: it.err() }
  } finally {
    const before = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = before[name]
    }
  }
}

/** A {@link Stage}; `terminals` says which of the streams claim to be one. */
export function stage(
  input: Uint8Array | Readable = Buffer.alloc(0),
  terminals: readonly (keyof Io)[] = [],
  env: Io['env'] = { XDG_DATA_HOME: DATA },
  clock?: Io['clock'],
): Stage {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  const into = (kind: 'stdout' | 'stderr'): Io['stdout'] =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, callback) {
          written[kind].push(chunk)
          callback()
        },
      }),
      { isTTY: terminals.includes(kind) },
    )
  const outBytes = (): Buffer => Buffer.concat(written.stdout)
  const interrupt = new AbortController()
  const stdin = Object.assign(
    input instanceof Readable ? input : Readable.from(input.length > 0 ? [input] : []),
    {
      isTTY: terminals.includes('stdin'),
    },
  )
  return {
    io: { stdin, stdout: into('stdout'), stderr: into('stderr'), env, signal: interrupt.signal, clock },
    interrupt,
    out: () => outBytes().toString(),
    outBytes,
    err: () => Buffer.concat(written.stderr).toString(),
  }
}

/** Runs the command in this process; its exit code. */
export function runHere(args: readonly string[], { io }: Stage): Promise<number> {
  return main(args, io)
}

function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')))
}
