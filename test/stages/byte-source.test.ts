import { EventEmitter, once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { File } from 'node:buffer'
import { closeSync, createReadStream, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ClientRequest } from 'node:http'
import { join } from 'node:path'
import { PassThrough, Readable, Stream, Writable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import fc from 'fast-check'
import t from 'tap'
import { type ByteSource } from '../../lib/stages/byte-source.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { vaultName } from '../helpers/uploads.js'
import { OldStream, upload, stored, stalled } from '../helpers/byte-sources.js'

/** It has no types of its own. */
const { Readable: ReadableOfPackage } = createRequire(import.meta.url)('readable-stream') as {
  readonly Readable: typeof Readable
}

/** Every kind of chunk; all give the bytes of the Buffer. */
const CHUNKS: Record<string, (bytes: Buffer) => ArrayBufferView | ArrayBuffer | SharedArrayBuffer> = {
  Buffer: (bytes) => bytes,
  Uint8Array: (bytes) => new Uint8Array(bytes),
  Int8Array: (bytes) => new Int8Array(new Uint8Array(bytes).buffer),
  DataView: (bytes) => new DataView(new Uint8Array([1, ...bytes, 2]).buffer, 1, bytes.length),
  ArrayBuffer: (bytes) => new Uint8Array(bytes).buffer,
  SharedArrayBuffer: (bytes) => {
    const memory = new SharedArrayBuffer(bytes.length)
    new Uint8Array(memory).set(bytes)
    return memory
  },
}

/** Every kind of source of chunks. */
const SOURCES: Record<string, (chunks: readonly unknown[]) => ByteSource> = {
  'an array': (chunks) => chunks as Buffer[],
  'an array of promises': (chunks) => chunks.map((chunk) => Promise.resolve(chunk)) as unknown as Buffer[],
  'a generator': (chunks) =>
    (function* () {
      yield* chunks as Buffer[]
    })(),
  'an async generator': (chunks) =>
    (async function* () {
      for (const chunk of chunks) {
        await settled(1)
        yield chunk as Buffer
      }
    })(),
  'a Node.js stream in object mode': (chunks) => Readable.from(chunks),
  'a stream of readable-stream': (chunks) => ReadableOfPackage.from(chunks),
  'a stream of Node.js 0.8': (chunks) => new OldStream(chunks),
  'a stream of Node.js 0.8 that does not pause': (chunks) =>
    new OldStream(chunks, [['end'], ['close']], false),
  'a web stream': (chunks) =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    }),
}

t.test('whatever the source and its chunks are, the archive is the same', async (t) => {
  const cuts = fc.array(fc.tuple(fc.nat(40_000), fc.constantFrom(...Object.keys(CHUNKS))), { maxLength: 12 })
  const property = fc.asyncProperty(
    fc.nat(),
    cuts,
    fc.constantFrom(...Object.keys(SOURCES)),
    fc.boolean(),
    async (seed, cut, source, volumes) => {
      const pieces = [...cut, [1, 'Buffer'] as const].map(([size], i) => patternBytes(size, seed + i))
      const chunks = pieces.map((piece, i) => CHUNKS[cut[i]?.[1] ?? 'Buffer']?.(piece))
      const found = await stored(SOURCES[source]?.(chunks), { volumes })
      if (!found?.equals(Buffer.concat(pieces))) throw new Error('other bytes were stored')
    },
  )
  await t.resolves(fc.assert(property, { numRuns: 150 }))
})

