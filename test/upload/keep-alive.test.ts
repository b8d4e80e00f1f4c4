import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import type { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { KeepAlive } from '../../lib/upload/keep-alive.js'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import type { StorePart } from '../../lib/store/store-part.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  failure,
  recordingJournal,
  sentTo,
  vaultPartsOf,
  vaultWithParts,
  writerTo,
} from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const HOUR_MS = 3_600_000
/** The time without activity after which a vault's upload is kept alive. */
const KEEP_ALIVE_MS = 12 * HOUR_MS

/** A vault that removes an upload after a day without activity, as the service does. */
function forgetful(vault: MemoryVault, clock: VirtualClock): MemoryVault {
  const activeAtMs = new Map<string, number>([...vault.uploads.keys()].map((id) => [id, 0]))
  vault.before = ({ operation, uploadId = '' }) => {
    for (const id of vault.uploads.keys())
      if (clock.now() - (activeAtMs.get(id) ?? clock.now()) > 24 * HOUR_MS) vault.uploads.delete(id)
    if (operation === 'uploadPart') activeAtMs.set(uploadId, clock.now())
  }
  return vault
}

/** Waits until so many parts were sent, with all that follows from it. */
async function partsSent(vault: MemoryVault, count: number): Promise<void> {
  while (sentTo(vault).length < count) await settled(1)
  await settled()
}

/** A source to write to, and the upload of it. */
function uploading(writer: ArchiveWriter): { source: PassThrough; done: Promise<void> } {
  const source = new PassThrough()
  const done = pipeline(source, rechunk(MIB, { memory: writer.partMemory }), hashParts(), writer)
  done.catch(() => undefined) // looked at later
  return { source, done }
}

t.test('an upload whose source is silent for 30 hours is kept alive, a part every 12 hours', async (t) => {
  const clock = new VirtualClock()
  const vault = forgetful(new MemoryVault(), clock)
  const bytes = patternBytes(5 * MIB)
  const writer = writerTo(vault, { clock })
  const { source, done } = uploading(writer)
  source.write(bytes.subarray(0, 3 * MIB))
  await partsSent(vault, 3)
  await clock.advance(12 * HOUR_MS - 1)
  t.equal(sentTo(vault).length, 3, 'not before half a day has passed')
  await clock.advance(1)
  t.equal(sentTo(vault).length, 4)
  await clock.advance(18 * HOUR_MS)
  t.equal(sentTo(vault).length, 5, 'and once more in 30 hours')
  source.end(bytes.subarray(3 * MIB))
  await done
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(bytes))
  t.equal(clock.sleeping, 0, 'no timer is left')
})

t.test('without it the service removes the upload: the test would show it', async (t) => {
  const clock = new VirtualClock()
  const vault = forgetful(new MemoryVault(), clock)
  const { source, done } = uploading(writerTo(vault, { clock }))
  source.write(patternBytes(2 * MIB))
  await partsSent(vault, 2)
  clock.time += 25 * HOUR_MS
  source.end(patternBytes(MIB))
  await t.rejects(done, { code: 'ERR_UPLOAD_GONE' })
})

t.test('a part that is sent puts off the next time', async (t) => {
  const clock = new VirtualClock()
  const vault = new MemoryVault()
  const { source, done } = uploading(writerTo(vault, { clock }))
  source.write(patternBytes(2 * MIB))
  await partsSent(vault, 2)
  await clock.advance(11 * HOUR_MS)
  source.write(patternBytes(MIB))
  await partsSent(vault, 3)
  await clock.advance(11 * HOUR_MS)
  t.equal(sentTo(vault).length, 3)
  await clock.advance(HOUR_MS)
  t.equal(sentTo(vault).length, 4)
  source.end()
  await done
})

