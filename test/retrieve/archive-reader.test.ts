import { join } from 'node:path'
import t from 'tap'
import type { TransferProgress } from '../../lib/transfer/progress.js'
import { AbortError, ServiceError } from '../../lib/errors.js'
import { archiveReader } from '../../lib/vault/archive-reader.js'
import { retrieveArchive } from '../../lib/vault/retrieve-archive.js'
import { MIB } from '../../lib/sizes.js'
import { retrieveToFile } from '../../lib/vault/retrieve-to-file.js'
import { gate, settled } from '../helpers/gate.js'
import { gathered } from '../helpers/gather.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { count, optionsFor } from '../helpers/retrieval.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

/** Yields bytes in pieces, and lets time pass before each. */
async function* slowly(
  body: AsyncIterable<Uint8Array>,
  clock: VirtualClock,
  pieceMs: number,
): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    clock.time += pieceMs
    yield piece
  }
}

t.test('progress is reported while a single large range arrives, at most ten times a second', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const vault = MemoryVault.holding(bytes)
  const clock = new VirtualClock()
  vault.tamper = (output) => ({ ...output, body: slowly(output.body, clock, 25) })
  const reader = retrieveArchive(optionsFor(vault, { rangeSize: 8 * MIB, clock }))
  const seen: (TransferProgress & { readonly time: number })[] = []
  reader.on('progress', (progress) => seen.push({ ...progress, time: clock.time }))
  t.ok((await gathered(reader)).equals(bytes))
  const amid = seen.filter(({ sentBytes, doneBytes }) => sentBytes > 0 && doneBytes === 0)
  t.ok(amid.length > 20, `${amid.length} events while 128 pieces arrived in 3.2 s`)
  t.strictSame(new Set(amid.map(({ requestsInFlight }) => requestsInFlight)), new Set([1]))
  for (const [i, { time }] of amid.entries())
    if (i > 0) t.ok(time - (amid[i - 1]?.time ?? 0) >= 100, 'not more often')
  t.match(seen.at(-1), {
    doneBytes: bytes.length,
    sentBytes: bytes.length,
    skippedBytes: 0,
    totalBytes: bytes.length,
    inFlightBytes: 0,
    partsDone: 1,
    partsSkipped: 0,
    requestsInFlight: 0,
    retries: 0,
  })
})

t.test('progress ends before the stream does, and counts repeated bytes as sent only', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const vault = MemoryVault.holding(bytes)
  let failures = 2
  vault.tamper = (output, { range }) =>
    range.start === 2 * MIB && failures-- > 0 ? { ...output, treeHash: 'f'.repeat(64) } : output
  const reader = retrieveArchive(optionsFor(vault))
  const events: (TransferProgress | 'end')[] = []
  reader.on('progress', (progress) => events.push(progress))
  reader.on('end', () => events.push('end'))
  await gathered(reader)
  t.equal(events.pop(), 'end')
  const last = { doneBytes: 5 * MIB, sentBytes: 7 * MIB, totalBytes: 5 * MIB, partsDone: 5 }
  t.match(events.at(-1), { ...last, requestsInFlight: 0 })
  let doneBytes = 0
  for (const progress of events as TransferProgress[]) {
    t.ok(progress.doneBytes >= doneBytes, 'it only grows')
    doneBytes = progress.doneBytes
  }
})

t.test('the bytes done of a range are those that are handed on', async (t) => {
  const bytes = patternBytes(10.5 * MIB)
  const range = { start: 3 * MIB + 5, end: 9 * MIB - 7 }
  const vault = MemoryVault.holding(bytes)
  const reader = retrieveArchive(optionsFor(vault, { range, archiveSize: bytes.length }))
  t.equal(reader.plan.totalBytes, range.end - range.start)
  let last: TransferProgress | undefined
  reader.on('progress', (progress) => (last = progress))
  await gathered(reader)
  const total = range.end - range.start
  t.match(last, { doneBytes: total, totalBytes: total })
  t.ok((last?.sentBytes ?? 0) > total, 'more is fetched')
})

t.test('the bytes of several archives of unknown size are known when the last job is ready', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.archives.set('b', patternBytes(MIB, 2))
  const reader = retrieveArchive(optionsFor(vault, { archiveId: ['a', 'b'] }))
  t.equal(reader.plan.totalBytes, undefined)
  const totals = new Set<number | undefined>()
  reader.on('progress', ({ totalBytes }) => totals.add(totalBytes))
  await gathered(reader)
  t.strictSame([...totals], [undefined, 3 * MIB])
})

t.test('the bytes of several archives are known as soon as the size of each is', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.archives.set('b', patternBytes(MIB, 2))
  const archiveSizes = [undefined, MIB]
  const reader = retrieveArchive(optionsFor(vault, { archiveId: ['a', 'b'], archiveSizes }))
  t.equal(reader.progress.totalBytes, undefined)
  const totals: unknown[] = []
  reader.on('range', () => totals.push(reader.progress.totalBytes))
  await gathered(reader)
  t.strictSame(totals, [3 * MIB, 3 * MIB, 3 * MIB])
})

t.test('a request in flight is aborted with the error of the reader as the reason', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  const isReading = gate()
  let reason: unknown
  vault.getJobOutput = ({ signal }) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reason = signal.reason
        reject(new AbortError({ cause: reason }))
      })
      isReading.open()
    })
  const reader = retrieveArchive(optionsFor(vault))
  const error = new Error('enough')
  const failed = t.rejects(gathered(reader), { message: 'enough' })
  await isReading.opened
  reader.destroy(error)
  await failed
  t.equal(reason, error)
})