t.test('bytes at hand, Blobs, Responses and descriptors are sources', async (t) => {
  const bytes = patternBytes(2 * MIB + 8)
  const path = join(t.testdir(), 'file')
  await writeFile(path, bytes)
  const [handle, fd] = [await open(path), openSync(path, 'r')]
  const sources: Record<string, () => ByteSource> = {
    ...Object.fromEntries(Object.entries(CHUNKS).map(([kind, chunk]) => [kind, () => chunk(bytes)])),
    'a Blob': () => new Blob([bytes]),
    'a File': () => new File([bytes], 'file'),
    'a Response': () => new Response(bytes),
    'a byte stream': () =>
      new ReadableStream({
        type: 'bytes',
        start(controller) {
          controller.enqueue(new Uint8Array(bytes))
          controller.close()
        },
      }),
    'a file stream': () => createReadStream(path),
    'a FileHandle': () => handle,
    'a descriptor': () => ({ fd }),
    'a Response of another package': () => ({ status: 200, bodyUsed: false, body: createReadStream(path) }),
    'the first streams': () => {
      const stream = Object.assign(new Stream(), { readable: true })
      setImmediate(() => stream.emit('data', bytes) && stream.emit('end'))
      return stream
    },
  }
  for (const volumes of [true, false])
    for (const [what, source] of Object.entries(sources)) {
      if (!volumes && 'fd' in source()) continue // it was read to its end
      t.ok((await stored(source(), { volumes }))?.equals(bytes), `${what}, volumes: ${volumes}`)
    }
  t.ok((await stored({ fd: openSync(path, 'r') }, { volumes: false }))?.equals(bytes))
  await t.resolves(handle.stat(), 'it stays open')
  await handle.close()
  closeSync(fd)
  t.equal(
    (await stored(['h\u00e9', Readable.name]))?.toString(),
    'h\u00e9Readable',
    'text is encoded as UTF-8',
  )
  t.equal(
    (await stored(Readable.from(['h\u00e9'])))?.toString(),
    'h\u00e9',
    'also of a stream in object mode',
  )
  const objects = Object.assign(new OldStream(['h\u00e9']), { _readableState: { objectMode: true } })
  t.equal((await stored(objects))?.toString(), 'h\u00e9', 'whatever says that it is one')
  await t.rejects(upload(new MemoryVault(), new Response(null)), { code: 'ERR_EMPTY_ARCHIVE' })
})

t.test('what is no source is a TypeError that names it, and nothing is asked of the service', async (t) => {
  const used = new Response('x')
  await used.text()
  const locked = new ReadableStream()
  locked.getReader()
  const ended = Readable.from(['x']).resume()
  await once(ended, 'end')
  const closed = await open(join(t.testdir({ file: 'x' }), 'file'))
  await closed.close()
  const decoded = (stream: Readable): Readable => stream.setEncoding('utf8')
  const old = Object.assign(new OldStream([]), { _readableState: { encoding: 'utf8' } })
  const request = new ClientRequest('http://127.0.0.1:1/')
  request.on('error', () => undefined).destroy()
  const wrong: [unknown, RegExp][] = [
    ['text', /not text/],
    [new String('text'), /not text/],
    [5, /not 5\./],
    [null, /null/],
    [undefined, /undefined/],
    [true, /not true\./],
    [Symbol('x'), /a symbol/],
    [{}, /not an object\./],
    [Object.create(null), /not an object\./],
    [new Date(), /a Date/],
    [new EventEmitter(), /an EventEmitter/],
    [Promise.resolve(Buffer.alloc(1)), /a Promise\. Await it first/],
    [() => [], /a function\. If it returns a source, call it first/],
    [new Request('http://127.0.0.1/'), /a Request/],
    [used, /body was used/],
    [locked, /locked/],
    [ended, /has ended/],
    [decoded(Readable.from(['x'])), /decodes its bytes/],
    [decoded(new PassThrough()), /decodes its bytes/],
    [old, /decodes its bytes/],
    [new Writable(), /a Writable that cannot be read/],
    [Object.assign(new OldStream([]), { readable: false }), /an OldStream that cannot be read/],
    [request, /a ClientRequest that cannot be read/],
    [closed, /closed/],
    [{ fd: '3' }, /not '3'\./],
  ]
  for (const [source, message] of wrong) {
    const vault = new MemoryVault()
    await t.rejects(upload(vault, source), { name: 'TypeError', message }, String(message))
    const options = { client: vault, vaultName, uploadId: 'x' }
    await t.rejects(resumeUpload(source as ByteSource, options), { name: 'TypeError', message })
    t.strictSame(vault.calls, [])
  }
  for (const fd of [-1, 1.5, 2 ** 31, NaN])
    await t.rejects(upload(new MemoryVault(), { fd }), { name: 'RangeError' }, `the descriptor ${fd}`)
})

