import { spawn } from 'node:child_process'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { Socket, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openSocket } from '../../lib/stages/descriptor-socket.js'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import { readParts } from '../../lib/stages/read-parts.js'
import { MIB } from '../../lib/sizes.js'
import { patternBytes } from '../helpers/pattern-source.js'

const SIZE = 2 * MIB
const DIST = new URL('../../dist/index.js', import.meta.url).href

/** A pipe with a process at its other end that writes bytes in so many pieces. */
async function pipeOf(test: Test, bytes: Buffer, pieces: number): Promise<number> {
  const path = join(test.testdir(), 'pipe')
  const made = spawn('mkfifo', [path])
  await once(made, 'exit')
  const source = join(test.testdirName, 'bytes')
  await writeFile(source, bytes)
  const script = `
    const fs = require('node:fs')
    const bytes = fs.readFileSync(process.argv[1])
    const fd = fs.openSync(process.argv[2], 'w')
    const size = Math.max(1, Math.ceil(bytes.length / ${pieces}))
    for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at, Math.min(size, bytes.length - at))
  `
  const writer = spawn(process.execPath, ['-e', script, source, path], { stdio: 'ignore' })
  const fd = openSync(path, 'r') // waits for the writer
  test.teardown(() => {
    closeSync(fd) // it is still open
    writer.kill('SIGKILL')
  })
  return fd
}

t.test('a file is cut as rechunk cuts it, from its position on, and left open', async (t) => {
  for (const size of [0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE + 5]) {
    const path = join(t.testdir(), 'file')
    const bytes = patternBytes(size + 3)
    await writeFile(path, bytes)
    const fd = openSync(path, 'r')
    readSync(fd, Buffer.alloc(3), 0, 3, null)
    const parts: Buffer[] = []
    const memory = new PartMemory(SIZE)
    for await (const part of readParts(fd, memory) as AsyncIterable<Buffer>) parts.push(part)
    t.ok(Buffer.concat(parts).equals(bytes.subarray(3)), `${size} bytes`)
    t.strictSame(
      parts.map(({ length }) => length),
      Array.from({ length: Math.ceil(size / SIZE) }, (_, i) => Math.min(SIZE, size - i * SIZE)),
    )
    t.doesNotThrow(() => {
      closeSync(fd)
    }, 'it was still open')
  }
})

t.test(
  'a pipe is cut the same, however it is written, and however slowly it is read',
  { skip: process.platform === 'win32' && 'needs mkfifo' },
  async (t) => {
    for (const [size, pieces] of [
      [0, 1],
      [1, 1],
      [SIZE, 1],
      [3 * SIZE + 5, 1],
      [3 * SIZE + 5, 997],
      [2 * SIZE, 7],
    ] as const) {
      for (const isSlow of [false, true]) {
        const bytes = patternBytes(size)
        const memory = new PartMemory(SIZE)
        const found: Buffer[] = []
        for await (const part of readParts(await pipeOf(t, bytes, pieces), memory) as AsyncIterable<Buffer>) {
          if (isSlow) for (let i = 0; i < 100; i++) await turn()
          t.ok(part.length === SIZE || found.length === Math.floor(size / SIZE))
          found.push(Buffer.from(part))
          memory.release(part) // what is read next may be read into it
        }
        t.ok(Buffer.concat(found).equals(bytes), `${size} bytes in ${pieces} writes`)
      }
    }
  },
)

t.test('of a pipe no more than a part is taken before it is asked for', async (t) => {
  const memory = new PartMemory(SIZE)
  let taken = 0
  const take = memory.take.bind(memory)
  memory.take = () => {
    taken++
    return take()
  }
  const reader = readParts(await pipeOf(t, patternBytes(5 * SIZE), 3), memory)
  await once(reader, 'readable')
  for (let i = 0; i < 1000; i++) await turn()
  t.equal(taken, 1, 'one waits, and nothing is read behind it')
  t.equal((reader.read() as Buffer).length, SIZE)
  await once(reader, 'readable')
  t.equal(taken, 2)
  reader.destroy()
  await once(reader, 'close')
})