t.test('an error is reported when the request that starts another job has ended', async (t) => {
  const vault = MemoryVault.holding(patternBytes(3 * MIB))
  vault.archives.set('b', patternBytes(MIB, 2))
  const isStarting = gate()
  let hasEnded = false
  const startRetrieval = vault.startRetrieval.bind(vault)
  vault.startRetrieval = async (request) => {
    if (request.archiveId === 'a') return startRetrieval(request)
    isStarting.open()
    await new Promise((resolve) => request.signal?.addEventListener('abort', resolve))
    await settled()
    hasEnded = true
    throw new AbortError()
  }
  vault.before = async ({ operation, range }) => {
    if (operation !== 'getJobOutput' || range?.start !== 2 * MIB) return
    await isStarting.opened
    throw new Error('broken')
  }
  const options = optionsFor(vault, { archiveId: ['a', 'b'], archiveSizes: [3 * MIB, MIB] })
  await t.rejects(gathered(retrieveArchive(options)), { message: 'broken' })
  t.ok(hasEnded)
})

t.test('a reader that is destroyed reports how far it came', async (t) => {
  const vault = MemoryVault.holding(patternBytes(9 * MIB))
  const reader = retrieveArchive(optionsFor(vault))
  let last: TransferProgress | undefined
  reader.on('progress', (progress) => (last = progress))
  for await (const chunk of reader) {
    t.ok(chunk)
    break
  }
  if (!reader.closed) await new Promise((resolve) => reader.once('close', resolve))
  t.ok((last?.doneBytes ?? 0) >= MIB)
  t.equal(last?.requestsInFlight, 0)
})

t.test('an error of one range is not delayed by another that is still being repeated', async (t) => {
  const vault = MemoryVault.holding(patternBytes(3 * MIB))
  const never = gate()
  vault.before = ({ operation, range }) => {
    if (operation !== 'getJobOutput') return undefined
    if (range?.start === 0)
      throw new ServiceError('no', { operation: 'GetJobOutput', serviceCode: 'AccessDeniedException' })
    return never.opened
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(vault))), {
    code: 'ERR_SERVICE',
    serviceCode: 'AccessDeniedException',
  })
  t.equal(vault.underWay, 0, 'the other request has ended')
})

t.test('a job that is given by its ID must retrieve the requested range', async (t) => {
  const vault = MemoryVault.holding(patternBytes(4 * MIB))
  const jobId = 'a@1048576-2097152'
  for (const range of [
    { start: 0, end: MIB },
    { start: MIB, end: 1.5 * MIB },
  ])
    await t.rejects(gathered(retrieveArchive(optionsFor(vault, { jobId, range }))), {
      name: 'RangeError',
      message: /must be the range of the job a@1048576-2097152, bytes 1048576-2097151 of the archive/,
    })
  t.equal(count(vault, 'getJobOutput'), 0)
})

t.test('a job that is given by its ID must retrieve the requested archive, all of it', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.archives.set('b', patternBytes(3 * MIB, 2))
  const range = { start: 0, end: MIB }
  for (const [more, message] of [
    [{ jobId: 'b' }, /must be the ID of a job for the archive a: the job b retrieves the archive b/],
    [
      { jobId: 'b@0-1048576', range },
      /must be the ID of a job for the archive a: .* retrieves the archive b/,
    ],
    [
      { jobId: 'a@0-1048576' },
      /range must be the range of the job a@0-1048576, bytes 0-1048575 of the archive/,
    ],
  ] as const) {
    await t.rejects(gathered(retrieveArchive(optionsFor(vault, more))), { name: 'RangeError', message })
    const file = join(t.testdir(), 'out')
    await t.rejects(retrieveToFile(file, optionsFor(vault, more)), { name: 'RangeError', message })
  }
  t.equal(count(vault, 'getJobOutput'), 0)
  const job = await vault.describeJob({ vaultName: 'backups', jobId: 'a' })
  vault.describeJob = ({ jobId }) =>
    Promise.resolve({
      ...job,
      jobId,
      action: 'InventoryRetrieval',
      archiveId: undefined,
      archiveSize: undefined,
      range: undefined,
    })
  await t.rejects(gathered(retrieveArchive(optionsFor(vault, { jobId: 'inventory' }))), {
    name: 'RangeError',
    message: /must be the ID of a job for the archive a: the job inventory retrieves an inventory/,
  })
})

t.test('a job without a size fails a download with the same error as a stream', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  const job = await vault.describeJob({ vaultName: 'backups', jobId: 'a' })
  vault.describeJob = () => Promise.resolve({ ...job, archiveSize: undefined, range: undefined })
  const code = 'ERR_SIZE_MISMATCH'
  await t.rejects(gathered(retrieveArchive(optionsFor(vault))), { code })
  await t.rejects(retrieveToFile(join(t.testdir(), 'out'), optionsFor(vault)), { code })
})

t.test('nothing is reported as handed on after a listener has thrown', async (t) => {
  const reader = retrieveArchive(optionsFor(MemoryVault.holding(patternBytes(3 * MIB))))
  reader.on('progress', () => {
    throw new Error('boom')
  })
  reader.on('range', () => {
    t.notOk(reader.destroyed, 'no range after the end')
  })
  await t.rejects(gathered(reader), { code: 'ERR_LISTENER' })
})

t.test('a finished job of which only the ID is known is not started again', async (t) => {
  const vault = MemoryVault.holding(patternBytes(4 * MIB))
  let outputs = 0
  vault.before = ({ operation }) => {
    if (operation === 'getJobOutput' && ++outputs === 3) vault.expiredJobs.add('a')
  }
  const options = { client: vault, vaultName: 'backups', jobId: 'a', rangeSize: MIB, concurrency: 1 }
  await t.rejects(gathered(archiveReader(options)), { code: 'ERR_NOT_FOUND' })
  t.equal(count(vault, 'startRetrieval'), 0)
})
