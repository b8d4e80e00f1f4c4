import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { BIN, commandEnvironment, runHere, stage } from '../helpers/command.js'

/** Starts a command on a pseudo-terminal, answers its question, and prints all that it wrote and its exit code. */
const ANSWERING = `
import os, pty, sys
question, answer = sys.argv[1].encode(), sys.argv[2].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
seen = b''
answered = False
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    if not answered and question in seen:
        os.write(terminal, answer + b'\\n')
        answered = True
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(seen + b'\\nexit %d\\n' % os.waitstatus_to_exitcode(status))
`

const hasPty = spawnSync('python3', ['-c', 'import pty']).status === 0

async function answered(question: string, answer: string, args: readonly string[]): Promise<string> {
  const child = spawn('python3', ['-c', ANSWERING, question, answer, process.execPath, BIN, ...args], {
    env: commandEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  await once(child, 'close')
  return out
}

t.test(
  'on a terminal, empty deletes only after the name of the vault, and rm and prune after a yes',
  { skip: !hasPty && 'python3 with its pty module is not installed' },
  async (t) => {
    const where = ['--local-dir', t.testdir()]
    const catalog = join(t.testdirName, 'catalog.jsonl')
    for (const name of ['a', 'a', 'b'])
      t.equal(await runHere(['put', 'docs', '--name', name, ...where], stage(Buffer.from(name))), 0)
    const count = async (): Promise<number> => {
      const it = stage()
      await runHere(['ls', '--catalog', catalog, '--json'], it)
      return it.out().split('\n').length - 1
    }
    const typeName = 'type the name of the vault: '
    t.match(await answered(typeName, 'y', ['empty', 'docs', ...where]), /Nothing was deleted[^]*exit 1\n$/)
    const prune = ['prune', 'docs', '--keep-last', '1', '--now', ...where]
    t.match(await answered('[y/N] ', 'n', prune), /Delete 1 archive from docs permanently\?[^]*exit 1\n$/)
    t.equal(await count(), 3, 'nothing is deleted')
    t.match(await answered('[y/N] ', 'y', prune), /1 archive deleted\.[^]*exit 0\n$/)
    t.match(await answered('[y/N] ', 'yes', ['rm', 'docs', 'b', ...where]), /charged for until[^]*exit 0\n$/)
    t.equal(await count(), 1)
    t.match(await answered(typeName, 'docs', ['empty', 'docs', ...where]), /1 archive deleted\.[^]*exit 0\n$/)
    t.equal(await count(), 0)
  },
)