t.test('an upload is kept alive from its last part on, however long that is compared only', async (t) => {
  const clock = new VirtualClock()
  const bytes = patternBytes(3 * MIB)
  const vault = forgetful(await vaultWithParts(bytes, [0, 1, 2]), clock)
  const writer = writerTo(vault, { clock, uploadId: 'upload-1' })
  const { source, done } = uploading(writer)
  source.write(bytes.subarray(0, 2 * MIB))
  await settled(100)
  t.strictSame(sentTo(vault), [])
  await clock.advance(30 * HOUR_MS)
  t.strictSame(sentTo(vault), [1, 1], 'the last that was compared')
  source.end(bytes.subarray(2 * MIB))
  await done
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(bytes))
})

t.test('a new part may come while the old one is sent again', async (t) => {
  const clock = new VirtualClock()
  const vault = new MemoryVault()
  const writer = writerTo(vault, { clock })
  const { source, done } = uploading(writer)
  const bytes = patternBytes(4 * MIB)
  source.write(bytes.subarray(0, 2 * MIB))
  await partsSent(vault, 2)
  const hold = gate()
  const [again] = sentTo(vault).slice(-1)
  vault.before = ({ operation, range }) =>
    operation === 'uploadPart' && range?.start === (again ?? 0) * MIB ? hold.opened : undefined
  await clock.advance(KEEP_ALIVE_MS)
  t.equal(vault.underWay, 1)
  source.end(bytes.subarray(2 * MIB))
  await partsSent(vault, 5)
  t.notOk(vault.operations.includes('completeUpload'), 'which waits for it')
  hold.open()
  await done
  t.ok(
    vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(bytes),
    'no byte was overwritten meanwhile',
  )
})

t.test('a part that cannot be sent again fails the upload', async (t) => {
  const clock = new VirtualClock()
  const vault = new MemoryVault()
  const journal = recordingJournal()
  const writer = writerTo(vault, { clock, journal })
  const failed = failure(writer)
  const { source } = uploading(writer)
  source.write(patternBytes(2 * MIB))
  await partsSent(vault, 2)
  vault.uploads.clear()
  await clock.advance(KEEP_ALIVE_MS)
  t.match(await failed, { code: 'ERR_UPLOAD_GONE', uploadId: 'upload-1' })
  t.strictSame(journal.types, ['begun', 'expired'])
  t.equal(clock.sleeping, 0)
})

t.test('nothing is sent again once the writer is destroyed', async (t) => {
  const clock = new VirtualClock()
  const vault = new MemoryVault()
  const writer = writerTo(vault, { clock })
  const failed = failure(writer)
  const { source } = uploading(writer)
  source.write(patternBytes(2 * MIB))
  await partsSent(vault, 2)
  writer.destroy(new Error('enough'))
  t.match(await failed, { code: 'ERR_UPLOAD_FAILED' })
  await clock.advance(100 * HOUR_MS)
  t.equal(sentTo(vault).length, 2)
  t.equal(clock.sleeping, 0)
})

/** A memory that counts what it is given back. */
class CountingMemory extends PartMemory {
  readonly back: Uint8Array[] = []

  override release(bytes: Uint8Array): void {
    this.back.push(bytes)
    super.release(bytes)
  }
}

t.test(
  'the memory of the part that is kept is given back when another takes its place, and at the end',
  async (t) => {
    const clock = new VirtualClock()
    const memory = new CountingMemory(MIB)
    const hold = gate()
    const again: StorePart[] = []
    const keepAlive = new KeepAlive(clock, KEEP_ALIVE_MS, memory, (part) => {
      again.push(part)
      return hold.opened
    })
    const [a, b, c] = (await vaultPartsOf(patternBytes(3 * MIB))) as [StorePart, StorePart, StorePart]
    keepAlive.keep(a)
    t.strictSame(memory.back, [])
    keepAlive.keep(b)
    t.strictSame(memory.back, [a.bytes])
    await clock.advance(KEEP_ALIVE_MS)
    t.strictSame(again, [b])
    keepAlive.keep(c)
    keepAlive.stop()
    t.strictSame(memory.back, [a.bytes, c.bytes], 'not while it is being sent')
    hold.open()
    await settled()
    t.strictSame(memory.back, [a.bytes, c.bytes, b.bytes])
    keepAlive.stop()
    t.equal(memory.back.length, 3, 'once')
    t.equal(clock.sleeping, 0)
  },
)
