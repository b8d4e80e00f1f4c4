import t from 'tap'
import { retrieveArchive, startRetrieval } from '../../lib/vault/retrieve-archive.js'
import type { VaultRetrieval } from '../../lib/vault/retrieval-options.js'
import { AbortError, ConnectionError } from '../../lib/errors.js'
import { systemClock } from '../../lib/runtime/clock.js'
import { VirtualClock } from '../helpers/virtual-clock.js'
import { MIB } from '../../lib/sizes.js'
import { gathered } from '../helpers/gather.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { count, optionsFor } from '../helpers/retrieval.js'

t.test('a job that is there is used again, where it brings out the same, and soon enough', async (t) => {
  const chosenFor = async (
    change: (vault: MemoryVault) => void,
    more: Partial<VaultRetrieval> = {},
  ): Promise<boolean | undefined> => {
    const vault = MemoryVault.holding(patternBytes(2 * MIB))
    vault.archives.set('b', patternBytes(MIB))
    vault.jobs.push('a')
    change(vault)
    const reader = retrieveArchive(optionsFor(vault, more))
    const told: boolean[] = []
    reader.on('job', (_jobId, found) => told.push(found))
    await gathered(reader)
    t.equal(count(vault, 'startRetrieval'), told[0] ? 0 : 1)
    return told[0]
  }
  const nothing = (): void => undefined
  t.equal(await chosenFor(nothing), true)
  t.equal(await chosenFor(nothing, { archiveId: 'b' }), false, 'it is of another archive')
  t.equal(await chosenFor(nothing, { range: { start: 0, end: MIB } }), false, 'it is of the whole')
  t.equal(
    await chosenFor((vault) => vault.jobs.push('a@0-1048576'), { range: { start: 0, end: MIB } }),
    true,
    'it is of the range',
  )
  t.equal(
    await chosenFor((vault) => (vault.completionDate = '2026-01-01T00:00:00Z')),
    false,
    'it expires soon',
  )
  t.equal(await chosenFor((vault) => (vault.listedStatus = 'Failed')), false)
  const underWay = (vault: MemoryVault): void => void (vault.listedStatus = 'InProgress')
  t.equal(await chosenFor(underWay), true, 'it is under way')
  t.equal(await chosenFor(underWay, { tier: 'Bulk' }), true, 'it is faster than was asked for')
  t.equal(await chosenFor(underWay, { tier: 'Expedited' }), false, 'it is slower')
  t.equal(await chosenFor(nothing, { tier: 'Expedited' }), true, 'but it is done')
})

t.test('jobs can be started without waiting for them, and waited for later', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = MemoryVault.holding(bytes)
  t.strictSame(await startRetrieval(optionsFor(vault)), ['a'])
  t.strictSame(vault.operations, ['listJobs', 'startRetrieval'])
  t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
  t.equal(count(vault, 'startRetrieval'), 1)
  const given = MemoryVault.holding(bytes)
  t.ok((await gathered(retrieveArchive(optionsFor(given, { jobId: 'a' })))).equals(bytes))
  t.equal(count(given, 'listJobs'), 0, 'one that is given is not looked for')
  const part = { jobId: 'a@1048576-2097152', range: { start: MIB, end: 2 * MIB } }
  t.ok((await gathered(retrieveArchive(optionsFor(given, part)))).equals(bytes.subarray(MIB, 2 * MIB)))
  for (const more of [
    { archiveId: ['a', 'b'], jobId: 'a' },
    { archiveId: ['a', 'b'], range: { start: 0, end: 1 } },
    { range: { start: 5, end: 5 } },
    { range: { start: -1, end: 5 } },
    { range: { start: 0.5, end: 5 } },
    { range: { start: 0, end: 6 }, archiveSize: 5 },
    { archiveId: ['a', 'b'], range: { start: 0, end: 1 }, archiveSizes: [5, undefined] },
    { archiveId: ['a', 'b'], range: { start: 0, end: 11 }, archiveSizes: [5, 5] },
    { archiveId: ['a', 'b'], archiveSizes: [5] },
  ]) {
    t.throws(() => retrieveArchive(optionsFor(vault, more)), { name: 'RangeError' }, JSON.stringify(more))
  }
})