t.test('of a socket, as what starts a process may give it, the error is told', async (t) => {
  const server = createServer((socket) => {
    socket.write(patternBytes(SIZE))
    socket.once('data', () => socket.resetAndDestroy()) // a byte says that it is being read
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const stdin = new Socket().connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(stdin, 'connect')
  const script = `
    import { PartMemory, readParts } from ${JSON.stringify(DIST)}
    const parts = readParts(0, new PartMemory(${SIZE}))
    parts.on('error', ({ code }) => console.log(code))
    parts.once('data', () => console.log('a part'))
  `
  const args = ['--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: [stdin, 'pipe', 'inherit'] })
  stdin.on('error', () => undefined)
  let told = ''
  for await (const text of child.stdout as AsyncIterable<Buffer>) {
    told += text.toString()
    if (told === 'a part\n') stdin.write('x')
  }
  t.equal(told, 'a part\nECONNRESET\n')
  stdin.destroy()
})

t.test(
  'a FileHandle is read by itself, from its position on, and one that is closed meanwhile fails',
  async (t) => {
    const bytes = patternBytes(3 * MIB)
    const handle = await open(join(t.testdir({ file: bytes }), 'file'))
    await handle.read(Buffer.alloc(7), 0, 7, null)
    const parts: Buffer[] = []
    for await (const part of readParts(handle, new PartMemory(SIZE)) as AsyncIterable<Buffer>)
      parts.push(part)
    t.ok(Buffer.concat(parts).equals(bytes.subarray(7)))
    const reader = readParts(handle, new PartMemory(MIB))
    await once(reader.resume(), 'end')
    const late = readParts(handle, new PartMemory(MIB))
    const failing = t.rejects(once(late.resume(), 'end'), { code: 'EBADF' })
    await handle.close()
    await failing
  },
)

t.test(
  'many pipes and sockets are read one after the other, and stay the caller’s to close',
  { skip: process.platform === 'win32' && 'needs mkfifo' },
  async (t) => {
    const numbers = new Set<number>()
    for (let turn = 0; turn < 10; turn++) {
      const path = join(t.testdir(), 'pipe')
      await once(spawn('mkfifo', [path]), 'exit')
      const writing = open(path, 'w').then(async (writer) => {
        await writer.writeFile(patternBytes(100_000, turn))
        await writer.close()
      })
      const reading = await open(path, 'r')
      numbers.add(reading.fd)
      const memory = new PartMemory(MIB)
      const parts = (await readParts(turn % 2 ? reading : { fd: reading.fd }, memory).toArray()) as Buffer[]
      t.ok(Buffer.concat(parts).equals(patternBytes(100_000, turn)))
      await writing
      await reading.close() // no EBADF
    }
    t.ok(numbers.size < 10, 'the numbers were used again')
  },
)

t.test(
  'a socket that is let go when it has bytes asks its reader for no more memory',
  { skip: process.platform !== 'linux' && 'needs a FIFO that one process reads and writes' },
  async (t) => {
    const path = join(t.testdir(), 'pipe')
    await once(spawn('mkfifo', [path]), 'exit')
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const told: unknown[] = []
    const socket = openSocket(fd, {
      buffer: () => Buffer.alloc(9 * told.push('buffer')),
      took: (size) => {
        told.push(size)
        socket.destroy()
        return false
      },
      ended: () => told.push('end'),
      failed: (error) => told.push(error),
    }).resume()
    writeSync(fd, 'xy')
    for (let i = 0; i < 1000 && !socket.destroyed; i++) await turn()
    writeSync(fd, 'z')
    await turn()
    t.strictSame(told, ['buffer', 2])
    const rest = Buffer.alloc(9)
    t.equal(rest.toString('latin1', 0, readSync(fd, rest)), 'z', 'what follows is the caller’s')
    closeSync(fd)
  },
)

t.test(
  'a socket that gives no stream, and a descriptor that cannot be read, are errors of the reader',
  async (t) => {
    const udp = createSocket('udp4')
    await once(udp.bind(0, '127.0.0.1'), 'listening')
    await t.rejects(once(readParts(descriptorOf(udp), new PartMemory(SIZE)).resume(), 'end'), {
      code: 'ERR_INVALID_FD_TYPE',
    })
    udp.close()
    const written = openSync(join(t.testdir(), 'written'), 'w')
    await t.rejects(once(readParts(written, new PartMemory(SIZE)).resume(), 'end'), { code: 'EBADF' })
    closeSync(written)
  },
)

/** The descriptor of a UDP socket. Node.js has it in an internal field alone. */
function descriptorOf(udp: UdpSocket): number {
  const state = Object.getOwnPropertySymbols(udp).find(({ description }) => description === 'state symbol')
  const { handle } = Reflect.get(udp, state ?? '') as { readonly handle: { readonly fd: number } }
  return handle.fd
}

t.test(
  'a terminal is read to its end, and one that gives nothing is given up at once',
  { skip: process.platform !== 'linux' && 'needs script of util-linux' },
  async (t) => {
    const run = async (rest: string, typed: string): Promise<string> => {
      const script = `
        import { PartMemory, readParts } from ${JSON.stringify(DIST)}
        const parts = readParts(0, new PartMemory(${SIZE}))
        parts.on('data', (part) => console.log('read', part.length)).on('close', () => console.log('closed'))
        ${rest}
      `
      const path = join(t.testdir({ 'read.mjs': script }), 'read.mjs')
      const child = spawn('script', ['-qec', `"${process.execPath}" "${path}"`, '/dev/null'])
      child.stdin.write(typed)
      let told = ''
      for await (const text of child.stdout as AsyncIterable<Buffer>) told += text.toString()
      child.stdin.destroy()
      return told
    }
    t.match(await run('', 'hello\n\u0004'), /read 6\r?\nclosed/)
    t.match(await run('setImmediate(() => parts.destroy())', ''), /closed/)
  },
)

t.test('what cannot be read fails, and what is destroyed amid a read closes after it', async (t) => {
  const folder = openSync(t.testdir(), 'r')
  await t.rejects(once(readParts(folder, new PartMemory(SIZE)).resume(), 'end'), { code: 'EISDIR' })
  closeSync(folder)
  await t.rejects(once(readParts(folder, new PartMemory(SIZE)).resume(), 'end'), { code: 'EBADF' })

  const endless = openSync('/dev/zero', 'r')
  const reader = readParts(endless, new PartMemory(64 * MIB)).resume()
  await turn()
  reader.destroy()
  await once(reader, 'close')
  closeSync(endless)
})
