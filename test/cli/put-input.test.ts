import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { BIN, ended } from '../helpers/command.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { recordsOf } from '../helpers/put.js'
import { NO_SHELL, shell } from '../helpers/shell.js'

// Whatever the command reads from: everything is stored, the ID printed, and the exit code 0; or it fails clearly.

const SIZE = 3_000_000
const ID = /^[\w-]{138}\n$/

t.test('pipes, files and descriptors are stored whole', { skip: NO_SHELL }, async (t) => {
  const sources: [what: string, script: string, name?: string][] = [
    ['a process substitution', 'gp put docs <(cat bytes) $WHERE'],
    ['a FIFO', 'mkfifo fifo; cat bytes >fifo & gp put docs fifo $WHERE', 'fifo'],
    ['/dev/stdin, a pipe', 'cat bytes | gp put docs /dev/stdin $WHERE'],
    ['/dev/stdin, a file', 'gp put docs /dev/stdin $WHERE <bytes'],
    ['another descriptor', 'gp put docs /dev/fd/7 $WHERE 7<bytes'],
  ]
  for (const [what, script, name] of sources) {
    const dir = t.testdir()
    await writeFile(join(dir, 'bytes'), patternBytes(SIZE))
    const found = await shell(dir, script, { WHERE: '--local-dir v --part-size 1MiB' })
    t.match(found, { code: 0, out: ID, err: /^glacier-pipe: stored 2\.86 MiB in 3 parts, [^\n]*\n$/ }, what)
    const archive = (await recordsOf(join(dir, 'v', 'catalog.jsonl'))).find(({ type }) => type === 'archive')
    t.match(archive, { size: SIZE, name }, `${what}: a descriptor is no name`)
  }
})

t.test('a socket is stored whole, as stdin and by its path', async (t) => {
  const server = createServer((socket) => socket.end(patternBytes(SIZE)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  for (const more of [[], ['/dev/stdin']]) {
    const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(socket, 'connect')
    socket.pause()
    const child = spawn(process.execPath, [BIN, 'put', 'docs', ...more, '--local-dir', t.testdir()], {
      stdio: [socket, 'pipe', 'pipe'],
    }) as unknown as ChildProcessWithoutNullStreams // but for stdin, which is not used
    socket.destroy()
    t.match(await ended(child), { code: 0, stdout: ID, stderr: /stored 2\.86 MiB/ }, more.join())
  }
})

t.test('what cannot be read is a clear error', { skip: NO_SHELL }, async (t) => {
  const cases: [script: string, err: RegExp][] = [
    ['gp put docs . $WHERE', /^glacier-pipe: \. is a directory\. Give a file/],
    ['gp put docs $WHERE <.', /EISDIR: illegal operation on a directory/],
    ['gp put docs $WHERE <&-', /The source ended without a byte/],
    ['gp put docs /dev/fd/99 $WHERE', /EBADF: bad file descriptor/],
  ]
  for (const [script, err] of cases) {
    const found = await shell(t.testdir(), script, { WHERE: '--local-dir v' })
    t.match(found, { code: 1, out: '', err }, script)
    t.notMatch(found.err, /\n\s+at /)
  }
})

t.test(
  'what is typed is stored, by whatever name the terminal has',
  { skip: NO_SHELL || (!existsSync('/usr/bin/script') && 'there is no script') },
  async (t) => {
    for (const name of ['/dev/tty', '/dev/stdin', '-']) {
      const typed = `printf 'hello\\n\\004' | script -qec '"$NODE" "$BIN" put docs ${name} --local-dir v --quiet' /dev/null`
      const found = await shell(t.testdir(), typed)
      t.match(found, { code: 0, out: /[\w-]{138}\r?\n/ }, name)
    }
  },
)
