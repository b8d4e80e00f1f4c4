import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { AbortError } from '../../../lib/errors.js'
import type { TransferProgress } from '../../../lib/transfer/progress.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { gate } from '../../helpers/gate.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { optionsFor } from '../../helpers/retrieval.js'

const MIB = 1_048_576

t.test('a download is a promise with the events of its reader', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const file = join(t.testdir(), 'out')
  const download = retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  t.match(download.plan, {
    rangeSize: MIB,
    concurrency: 2,
    totalBytes: undefined,
    jobs: [{ archiveId: 'a' }],
  })
  const seen: unknown[] = []
  download
    .on('job', (jobId, found) => seen.push(['job', jobId, found]))
    .on('ready', ({ archiveSize }) => seen.push(['ready', archiveSize]))
    .on('range', ({ end }) => seen.push(['range', end]))
    .on('held', () => seen.push('held'))
  let last: TransferProgress | undefined
  download.on('progress', (progress) => (last = progress))
  await download
  t.strictSame(seen, [
    ['job', 'a', false],
    ['ready', 3 * MIB],
    ['range', MIB],
    ['range', 2 * MIB],
    ['range', 3 * MIB],
  ])
  t.match(last, { doneBytes: 3 * MIB, totalBytes: 3 * MIB, skippedBytes: 0, requestsInFlight: 0 })
  t.ok((await readFile(file)).equals(bytes))
})

t.test('abort() ends a download, keeps its bytes, and the next one skips them', async (t) => {
  const bytes = patternBytes(6 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  const vault = MemoryVault.holding(bytes)
  const never = gate()
  vault.before = ({ operation, range }) =>
    operation === 'getJobOutput' && range?.start === 4 * MIB ? never.opened : undefined
  const stopped = retrieveToFile(file, optionsFor(vault, { concurrency: 1 }))
  stopped.on('range', ({ end }) => {
    if (end < 4 * MIB) return
    setImmediate(() => {
      stopped.abort('enough')
    })
  })
  const error = await stopped.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  t.ok(error instanceof AbortError)
  t.match(error, { code: 'ABORT_ERR', cause: 'enough' })
  t.equal(vault.underWay, 0)
  stopped.abort('has no effect any more')
  t.strictSame((await readdir(dir)).sort(), ['out.partial', 'out.partial.ranges'])

  const resumed = retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  let last: TransferProgress | undefined
  resumed.on('progress', (progress) => (last = progress))
  const [[held]] = await Promise.all([
    new Promise<[readonly { readonly end: number }[]]>((resolve) => {
      resumed.on('held', (...args) => {
        resolve(args)
      })
    }),
    resumed,
  ])
  const heldBytes = held.at(-1)?.end ?? 0
  t.ok(heldBytes >= MIB, `${heldBytes} bytes are held`)
  t.match(last, {
    doneBytes: 6 * MIB,
    skippedBytes: heldBytes,
    sentBytes: 6 * MIB - heldBytes,
    totalBytes: 6 * MIB,
    partsDone: 6,
  })
  t.ok((await readFile(file)).equals(bytes))
})

t.test('archives that need no job are skipped as well, and the total is known', async (t) => {
  const volumes = [patternBytes(2 * MIB, 1), patternBytes(2 * MIB, 2)]
  const { treeHashOf } = await import('../../../lib/tree-hash/tree-hash.js')
  const known = {
    archiveId: ['a', 'b'],
    archiveSizes: [2 * MIB, undefined],
    archiveTreeHashes: volumes.map((bytes) => treeHashOf(bytes)),
  }
  const holding = (): MemoryVault => {
    const vault = MemoryVault.holding(volumes[0] as Buffer)
    vault.archives.set('b', volumes[1] as Buffer)
    return vault
  }
  const file = join(t.testdir(), 'out')
  const first = holding()
  first.before = ({ operation, jobId, range }) => {
    if (operation === 'getJobOutput' && jobId === 'b' && range?.start === MIB) throw new Error('stopped')
  }
  await t.rejects(retrieveToFile(file, optionsFor(first, { ...known, concurrency: 1 })), {
    message: 'stopped',
  })
  const again = holding()
  const resumed = retrieveToFile(file, optionsFor(again, known))
  let last: TransferProgress | undefined
  resumed.on('progress', (progress) => (last = progress))
  await resumed
  t.notOk(again.calls.some(({ operation, archiveId }) => operation === 'startRetrieval' && archiveId === 'a'))
  t.ok((last?.skippedBytes ?? 0) >= 2 * MIB)
  t.match(last, { doneBytes: 4 * MIB, totalBytes: 4 * MIB })
})

t.test('the reason of the caller’s signal is the cause', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  vault.before = () => gate().opened
  const aborting = new AbortController()
  const download = retrieveToFile(join(t.testdir(), 'out'), optionsFor(vault, { signal: aborting.signal }))
  setImmediate(() => {
    aborting.abort('timeout')
  })
  await t.rejects(download, { name: 'AbortError', cause: 'timeout' })
})

t.test('a listener that throws rejects the promise, and the process goes on', async (t) => {
  const bytes = patternBytes(3 * MIB)
  for (const event of ['job', 'ready', 'range', 'progress'] as const) {
    const download = retrieveToFile(join(t.testdir(), 'out'), optionsFor(MemoryVault.holding(bytes)))
    download.once(event, () => {
      throw new Error('in a listener')
    })
    await t.rejects(download, { code: 'ERR_LISTENER', event }, event)
  }
})