t.test('a chunk that is no bytes fails the upload, of any source, and is never dropped', async (t) => {
  const plain = { a: 1 }
  for (const wrong of [plain, 5, [1], new Blob(['x']), null, undefined, Symbol('x')])
    for (const [what, source] of Object.entries(SOURCES)) {
      if (wrong == null && /Node\.js stream|readable-stream/.test(what)) continue // it would refuse it itself
      for (const volumes of [true, false]) {
        const vault = new MemoryVault()
        await t.rejects(
          upload(vault, source([Buffer.alloc(10), wrong, Buffer.alloc(10)]), { volumes }),
          { name: 'TypeError', message: /A chunk must be/ },
          `${typeof wrong} of ${what}, volumes: ${volumes}`,
        )
        t.strictSame(vault.calls, [])
      }
    }
  await t.rejects(upload(new MemoryVault(), [patternBytes(3 * MIB), plain]), {
    code: 'ERR_UPLOAD_FAILED',
    cause: { name: 'TypeError' },
  })
  const text = SOURCES['a web stream']?.(['text'])
  await t.rejects(upload(new MemoryVault(), text), { name: 'TypeError', message: /TextEncoderStream/ })
  await t.rejects(upload(new MemoryVault(), new OldStream(['text'])), { message: /decodes its bytes/ })
  const later = new PassThrough()
  const running = upload(new MemoryVault(), later)
  later.setEncoding('utf8').end('text')
  await t.rejects(running, { name: 'TypeError', message: /decodes its bytes/ })
  const lost = new Uint8Array(10)
  structuredClone(lost.buffer, { transfer: [lost.buffer] })
  await t.rejects(upload(new MemoryVault(), [lost]), { name: 'TypeError', message: /detached/ })
  const refusing = {
    next: () => ({ value: plain }),
    return: () => {
      throw new Error('of no use')
    },
  }
  await t.rejects(upload(new MemoryVault(), { [Symbol.iterator]: () => refusing }), { name: 'TypeError' })
  const noIterator = { [Symbol.iterator]: () => ({ next: () => 5 }) }
  await t.rejects(upload(new MemoryVault(), noIterator), { name: 'TypeError', message: /not 5\./ })
})

t.test('a source that fails while the service is asked where to resume fails nothing else', async (t) => {
  const vault = new MemoryVault()
  const asked = gate()
  vault.before = async () => {
    await asked.opened
    throw new TypeError('no answer')
  }
  const missing = createReadStream(join(t.testdir(), 'missing'))
  const resuming = resumeUpload(missing, { client: vault, vaultName, uploadId: 'x' })
  await new Promise<void>((resolve) => missing.once('close', resolve))
  asked.open()
  await t.rejects(resuming, { message: 'no answer' })
  const [source, ended] = stalled(Buffer.alloc(9))['an async iterable'] as [ByteSource, () => boolean]
  await t.rejects(resumeUpload(source, { client: vault, vaultName, uploadId: 'x' }))
  t.ok(ended())
  await t.rejects(resumeUpload([Buffer.alloc(1)], { client: vault, vaultName, uploadId: 'x' }))
  await t.rejects(resumeUpload({ fd: 0 }, { client: vault, vaultName, uploadId: 'x' }), {
    message: 'no answer',
  })
})

t.test('a source may use its buffer again when it is asked for the next chunk', async (t) => {
  const count = 8_000
  const buffer = Buffer.alloc(1000)
  const source = (function* () {
    for (let i = 0; i < count; i++) yield buffer.fill(i % 251)
  })()
  const vault = new MemoryVault()
  vault.before = () => settled(5)
  const [archive] = await upload(vault, source, { memory: 4 * MIB })
  const found = vault.archives.get(archive.archiveId)
  const wanted = Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.alloc(1000, i % 251)))
  t.ok(found?.equals(wanted))
})

t.test('a handle that states more bytes than there was room for, or none, fails the upload', async (t) => {
  const file = join(t.testdir({ file: 'bytes' }), 'file')
  const handle = await open(file)
  t.teardown(() => handle.close())
  for (const bytesRead of [2 * MIB, -1, NaN, '1', undefined]) {
    const source = { fd: handle.fd, read: () => Promise.resolve({ bytesRead }) }
    await t.rejects(upload(new MemoryVault(), source), { name: 'TypeError', message: /bytesRead from 0 to / })
  }
})
