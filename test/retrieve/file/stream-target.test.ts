import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { lstat, readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { writeThrough } from '../../../lib/retrieve/file/stream-target.js'
import { MIB } from '../../../lib/sizes.js'
import { gate, openBothEnds, settled } from '../../helpers/gate.js'
import { gathered } from '../../helpers/gather.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { count, optionsFor } from '../../helpers/retrieval.js'

t.test('a FIFO is written through, verified bytes only, and nothing is kept beside it', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const dir = t.testdir()
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  const read = gathered(createReadStream(fifo))
  await retrieveToFile(fifo, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await read).equals(bytes))

  const bad = MemoryVault.holding(bytes)
  bad.tamper = (output, { range }) =>
    range.start < 2 * MIB ? output : { ...output, treeHash: 'f'.repeat(64) }
  const cut = gathered(createReadStream(fifo))
  await t.rejects(retrieveToFile(fifo, optionsFor(bad)), { code: 'ERR_HASH_MISMATCH' })
  t.ok((await cut).equals(bytes.subarray(0, 2 * MIB)), 'what was verified')

  const left = createReadStream(fifo)
  left.once('data', () => left.destroy())
  await t.rejects(retrieveToFile(fifo, optionsFor(MemoryVault.holding(bytes))), {
    code: 'ERR_OUTPUT_FILE',
    message: /Its reader closed it/,
    cause: { code: 'EPIPE' },
  })
  t.strictSame(await readdir(dir), ['fifo'])
  t.ok((await lstat(fifo)).isFIFO())
})

t.test('FIFOs that nobody reads can take all threads, and the signal ends all waits', async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const aborting = new AbortController()
  const vault = MemoryVault.holding(patternBytes(10))
  const options = optionsFor(vault, { signal: aborting.signal })
  const waiting = Array.from({ length: 12 }, () => retrieveToFile(fifo, options))
  await settled()
  aborting.abort()
  for (const it of waiting) await t.rejects(it, { name: 'AbortError' })
  openBothEnds(fifo)
})

t.test('a FIFO that nobody reads is waited for, until the signal', async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const vault = MemoryVault.holding(patternBytes(MIB))
  const aborting = new AbortController()
  const waiting = retrieveToFile(fifo, optionsFor(vault, { signal: aborting.signal }))
  await settled()
  aborting.abort()
  await t.rejects(waiting, { name: 'AbortError' })
  openBothEnds(fifo)
  const before = retrieveToFile(fifo, optionsFor(vault, { signal: AbortSignal.abort() }))
  await t.rejects(before, { name: 'AbortError' })
  t.equal(count(vault, 'startRetrieval'), 0)
})

t.test('a socket is written through', { skip: process.platform === 'win32' }, async (t) => {
  const bytes = patternBytes(2 * MIB)
  const path = join(t.testdir(), 's')
  const connected = gate()
  let found: Promise<Buffer> | undefined
  const server = createServer((socket) => {
    found = gathered(socket)
    connected.open()
  })
  server.listen(relative(process.cwd(), path)) // such a path may not be long
  await once(server, 'listening')
  t.teardown(() => server.close())
  await retrieveToFile(relative(process.cwd(), path), optionsFor(MemoryVault.holding(bytes)))
  await connected.opened
  t.ok((await found)?.equals(bytes))
})

t.test('what is neither a FIFO nor a socket is opened at once', async (t) => {
  const path = join(t.testdir({ device: '' }), 'device')
  const { signal } = new AbortController()
  const read = (): Readable => Readable.from([patternBytes(9)])
  await writeThrough({ kind: 'stream', path, isFifo: false, isSocket: false }, read, signal)
  t.ok((await readFile(path)).equals(patternBytes(9)))
})
