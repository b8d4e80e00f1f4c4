import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, open, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { watchSource } from '../../../../lib/cli/run/put/source-watch.js'
import { BIN, countStartsInCoverage, ended } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { recordsOf, startPut, vaultFor } from '../../../helpers/put.js'
import { NO_SHELL, shell } from '../../../helpers/shell.js'

countStartsInCoverage()

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
    ['gp put docs $WHERE <.', /^glacier-pipe: stdin is a directory\. Give a file/],
    ['gp put docs - $WHERE <.', /^glacier-pipe: stdin is a directory\. Give a file/],
    ['gp put docs /dev/fd/7 $WHERE 7<.', /^glacier-pipe: \/dev\/fd\/7 is a directory\. Give a file/],
    ['gp hash <.', /^glacier-pipe: -: stdin is a directory\. Give a file/],
    ['gp hash --check <.', /^glacier-pipe: -: stdin is a directory\. Give a file/],
    ['gp put docs $WHERE <&-', /The source ended without a byte/],
    ['gp put docs /dev/fd/99 $WHERE', /\/dev\/fd\/99 is not an open descriptor of this process/],
  ]
  for (const [script, err] of cases) {
    const found = await shell(t.testdir(), script, { WHERE: '--local-dir v' })
    t.match(found, { code: 1, out: '', err }, script)
    t.notMatch(found.err, /\n\s+at /)
  }
})

t.test('a change of a file since it began to be read is told', async (t) => {
  const dir = t.testdir({ file: 'hello' })
  const file = join(dir, 'file')
  const cases: [change: () => Promise<unknown>, told: RegExp | undefined][] = [
    [() => Promise.resolve(), undefined],
    [() => readFile(file), undefined],
    [
      () => appendFile(file, ' world'),
      /file changed while it was read\. The 5 bytes that were read are stored\.$/,
    ],
    [() => utimes(file, 1, 1), /file changed while it was read\. The 5 bytes/],
    [
      () => truncate(file, 2),
      /file changed while it was read: it had 11 bytes at the start, and has 2 now\. The 5 bytes/,
    ],
  ]
  const handle = await open(file)
  t.teardown(() => handle.close())
  for (const [change, told] of cases) {
    const changeOf = await watchSource(handle.fd, file)
    await change()
    const found = await changeOf(5)
    if (told) t.match(found, told)
    else t.equal(found, undefined)
  }
  const stdin = await watchSource(handle.fd, '/dev/stdin')
  await appendFile(file, 'x')
  t.match(await stdin(3), /^WARNING: stdin changed/)
  t.equal(await (await watchSource(undefined, undefined))(5), undefined, 'a stream')
  await t.rejects(watchSource(99_999, '/dev/fd/99999'), {
    message: /^\/dev\/fd\/99999 is not an open descriptor/,
    cause: { code: 'EBADF' },
  })
  const folder = await open(dir)
  await t.rejects(watchSource(folder.fd, dir), { message: /is a directory/ })
  await folder.close()
})

t.test('put warns of a file that changes while it is read', async (t) => {
  for (const quiet of [[], ['--quiet']]) {
    const dir = t.testdir({ file: patternBytes(SIZE) })
    const file = join(dir, 'file')
    const { vault, where, keys } = await vaultFor(t, join(dir, 'v'))
    const child = startPut([file, ...where, '--limit-rate', '1MiB', ...quiet], keys) // so that there is time
    const ending = ended(child)
    while (vault.traffic.of('UploadMultipartPart').carriedOut < 1) await settled(1)
    await appendFile(file, 'x')
    const found = await ending
    t.match(found, { code: 0, stdout: ID }, found.stderr)
    if (quiet.length > 0) t.equal(found.stderr, '')
    else
      t.match(
        found.stderr,
        /WARNING: \S+\/file changed while it was read\. The 300000[01] bytes that were read are stored/,
      )
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
