/**
 * The output of a command as a source.
 *
 * - The stream ends only when the output has ended and the command has exited with the status 0. The end of the output
 *   alone is not the end: a command may close it and fail later. The status alone is not the end either: a process that
 *   the command has started may still write.
 * - Any other status, or a signal, fails the stream at once. An upload completes an archive only at the end of its source,
 *   so the output of a command that fails never becomes a complete archive.
 * - However the stream is destroyed, the command is ended, and `close` is emitted after that.
 * - No error has the arguments of the command, which may be passwords. The errors of Node.js have them.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { getSystemErrorMap } from 'node:util'
import { SourceCommandError } from '../errors.js'
import { checkOptions, isObject, rule, type RulesOf } from '../options/check-options.js'
import { BOOLEAN, isString, listOf, oneOf, PATH, SIGNAL, withMethods } from '../options/rules.js'
import { systemClock, type Clock } from '../runtime/clock.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { Readable } from '../streams/node-streams.js'
import { endProcess, signalsAfter } from './end-process.js'

/** Options of {@link fromCommand}. */
export interface FromCommandOptions {
  /** The folder that the command runs in; default that of this process. */
  readonly cwd?: string | undefined
  /** The environment of the command; default that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** The standard input of the command: `'inherit'` is that of this process; default `'ignore'`, which is empty. */
  readonly stdin?: 'inherit' | 'ignore' | undefined
  /**
   * Whether the command runs in a session of its own, which the signals of a terminal do not reach; default false. It then
   * cannot ask for a password on the terminal.
   */
  readonly detached?: boolean | undefined
  /**
   * Ends the command, and fails the stream with an `AbortError`. The command receives SIGTERM. If the reason of the signal
   * is `'SIGHUP'`, it receives that first. If it is `'SIGINT'`, the terminal has sent it that already.
   */
  readonly signal?: AbortSignal | undefined
  /** The clock for the pauses between signals; default the system's. */
  readonly clock?: Clock | undefined
}

const hasNoNull = (text: string): boolean => !text.includes('\0')
/** Shows no value: arguments and variables may be passwords. */
const hidden = (value: unknown): string => (isString(value) ? 'a string with one' : `a ${typeof value}`)
const ARGUMENT = rule('a string without a null character', isString, hasNoNull, hidden)
const ARGUMENTS = listOf('an array of strings', ARGUMENT)
const ENVIRONMENT = rule(
  'an object of strings without null characters',
  isObject,
  (env) =>
    Object.entries(env).every(
      ([name, value]: [string, unknown]) =>
        hasNoNull(name) && (value === undefined || (isString(value) && hasNoNull(value))),
    ),
  () => 'one with other values',
)

const FROM_COMMAND = {
  cwd: PATH,
  env: ENVIRONMENT,
  stdin: oneOf('inherit', 'ignore'),
  detached: BOOLEAN,
  signal: SIGNAL,
  clock: withMethods('a clock with the methods now(), sleep() and random()', 'now', 'sleep', 'random'),
} satisfies RulesOf<FromCommandOptions>

/**
 * The output of a command as a stream of bytes, for an upload or a pipeline. Unlike `spawn().stdout`, the stream fails
 * unless the command exits with the status 0: then no archive is completed. The standard error output is that of this
 * process.
 *
 * If the stream is destroyed before its end, as by an upload that fails, the command receives SIGTERM, and SIGKILL if it
 * still runs after five seconds. Processes that it has started receive no signal; their output is closed. The event `spawn`
 * is emitted when the command runs, and `close` when it has ended.
 *
 * The output is a socket, as always with `spawn()`: a command cannot open it again as `/dev/stdout`.
 *
 * @param command - the program: a path, or a name that is found by PATH. No shell interprets it
 * @param args - its arguments; default none. They may be secrets: no error contains them
 * @returns a stream that fails with a {@link SourceCommandError} `ERR_SOURCE_COMMAND` if the command cannot be started, exits
 *   with another status than 0, or is ended by a signal
 * @throws {TypeError} an argument of a wrong type, or an unknown option
 * @throws {RangeError} an argument that is empty or has a null character
 *
 * @example
 * ```ts
 * const client = glacierClient({ region: 'eu-west-1' })
 * const dump = fromCommand('pg_dump', ['--format=custom', 'shop'])
 * const { archiveId } = await uploadArchive(dump, { client, vaultName: 'backups' })
 * ```
 */
