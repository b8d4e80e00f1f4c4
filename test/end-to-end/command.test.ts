/**
 * The command from outside, as a user has it: the built command with the Node.js that runs the tests, or the program that
 * COMMAND names. `npm run test:executable` names the executable for machines without Node.js.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { treeHashOf } from '../../lib/tree-hash/index.js'
import { BIN, DATA, ended, partsIn, type Ended } from '../helpers/command.js'

const MIB = 2 ** 20
const root = fileURLToPath(new URL('../..', import.meta.url))
const { COMMAND } = process.env
const program = COMMAND === undefined ? process.execPath : resolve(root, COMMAND)
const before = COMMAND === undefined ? [BIN] : []
const bytes = randomBytes(9 * MIB + 1)

/** Starts the command. It finds no other program, and no setting of this process. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const child = spawn(program, [...before, ...args], {
    cwd: '/',
    env: { PATH: '', HOME: DATA, XDG_DATA_HOME: DATA, ...env },
  })
  child.stdin.on('error', () => undefined) // the command may end before it has read everything
  return child
}

/** Runs the command to its end. */
async function run(
  args: readonly string[],
  input = Buffer.alloc(0),
  env?: NodeJS.ProcessEnv,
): Promise<Ended> {
  const child = start(args, env)
  child.stdin.end(input)
  return ended(child)
}

t.test('--version and --help print nothing else', async (t) => {
  const manifest = await readFile(join(root, 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const printed = await run(['--version'])
  t.match(printed, { code: 0, stderr: '' })
  t.equal(printed.stdout.toString(), `${version}\n`)
  t.comment(`${program}: ${COMMAND === undefined ? process.version : 'executable'}`)
  const help = await run(['--help'])
  t.match(help, { code: 0, stderr: '' })
  t.match(help.stdout.toString(), /^Usage: glacier-pipe /)
  t.match(await run(['put']), { code: 2, stdout: Buffer.alloc(0) })
})

t.test('bytes that are piped in come back, and threads hash them', async (t) => {
  const local = ['--local-dir', join(t.testdir(), 'vault')]
  const stored = await run(['put', 'docs', '--part-size', '2MiB', '--json', ...local], bytes)
  t.equal(stored.code, 0, stored.stderr)
  t.notMatch(stored.stderr, /NO_THREADS/)
  const { archiveId, treeHash } = JSON.parse(stored.stdout.toString()) as Record<string, string>
  t.equal(treeHash, treeHashOf(bytes))
  const retrieved = await run(['get', 'docs', archiveId ?? '', '--quiet', ...local])
  t.match(retrieved, { code: 0, stderr: '' })
  t.ok(retrieved.stdout.equals(bytes))
})

t.test('hash reads a file with its threads', async (t) => {
  const file = join(t.testdir(), 'file')
  await writeFile(file, bytes)
  const hashed = await run(['hash', file])
  t.match(hashed, { code: 0, stderr: '' })
  t.equal(hashed.stdout.toString(), `${treeHashOf(bytes)}  ${file}\n`)
})

t.test('serve has the API and all files of its page, and ends on SIGTERM', async (t) => {
  const dir = t.testdir()
  const server = start(['serve', '--dir', dir, '--port', '0', '--json', '--control', '--create-vaults'])
  t.teardown(() => server.kill('SIGKILL'))
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  const { endpoint = '', ...ready } = JSON.parse(line.toString()) as Record<string, string>
  const names = await readdir(join(root, 'lib/local/page'), { recursive: true })
  for (const name of ['', ...names.filter((name) => name.includes('.'))]) {
    const response = await fetch(`${endpoint}/.control/${name}`)
    t.equal(response.status, 200, name)
    t.ok((await response.text()).length > 500, name)
  }
  const keys = { AWS_ACCESS_KEY_ID: ready.accessKeyId, AWS_SECRET_ACCESS_KEY: ready.secretAccessKey }
  const connection = ['--endpoint', endpoint, '--region', ready.region ?? '', '--quiet']
  const stored = await run(['put', 'docs', ...connection], bytes, keys)
  t.match(stored, { code: 0, stderr: '' })
  const end = ended(server)
  server.kill('SIGTERM')
  t.match(await end, { code: 143 })
})

t.test('a put that is stopped by SIGINT says how it is resumed', async (t) => {
  const dir = t.testdir()
  const put = start(['put', 'docs', '--part-size', '1MiB', '--local-dir', dir])
  const end = ended(put)
  put.stdin.write(bytes)
  await partsIn(dir, 4)
  put.kill('SIGINT')
  const { code, stderr } = await end
  t.ok(code === 130 || put.signalCode === 'SIGINT', 'a shell takes both for 130')
  t.match(stderr, /--upload-id/)
})
