import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { problemsOf } from '../helpers/hostile-checks.js'
import { hostileServiceFor, type Nonsense, type Operation } from '../helpers/hostile-service.js'
import { configuredCredentials } from '../helpers/local-vault.js'

const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))
/** A module that writes the state of its process to a file when it ends. */
const RECORDER = `data:text/javascript,${encodeURIComponent(
  'import { readFileSync, writeFileSync } from "node:fs"; process.on("exit", () => writeFileSync(process.env.STATUS_FILE, readFileSync("/proc/self/status")))',
)}`
const MAX_RSS_KIB = 400 * 1024
const CHUNK = Buffer.alloc(1_048_576, '{"x":"')

await configuredCredentials(t)
const service = await hostileServiceFor(t)

/** A body without an end, which is sent as fast as it is read. */
function endless(status: number): Nonsense {
  return (_request, response) => {
    response.writeHead(status, { 'x-amzn-requestid': 'r', 'content-type': 'application/json' })
    const more = (): void => {
      if (response.destroyed || response.socket?.destroyed !== false) return
      if (response.write(CHUNK)) setImmediate(more)
      else response.once('drain', more)
    }
    more()
  }
}

/** Runs the built command; its exit code, its output and the greatest memory that it had, in KiB. */
async function run(
  dir: string,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string; peak: number }> {
  const file = join(dir, 'status')
  const env = { ...process.env, STATUS_FILE: file, NODE_OPTIONS: '' }
  const result = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', RECORDER, BIN, ...args],
      { env },
      (error, out, err) => {
        resolve({ code: Number(error?.code ?? 0), out, err })
      },
    )
    child.stdin?.end('x')
  })
  const [, peak] = /VmHWM:\s+(\d+) kB/.exec(await readFile(file, 'utf8')) ?? []
  return { ...result, peak: Number(peak) }
}

t.test(
  'responses without an end do not fill the memory of the command',
  { skip: existsSync('/proc/self/status') ? false : 'no /proc' },
  async (t) => {
    const dir = t.testdir({})
    const place = ['--endpoint', service.endpoint, '--region', 'us-east-1']
    const catalog = ['--catalog', join(dir, 'catalog.jsonl')]
    const cases: [Operation, Nonsense, string[]][] = [
      ['ListVaults', endless(200), ['vault', 'ls']],
      ['ListVaults', endless(403), ['vault', 'ls']],
      ['UploadArchive', endless(201), ['put', 'docs', ...catalog, '--retry-for', '1s']],
      ['GetJobOutput', endless(200), ['inventory', 'docs', '--job', 'job-inventory', '--retry-for', '1s']],
    ]
    for (const [operation, send, args] of cases) {
      service.reset()
      service.nonsense = { operations: new Set([operation]), send }
      const { peak, ...result } = await run(dir, [...args, ...place])
      t.ok([1, 3, 4].includes(result.code), `${result.code} ${result.err.slice(0, 200)}`)
      t.ok(service.seen.length > 0, args.join(' '))
      t.strictSame(problemsOf(result), [])
      t.ok(peak > 10_000 && peak < MAX_RSS_KIB, `${operation}: ${peak} KiB`)
    }
  },
)