export function fromCommand(
  command: string,
  args: readonly string[] = [],
  options: FromCommandOptions = {},
): CommandSource {
  PATH(command, 'command', 'fromCommand')
  ARGUMENTS(args, 'args', 'fromCommand')
  return new CommandSource(command, [...args], checkOptions('fromCommand', options, FROM_COMMAND))
}

/** The stream that {@link fromCommand} returns. */
export class CommandSource extends Readable {
  readonly #command: string
  readonly #args: readonly string[]
  readonly #options: FromCommandOptions
  /** The process; `undefined` until it runs. */
  #child: ChildProcess | undefined
  #hasOutputEnded = false
  #hasSucceeded = false

  constructor(command: string, args: readonly string[], options: FromCommandOptions) {
    super()
    this.#command = command
    this.#args = args
    this.#options = options
    destroyOnAbort(options.signal, this)
  }

  /** @internal */
  override _construct(callback: (error?: Error | null) => void): void {
    if (this.destroyed) callback()
    else this.#start(callback)
  }

  /** @internal */
  override _read(): void {
    this.#child?.stdout?.resume()
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const child = this.#child
    if (!child) {
      callback(error)
      return
    }
    child.stdout?.destroy() // a command that writes receives SIGPIPE or EPIPE
    const { signal, detached = false, clock = systemClock } = this.#options
    void endProcess(child, signalsAfter(signal?.reason, !detached), clock).then(() => {
      callback(error)
    })
  }

  #start(callback: (error?: Error | null) => void): void {
    const { cwd, env, stdin = 'ignore', detached = false } = this.#options
    let child: ChildProcess
    try {
      child = spawn(this.#command, this.#args, { cwd, env, detached, stdio: [stdin, 'pipe', 'inherit'] })
    } catch (error) {
      callback(this.#notStarted(error)) // for some errors of the system, as E2BIG
      return
    }
    child.on('error', (error) => {
      if (!this.#child) callback(this.#notStarted(error)) // a signal that cannot be sent is an error too
    })
    child.once('spawn', () => {
      this.#child = child
      callback()
      this.emit('spawn')
    })
    child.once('exit', (status, signal) => {
      this.#exited(status, signal)
    })
    this.#follow(child.stdout as Readable)
  }

  #follow(output: Readable): void {
    output.pause() // before a listener is added, which starts the flow
    output.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) output.pause()
    })
    output.once('end', () => {
      this.#hasOutputEnded = true
      this.#endIfComplete()
    })
    output.on('error', (error) => {
      this.destroy(error)
    })
  }

  #exited(status: number | null, signal: NodeJS.Signals | null): void {
    if (status === 0) {
      this.#hasSucceeded = true
      this.#endIfComplete()
      return
    }
    const end = { exitStatus: status ?? undefined, signal: signal ?? undefined }
    this.destroy(new SourceCommandError(this.#command, end))
  }

  #endIfComplete(): void {
    if (this.#hasOutputEnded && this.#hasSucceeded) this.push(null)
  }

  /** The error of a command that does not run. The cause is a copy without `spawnargs`, which has the arguments. */
  #notStarted(thrown: unknown): SourceCommandError {
    const { code, errno } = thrown as NodeJS.ErrnoException
    const [, reason] = getSystemErrorMap().get(Number(errno)) ?? []
    const cause = Object.assign(new Error(`spawn ${code}`), { code, errno, syscall: 'spawn' })
    const reasons = [reason, `(${code})`].filter((text) => text !== undefined)
    return new SourceCommandError(this.#command, { reason: reasons.join(' ') }, { cause })
  }
}
