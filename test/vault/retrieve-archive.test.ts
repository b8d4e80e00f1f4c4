import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { archiveReader } from '../../lib/vault/archive-reader.js'
import { retrieveArchive } from '../../lib/vault/retrieve-archive.js'
import type { VaultRetrieval } from '../../lib/vault/retrieval-options.js'
import { ConnectionError } from '../../lib/errors.js'
import type { VaultJob, VaultJobOutput } from '../../lib/client/vault-client.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { gathered } from '../helpers/gather.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { count } from '../helpers/retrieval.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const vaultName = 'backups'

function optionsFor(client: MemoryVault): VaultRetrieval {
  return { client, vaultName, archiveId: 'a', rangeSize: MIB, retryFor: 10_000, clock: new VirtualClock() }
}

async function* bodyOf(...pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

t.test('an archive of any size comes back as it is, in ranges of any size', async (t) => {
  for (const size of [1, MIB - 1, MIB, MIB + 1, 4 * MIB, 10.5 * MIB]) {
    const bytes = patternBytes(size)
    for (const rangeSize of [undefined, MIB, 2 * MIB, 4 * MIB, 16 * MIB]) {
      const vault = MemoryVault.holding(bytes)
      const found = await gathered(retrieveArchive({ ...optionsFor(vault), rangeSize }))
      t.ok(found.equals(bytes), `${size} bytes in ranges of ${rangeSize}`)
      const asked = vault.calls
        .filter(({ operation }) => operation === 'getJobOutput')
        .map(({ range }) => range)
      t.equal(asked.length, Math.ceil(size / (rangeSize ?? 16 * MIB)))
      t.equal(asked.at(-1)?.end, size)
    }
  }
})

t.test('it starts the job, waits for it with longer and longer pauses, and tells of it', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.jobStates.push('InProgress', 'InProgress', 'InProgress')
  const told: unknown[] = []
  const reader = retrieveArchive({
    ...optionsFor(vault),
    tier: 'Bulk',
    accountId: '123456789012',
    poll: { firstMs: 1, maxMs: 2 },
  })
  reader.on('job', (jobId) => told.push(jobId))
  reader.on('waiting', ({ status, creationDate }) => told.push([status, creationDate]))
  reader.once('ready', ({ archiveSize }) => told.push(archiveSize))
  reader.on('range', ({ start, end }) => told.push({ start, end }))
  await gathered(reader)
  t.strictSame(told, [
    'a',
    ['InProgress', '2026-01-01T00:00:00.000Z'],
    2 * MIB,
    { start: 0, end: MIB },
    { start: MIB, end: 2 * MIB },
  ])
  t.equal(vault.operations[0], 'listJobs', 'it looks for a job first')
  t.match(vault.calls[1], {
    operation: 'startRetrieval',
    archiveId: 'a',
    tier: 'Bulk',
    accountId: '123456789012',
  })
  t.equal(count(vault, 'describeJob'), 4)
})

t.test('a finished job can be read by its ID', async (t) => {
  const bytes = patternBytes(3 * MIB + 1)
  const vault = MemoryVault.holding(bytes)
  const found = await gathered(archiveReader({ client: vault, vaultName, jobId: 'a', rangeSize: MIB }))
  t.ok(found.equals(bytes))
  t.equal(vault.operations[0], 'describeJob')
})

t.test('nothing is asked for before something is read', async (t) => {
  const vault = MemoryVault.holding(patternBytes(5))
  const reader = retrieveArchive(optionsFor(vault))
  await settled()
  t.strictSame(vault.calls, [])
  reader.destroy()
})

t.test('a job that fails, and an archive there is none of, are errors', async (t) => {
  const vault = MemoryVault.holding(patternBytes(5))
  vault.jobStates.push('Failed')
  await t.rejects(gathered(retrieveArchive(optionsFor(vault))), {
    name: 'JobFailedError',
    code: 'ERR_JOB_FAILED',
    jobId: 'a',
  })
  await t.rejects(gathered(retrieveArchive({ ...optionsFor(vault), archiveId: 'b' })), {
    code: 'ERR_NOT_FOUND',
  })
})

