import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  createReadStream,
  existsSync,
  fstatSync,
  open,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { join } from 'node:path'
import tty from 'node:tty'
import { promisify } from 'node:util'
import t from 'tap'
import { openFifo } from '../../lib/fs/fifo.js'
import { inputStream } from '../../lib/fs/input-stream.js'
import { assertReadable, closeQuietly, descriptorNamed, openForReading } from '../../lib/fs/open-input.js'
import { gathered } from '../helpers/gather.js'
import { openBothEnds, settled } from '../helpers/gate.js'

const NO_FIFO = process.platform === 'win32' && 'there are no FIFOs'

const openForWriting = promisify((path: string, callback: (error: Error | null, fd: number) => void) => {
  open(path, 'w', callback) // waits until somebody reads
})

t.test('a path that names a descriptor is known', (t) => {
  for (const [path, descriptor] of [
    ['/dev/stdin', 0],
    ['/dev/fd/0', 0],
    ['/dev/fd/63', 63],
    ['/dev/fd/x', undefined],
    ['/dev/fd/', undefined],
    ['/x/dev/fd/3', undefined],
    ['/dev/fd/3x', undefined],
    ['/dev/fd/999999', 999_999],
    ['/dev/fd/1000000', undefined],
    ['/dev/stdout', undefined],
    ['dev/stdin', undefined],
    ['63', undefined],
  ] as const)
    t.equal(descriptorNamed(path), descriptor, path)
  t.end()
})

t.test('a descriptor is closed once, and closing does not fail', async (t) => {
  const fd = await openForReading(join(t.testdir({ file: 'x' }), 'file'))
  await closeQuietly(fd)
  await t.resolves(closeQuietly(fd))
  await t.rejects(openForReading('/none'), { code: 'ENOENT' })
})

t.test(
  'the wait for a writer ends with the signal, and no thread goes on waiting',
  { skip: NO_FIFO },
  async (t) => {
    const fifo = join(t.testdir(), 'fifo')
    execFileSync('mkfifo', [fifo])
    const aborting = new AbortController()
    // More than there are threads: each must be free again before the next can wait.
    const opening = Array.from({ length: 12 }, () => openForReading(fifo, aborting.signal))
    await settled()
    aborting.abort('SIGINT')
    await Promise.all(opening.map((it) => t.rejects(it, { name: 'AbortError', cause: 'SIGINT' })))
    await t.rejects(openForReading(fifo, aborting.signal), { name: 'AbortError' })
    const going = openForReading(fifo, new AbortController().signal)
    const writer = await openForWriting(fifo)
    writeSync(writer, 'hello')
    closeSync(writer)
    const fd = await going
    t.equal(String(await gathered(createReadStream('', { fd }))), 'hello')
    openBothEnds(fifo)
  },
)

t.test('the wait for a reader ends with the signal as well', { skip: NO_FIFO }, async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const aborting = new AbortController()
  const opening = Array.from({ length: 12 }, () => openFifo(fifo, 'writing', aborting.signal))
  await settled()
  aborting.abort('SIGINT')
  await Promise.all(opening.map((it) => t.rejects(it, { name: 'AbortError', cause: 'SIGINT' })))
  await t.rejects(openFifo(fifo, 'writing', aborting.signal), { name: 'AbortError' })
  const reading = openForReading(fifo)
  const fd = await openFifo(fifo, 'writing', new AbortController().signal)
  // The writer may have met the reader that ended an earlier wait, which is closed at once.
  const readerFd = await reading
  writeSync(fd, 'hello')
  closeSync(fd)
  t.equal(String(await gathered(createReadStream('', { fd: readerFd }))), 'hello')
  openBothEnds(fifo)
})

t.test('the wait for a writer ends with the signal where the FIFO is gone', { skip: NO_FIFO }, async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const aborting = new AbortController()
  const opening = openForReading(fifo, aborting.signal)
  const rejected = t.rejects(opening, { name: 'AbortError', cause: 'SIGINT' })
  while (!aborting.signal.aborted) {
    await settled()
    try {
      closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)) // fails until somebody waits
      unlinkSync(fifo)
      aborting.abort('SIGINT')
    } catch {
      // not yet
    }
  }
  await rejected
})

t.test(
  'a terminal is a stream of its own kind',
  { skip: !existsSync('/dev/ptmx') && 'there are no terminals' },
  async (t) => {
    const terminal = await inputStream('/dev/ptmx')
    t.ok(terminal instanceof tty.ReadStream)
    terminal.destroy()
  },
)

t.test('what cannot be made a stream is closed', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  let opened = -1
  const { isatty, ReadStream } = tty
  const replaceTerminals = (replacement: object): void => {
    Object.assign(tty, replacement)
    syncBuiltinESMExports()
  }
  t.teardown(() => {
    replaceTerminals({ isatty, ReadStream })
  })
  replaceTerminals({
    isatty: () => true,
    ReadStream: function (fd: number) {
      opened = fd
      throw new Error('no terminal')
    },
  })
  await t.rejects(inputStream(file), { message: 'no terminal' })
  t.throws(() => fstatSync(opened), { code: 'EBADF' })
})

t.test('files, FIFOs and sockets are streams, and a directory is an error', async (t) => {
  const dir = t.testdir({ file: 'hello' })
  const file = await inputStream(join(dir, 'file'))
  t.equal(String(await gathered(file)), 'hello')
  if (!file.closed) await once(file, 'close')
  t.match(file, { fd: null }, 'its descriptor is closed')
  t.equal(
    String(await gathered(await inputStream(Buffer.from(join(dir, 'file'))))),
    'hello',
    'a path of bytes',
  )
  await t.rejects(inputStream(dir).then(gathered), { code: 'EISDIR' })
  await t.rejects(inputStream(join(dir, 'none')), { code: 'ENOENT' })
  if (NO_FIFO) return
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  const opening = inputStream(fifo)
  const writer = await openForWriting(fifo)
  writeSync(writer, 'from a FIFO')
  closeSync(writer)
  const stream = await opening
  t.ok(stream instanceof Socket && !stream.writable, 'it is read on the event loop')
  t.equal(String(await gathered(stream)), 'from a FIFO')
})

t.test('a signal that has fired before ends the opening of any input', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  await t.rejects(openForReading(file, AbortSignal.abort('SIGINT')), { name: 'AbortError', cause: 'SIGINT' })
  await closeQuietly(await openForReading(file, new AbortController().signal))
})

t.test('a descriptor is readable unless it is that of a directory or is not open', (t) => {
  const dir = t.testdir({ file: '' })
  const [file, folder] = [openSync(join(dir, 'file'), 'r'), openSync(dir, 'r')]
  t.doesNotThrow(() => {
    assertReadable(file, '/dev/fd/3')
  })
  t.throws(
    () => {
      assertReadable(folder, '/dev/fd/3')
    },
    { message: /^\/dev\/fd\/3 is a directory\./ },
  )
  for (const descriptor of [file, folder]) closeSync(descriptor)
  t.throws(
    () => {
      assertReadable(file, '/dev/fd/3')
    },
    { message: /^\/dev\/fd\/3 is not an open descriptor/, cause: { code: 'EBADF' } },
  )
  t.end()
})