t.test('starting jobs can be aborted, also while a request waits to be repeated', async (t) => {
  for (const clock of [new VirtualClock(false), systemClock]) {
    const vault = MemoryVault.holding(patternBytes(MIB))
    vault.before = () => {
      throw new ConnectionError('reset', { operation: 'ListJobs', serviceCode: 'ECONNRESET' })
    }
    const aborting = new AbortController()
    const starting = startRetrieval(optionsFor(vault, { clock, signal: aborting.signal }))
    setImmediate(() => {
      aborting.abort('enough')
    })
    const error = await starting.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    t.ok(error instanceof AbortError)
    t.match(error, { cause: 'enough' })
  }
})

t.test('just the range that was asked for is handed on', async (t) => {
  const bytes = patternBytes(10.5 * MIB)
  const vault = MemoryVault.holding(bytes)
  for (const [start, end] of [
    [0, 1],
    [MIB - 1, MIB + 1],
    [3 * MIB + 5, 9 * MIB - 7],
    [10 * MIB, bytes.length],
    [10.25 * MIB, 10.5 * MIB],
    [0, bytes.length],
  ] as const) {
    const options = optionsFor(vault, { range: { start, end }, archiveSize: bytes.length })
    const reader = retrieveArchive(options)
    let told = 0
    reader.on('range', (range) => (told = range.end))
    const found = await gathered(reader)
    t.ok(found.equals(bytes.subarray(start, end)), `${start} to ${end}`)
    t.equal(told, end - start)
  }
})

t.test('a job that is forgotten amid the reading is started again, and what is read goes on', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const vault = MemoryVault.holding(bytes)
  let outputs = 0
  vault.before = ({ operation }) => {
    if (operation === 'getJobOutput' && ++outputs === 4) vault.expiredJobs.add('a')
  }
  const reader = retrieveArchive(optionsFor(vault))
  const told: unknown[] = []
  reader.on('job', (jobId) => told.push(jobId))
  t.ok((await gathered(reader)).equals(bytes))
  t.equal(told.length, 2, 'two jobs')
  t.equal(count(vault, 'startRetrieval'), 2)
  t.ok(outputs <= 8 + 3, 'what was fetched was not fetched again')

  const gone = MemoryVault.holding(bytes)
  gone.before = ({ operation, jobId }) => {
    if (operation === 'getJobOutput') gone.expiredJobs.add(jobId ?? '')
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(gone))), { code: 'ERR_NOT_FOUND' })
  t.equal(count(gone, 'startRetrieval'), 4, 'not for ever')
})

t.test('a range of several archives is one of the stream they make', async (t) => {
  const volumes = [patternBytes(4 * MIB, 1), patternBytes(4 * MIB, 2), patternBytes(2.5 * MIB, 3)]
  const stream = Buffer.concat(volumes)
  const archiveId = ['a', 'b', 'c']
  const archiveSizes = volumes.map(({ length }) => length)
  for (const [start, end, ids] of [
    [0, stream.length, ['a', 'b', 'c']],
    [1, 2, ['a']],
    [4 * MIB - 1, 4 * MIB + 1, ['a', 'b']],
    [4 * MIB, 8 * MIB, ['b']],
    [3.5 * MIB, 9.25 * MIB, ['a', 'b', 'c']],
    [8 * MIB, stream.length, ['c']],
    [10 * MIB + 7, stream.length - 7, ['c']],
  ] as const) {
    const vault = new MemoryVault()
    for (const [i, bytes] of volumes.entries()) vault.archives.set(archiveId[i] ?? '', bytes)
    const reader = retrieveArchive(optionsFor(vault, { archiveId, archiveSizes, range: { start, end } }))
    t.ok((await gathered(reader)).equals(stream.subarray(start, end)), `${start} to ${end}`)
    const started = vault.calls.flatMap((call) => (call.operation === 'startRetrieval' ? call.archiveId : []))
    t.strictSame([...new Set(started)], ids, 'only what is needed is retrieved')
  }
  const wrong = new MemoryVault()
  for (const [i, bytes] of volumes.entries()) wrong.archives.set(archiveId[i] ?? '', bytes)
  const range = { start: 0, end: 9 * MIB }
  const misled = retrieveArchive(
    optionsFor(wrong, { archiveId, archiveSizes: [3 * MIB, 4 * MIB, 4 * MIB], range }),
  )
  await t.rejects(gathered(misled), { code: 'ERR_SIZE_MISMATCH', expected: 3 * MIB, actual: 4 * MIB })
})