t.test('a range that is corrupt, cut, too long or broken off is fetched again, alone', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const faults: Record<string, (output: VaultJobOutput, good: Buffer) => VaultJobOutput> = {
    corrupt: (output, good) => {
      const bad = Buffer.from(good)
      bad[500] = (bad[500] ?? 0) ^ 1
      return { ...output, body: bodyOf(bad) }
    },
    cut: (output, good) => ({ ...output, body: bodyOf(good.subarray(0, -1)) }),
    'too long': (output, good) => ({ ...output, body: bodyOf(good, Buffer.alloc(1)) }),
    'broken off': (output) => ({
      ...output,
      // eslint-disable-next-line require-yield -- it breaks before its first byte
      body: (async function* () {
        throw new ConnectionError('reset', { operation: 'GetJobOutput', serviceCode: 'ECONNRESET' })
      })(),
    }),
    'without a hash': ({ body }) => ({ body, treeHash: undefined }),
  }
  const codes: Record<string, string> = {
    corrupt: 'ERR_HASH_MISMATCH',
    cut: 'ERR_SIZE_MISMATCH',
    'too long': 'ERR_SIZE_MISMATCH',
    'broken off': 'ERR_RETRIES_EXHAUSTED',
    'without a hash': 'ERR_HASH_MISMATCH',
  }
  for (const [what, fault] of Object.entries(faults)) {
    for (const start of [0, 2 * MIB, 4 * MIB]) {
      const vault = MemoryVault.holding(bytes)
      let times = 2
      vault.tamper = (output, { range }) =>
        range.start === start && times-- > 0 ? fault(output, bytes.subarray(range.start, range.end)) : output
      t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes), `${what} at ${start}`)
      const asked = vault.calls
        .filter(({ operation }) => operation === 'getJobOutput')
        .map(({ range }) => range?.start)
      t.equal(asked.length, 5 + 2, 'only that range was fetched again')
      t.equal(asked.filter((at) => at === start).length, 3)

      const never = MemoryVault.holding(bytes)
      never.tamper = (output, { range }) =>
        range.start === start ? fault(output, bytes.subarray(range.start, range.end)) : output
      const out: Buffer[] = []
      await t.rejects(gathered(retrieveArchive(optionsFor(never)), out), {
        code: codes[what],
      })
      const handedOn = Buffer.concat(out)
      t.ok(handedOn.equals(bytes.subarray(0, handedOn.length)), 'what came out before is right')
      t.ok(handedOn.length <= start, 'and nothing from the bad range on came out')
    }
  }
})

t.test('other refusals are told at once', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.before = ({ operation }) => {
    if (operation === 'getJobOutput') throw new Error('expired')
  }
  await t.rejects(gathered(retrieveArchive({ ...optionsFor(vault), concurrency: 1 })), { message: 'expired' })
  t.equal(count(vault, 'getJobOutput'), 1)
})

t.test("ranges that verify one by one but are not the archive's fail it before its last byte", async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = MemoryVault.holding(bytes)
  const describeJob = vault.describeJob.bind(vault)
  vault.describeJob = async (request) => ({
    ...(await describeJob(request)),
    archiveTreeHash: 'f'.repeat(64),
  })
  const out: Buffer[] = []
  await t.rejects(gathered(retrieveArchive(optionsFor(vault)), out), {
    code: 'ERR_HASH_MISMATCH',
    scope: 'archive',
    expected: 'f'.repeat(64),
  })
  t.ok(Buffer.concat(out).length < bytes.length)
})

t.test('an archive in one range without a hash of its own is held against that of its job', async (t) => {
  const bytes = patternBytes(MIB)
  const vault = MemoryVault.holding(bytes)
  vault.tamper = ({ body }) => ({ body, treeHash: undefined })
  t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
})

