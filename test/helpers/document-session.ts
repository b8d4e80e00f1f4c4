/**
 * Runs the blocks of a document as a reader would: in a home of its own, with the command on the path. The AWS
 * configuration of that home leads to a local vault. All shell blocks of a document run in one bash, and all programs
 * without a name in one process of Node.
 */
import { spawn } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { LocalBucket, LocalVault } from '../../lib/local/index.js'
import { commandEnvironment } from './command.js'
import { blocksOf, type Block } from './markdown.js'

const FAKE_TOOLS = fileURLToPath(new URL('../fixtures/fake-tools', import.meta.url))
/** Printed before each of several programs of one process. */
const SEPARATOR = '---- the next program ----'
/** The first line of a program that the reader saves as a file. */
const NAME_LINE = /^\/\/ (\S+\.m?[jt]s)\n/

/** The time after which the blocks of a document count as stuck. */
const MAX_RUN_MS = 120_000

/** A key pair of a document, whose account has the vault `backups`. */
export interface SessionKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where a session takes place. */
export interface SessionPlaces {
  /** An empty folder. */
  readonly home: string
  /** The file that `glacier-pipe` runs. */
  readonly command: string
  /** The service of vaults. */
  readonly vault: LocalVault
  /** The service of buckets. */
  readonly bucket: LocalBucket
  readonly keys: SessionKeys
}

/** The session of one document. */
export class DocumentSession {
  readonly #document: string
  readonly #blocks: readonly Block[]
  readonly #home: string
  readonly #command: string
  readonly #environment: NodeJS.ProcessEnv
  /** The output of each block that was run, by its line. */
  readonly #outputs = new Map<number, string>()

