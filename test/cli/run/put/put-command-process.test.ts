import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { BIN, commandEnvironment, countStartsInCoverage, ended, start } from '../../../helpers/command.js'
import { shellGate } from '../../../helpers/commands.js'
import { settled } from '../../../helpers/gate.js'
import { recordsOf } from '../../../helpers/put.js'
import { NO_SHELL } from '../../../helpers/shell.js'

countStartsInCoverage()

const NO_PYTHON = spawnSync('python3', ['--version']).status !== 0 && 'python3 is not installed'

/** Whether a process exists. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('a dump of 40 MiB that fails or is killed leaves no archive', { skip: NO_SHELL }, async (t) => {
  const vaults = join(t.testdir(), 'v')
  await Promise.all(
    ['exit 1', 'kill -9 $$'].map(async (end, i) => {
      const dump = `head -c 40M /dev/urandom; ${end}`
      const put = start(['put', 'docs', '--local-dir', `${vaults}${i}`, '--', 'sh', '-c', dump])
      t.match(await ended(put), { code: 3, stdout: Buffer.alloc(0), stderr: /The command "sh" failed: it / })
      const records = await recordsOf(join(`${vaults}${i}`, 'catalog.jsonl'))
      t.notOk(records.some(({ type }) => type === 'archive'))
    }),
  )
})

t.test('SIGTERM ends the command too, before put ends', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir()
  const gate = shellGate(t)
  const script = `echo $$ >'${dir}/pid'; ${gate.wait}`
  const put = start(['put', 'docs', '--local-dir', join(dir, 'v'), '--', 'sh', '-c', script])
  const open = await gate.reached()
  put.kill('SIGTERM')
  t.match(await ended(put), { code: 143, stderr: 'glacier-pipe: Stopped.\n' })
  t.notOk(isAlive(Number(await readFile(join(dir, 'pid'), 'utf8'))))
  await open()
})

t.test('under nohup, a hangup of the terminal does not end the command', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir()
  const gate = shellGate(t)
  const words = ['put', 'docs', '--local-dir', join(dir, 'v'), '-q', '--', 'sh', '-c', `${gate.wait}; echo x`]
  const put = spawn(process.execPath, [BIN, ...words], {
    env: { ...commandEnvironment(), _: '/usr/bin/nohup' },
    detached: true, // a process group, as a shell makes for a job
  })
  const open = await gate.reached()
  process.kill(-Number(put.pid), 'SIGHUP')
  await settled()
  await open()
  t.match(await ended(put), { code: 0, stdout: /^[\w-]{138}\n$/ })
})

t.test('Ctrl-C reaches the command once, and no other signal follows', { skip: NO_PYTHON }, async (t) => {
  const dir = t.testdir()
  const gate = shellGate(t)
  const log = join(dir, 'log')
  const script = `trap "echo INT >>'${log}'; exit 1" INT; trap "echo TERM >>'${log}'; exit 1" TERM; ${gate.wait}; sleep 60`
  await writeFile(log, '')
  const words = [
    process.execPath,
    BIN,
    'put',
    'docs',
    '--local-dir',
    join(dir, 'v'),
    '--',
    'sh',
    '-c',
    script,
  ]
  const python = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
sys.stdin.readline()
os.write(terminal, b"\\x03")
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`
  const terminal = spawn('python3', ['-c', python, ...words], { env: commandEnvironment() })
  const open = await gate.reached()
  terminal.stdin.write('\n')
  const exit = once(terminal, 'exit')
  const found = await ended(terminal)
  await exit
  t.match(found, { code: 0, stdout: /^(?:130|-2)\n$/ }, found.stderr)
  t.equal(await readFile(log, 'utf8'), 'INT\n')
  await open()
})