t.test('a job that says no size is an error', async (t) => {
  const vault = MemoryVault.holding(patternBytes(3))
  const job: VaultJob = {
    ...(await vault.describeJob({ vaultName, jobId: 'a' })),
    range: undefined,
    archiveTreeHash: 'h',
  }
  for (const archiveSize of [undefined, 0]) {
    vault.describeJob = async () => ({ ...job, archiveSize })
    await t.rejects(gathered(retrieveArchive(optionsFor(vault))), { code: 'ERR_SIZE_MISMATCH' })
  }
})

t.test('what it holds is bounded while its reader is slow', async (t) => {
  const vault = MemoryVault.holding(Buffer.alloc(40 * MIB))
  const hold = gate()
  let taken = 0
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      taken += chunk.length
      void hold.opened.then(() => {
        callback()
      })
    },
  })
  const done = pipeline(retrieveArchive({ ...optionsFor(vault), memory: 8 * MIB }), sink)
  await settled(300)
  const asked = count(vault, 'getJobOutput')
  t.ok(taken > 0 && taken <= MIB, `${taken} bytes were taken`)
  t.ok(asked <= 8, `${asked} ranges of 1 MiB were fetched in a budget of 8 MiB`)
  t.ok(vault.mostUnderWay <= 6)
  hold.open()
  await done
  t.equal(taken, 40 * MIB)
})

t.test('the signal and destroy() end it in any state', async (t) => {
  for (const state of ['startRetrieval', 'describeJob', 'getJobOutput'] as const) {
    const vault = MemoryVault.holding(patternBytes(3 * MIB))
    const never = gate()
    vault.before = ({ operation }) => (operation === state ? never.opened : undefined)
    const aborting = new AbortController()
    const reading = gathered(retrieveArchive({ ...optionsFor(vault), signal: aborting.signal }))
    await settled()
    aborting.abort(new Error('enough'))
    await t.rejects(reading, { name: 'AbortError', code: 'ABORT_ERR' }, state)
    t.equal(vault.underWay, 0, 'no request is left')
  }
  const vault = MemoryVault.holding(patternBytes(3 * MIB))
  vault.jobStates.push(...Array<'InProgress'>(50).fill('InProgress'))
  const waiting = retrieveArchive({ ...optionsFor(vault), clock: new VirtualClock(false) })
  waiting.resume()
  await settled()
  waiting.destroy()
  await new Promise((resolve) => waiting.once('close', resolve))
  t.equal(count(vault, 'describeJob'), 1, 'it waits no longer')
})

t.test('it is left in the middle without a trace', async (t) => {
  const vault = MemoryVault.holding(patternBytes(9 * MIB))
  for await (const chunk of retrieveArchive(optionsFor(vault))) {
    t.equal(chunk.length, MIB)
    break
  }
  await settled()
  t.equal(vault.underWay, 0)
})

t.test('a listener that throws fails the stream instead of the process', async (t) => {
  for (const event of ['job', 'waiting', 'ready', 'range'] as const) {
    const vault = MemoryVault.holding(patternBytes(3))
    vault.jobStates.push('InProgress')
    const reader = retrieveArchive({ ...optionsFor(vault), poll: { firstMs: 1 } })
    reader.on(event, () => {
      throw new Error('in a listener')
    })
    await t.rejects(gathered(reader), { message: 'in a listener' }, event)
  }
})

t.test('wrong options are refused at once', async (t) => {
  const options = optionsFor(new MemoryVault())
  t.throws(() => retrieveArchive({ ...options, archiveId: '' }), { name: 'RangeError', message: /archiveId/ })
  t.throws(() => retrieveArchive({ ...options, archiveId: 7 as unknown as string }), { name: 'TypeError' })
  t.throws(() => retrieveArchive({ ...options, rangeSize: 5 }), { name: 'RangeError' })
  t.throws(() => retrieveArchive({ ...options, client: undefined as never }), {
    name: 'TypeError',
    message: /client of retrieveArchive must be a GlacierClient/,
  })
})

t.test('it is a Readable to the type checker and works under pipe', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const reader: Readable = retrieveArchive(optionsFor(MemoryVault.holding(bytes)))
  t.ok((await gathered(reader.pipe(new PassThrough()))).equals(bytes))
})