  /**
   * @param document - the path of the document, for messages
   * @param text - its text
   */
  constructor(document: string, text: string, { home, command, vault, bucket, keys }: SessionPlaces) {
    this.#document = document
    this.#command = command
    this.#blocks = blocksOf(text)
    this.#home = home
    const path = [FAKE_TOOLS, join(home, '.bin'), process.env.PATH ?? '']
    // A program that finds itself under a test runner reports to it instead of failing by its exit code.
    const inherited = Object.entries(commandEnvironment()).filter(
      ([name]) => !/^(?:NODE_|TAP|GLACIER_PIPE|XDG_)/.test(name),
    )
    this.#environment = {
      ...Object.fromEntries(inherited),
      HOME: home,
      PATH: path.join(delimiter),
      FAKE_TOOLS_LOG: join(home, '.fake-tools'),
      AWS_ENDPOINT_URL_GLACIER: vault.endpoint,
      AWS_ENDPOINT_URL_S3: bucket.endpoint,
      AWS_REGION: vault.region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    }
  }

  /** Makes the home: the command on the path, files to back up, and the programs that the reader saves. */
  async prepare(): Promise<void> {
    const bin = join(this.#home, '.bin')
    await mkdir(bin, { recursive: true })
    await mkdir(join(this.#home, 'photos'))
    await writeFile(
      join(bin, 'glacier-pipe'),
      `#!/bin/sh\nexec "${process.execPath}" "${this.#command}" "$@"\n`,
    )
    await chmod(join(bin, 'glacier-pipe'), 0o755)
    await writeFile(join(this.#home, '.fake-tools'), '')
    await writeFile(join(this.#home, 'photos', 'one.jpg'), Buffer.alloc(70_000, 'one'))
    await writeFile(join(this.#home, 'photos', 'two.jpg'), Buffer.alloc(1_500_000, 'two'))
    await writeFile(join(this.#home, 'srv.tar'), Buffer.alloc(2_500_000, 'srv'))
    for (const { text } of this.#blocks) {
      const name = fileNameOf(text)
      if (name !== undefined) await writeFile(join(this.#home, name), text)
    }
  }

  /**
   * Runs all blocks that are not marked: first the shell blocks in one bash, as if each was pasted after the other; then
   * the saved programs that no shell block runs; then the other programs in one process.
   *
   * @returns one problem for each block that failed, or whose output is not as the document shows it
   */
  async run(): Promise<string[]> {
    const shell = this.#blocks.filter(isShellBlock)
    const programs = this.#blocks.filter(isProgramBlock)
    const endless = shell.find(({ text }) => runsUntilStopped(text))
    if (endless) return [`${this.#document}:${endless.line} would not end. Mark it as not run.`]
    const problems = await this.#runShell(shell)
    const unnamed: Block[] = []
    for (const block of programs) {
      const name = fileNameOf(block.text)
      if (name === undefined) unnamed.push(block)
      else if (!shell.some(({ text }) => text.includes(name))) problems.push(...(await this.#runSaved(block)))
    }
    problems.push(...(await this.#runPrograms(unnamed)))
    return problems.length > 0 ? problems : this.#outputProblems()
  }

  async #runShell(blocks: readonly Block[]): Promise<string[]> {
    if (blocks.length === 0) return []
    const script = blocks.map(
      ({ text, line }) => `exec >"$HOME/.out-${line}" 2>&1; set +o pipefail\n${text}\n`,
    )
    const { code } = await this.#run('bash', ['-c', `set -eu\n${script.join('')}`])
    let last: number | undefined
    for (const { line } of blocks) {
      const output = await readFile(join(this.#home, `.out-${line}`), 'utf8').catch(() => undefined)
      if (output === undefined) break
      this.#outputs.set(line, output)
      last = line
    }
    return code === 0 ? [] : [this.#failure(last, code)]
  }

  async #runSaved({ text, line }: Block): Promise<string[]> {
    const { code, output } = await this.#run(process.execPath, [fileNameOf(text) ?? ''])
    this.#outputs.set(line, output)
    return code === 0 && !/^not ok/m.test(output) ? [] : [this.#failure(line, code)]
  }

  async #runPrograms(blocks: readonly Block[]): Promise<string[]> {
    if (blocks.length === 0) return []
    const main: string[] = []
    for (const { language, line, text } of blocks) {
      const path = join(this.#home, `line-${line}.mjs`)
      await writeFile(path, language === 'ts' ? inJavaScript(text) : text)
      main.push(`console.log('${SEPARATOR}'); await import(${JSON.stringify(path)})\n`)
    }
    const { code, output } = await this.#run(process.execPath, ['--input-type=module', '-e', main.join('')])
    const outputs = output.split(`${SEPARATOR}\n`).slice(1)
    for (const [i, text] of outputs.entries()) this.#outputs.set(blocks[i]?.line ?? 0, text)
    return code === 0 ? [] : [this.#failure(blocks[outputs.length - 1]?.line, code)]
  }

  #failure(line: number | undefined, code: number | null): string {
    return `${this.#document}:${line} ended with the exit code ${code}:\n${this.#outputs.get(line ?? 0)}`
  }

  /** The names of the fake tools that were run, in alphabetical order. */
  async fakeTools(): Promise<string[]> {
    const log = await readFile(join(this.#home, '.fake-tools'), 'utf8')
    return [...new Set(log.split('\n').filter((name) => name !== ''))].sort()
  }

  /** The problems of blocks of text, which show the output of the block before them. */
  #outputProblems(): string[] {
    const problems: string[] = []
    let output: string | undefined
    for (const { language, line, notRun, text } of this.#blocks) {
      if (language !== 'text') output = this.#outputs.get(line)
      else if (notRun === undefined && !(output !== undefined && patternOf(text).test(output)))
        problems.push(`${this.#document}:${line} does not show the output, which is:\n${output}`)
    }
    return problems
  }

  #run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(command, args, {
      cwd: this.#home,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group, so that everything that a block has started can be ended
    })
    const timer = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), MAX_RUN_MS)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(timer)
        resolve({ code, output })
      })
    })
  }
}

/** Whether a block is run by the shell. */
export function isShellBlock({ language, notRun }: Block): boolean {
  return language === 'sh' && notRun === undefined
}

/** Whether a shell block has a server in the foreground, which runs until it is stopped. */
function runsUntilStopped(text: string): boolean {
  return text.split('\n').some((line) => /glacier-pipe serve\b(?!.*(?:&|--help))/.test(line))
}

/** Whether a block is run by Node. */
export function isProgramBlock({ language, notRun }: Block): boolean {
  return (language === 'js' || language === 'ts') && notRun === undefined
}

function inJavaScript(program: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  return ts.transpileModule(program, { compilerOptions }).outputText
}

/** The name of the file that a program is saved as; `undefined` if it has none. */
function fileNameOf(program: string): string | undefined {
  return NAME_LINE.exec(program)?.[1]
}

/**
 * The pattern of an output that a document shows: `…` stands for any text within a line, a line of only `…` for any
 * lines, and any white space for white space of any length.
 */
function patternOf(text: string): RegExp {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (line.trim() === '…') return '(?:.*\\n)*?'
      const escaped = line.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      return `[^\\S\\n]*${escaped.replace(/\s+/g, '[^\\S\\n]+').replaceAll('…', '.*')}[^\\S\\n]*\\n`
    })
  return new RegExp(`^${lines.join('')}$`)
}
