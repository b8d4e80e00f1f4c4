import t from 'tap'
import { archivesIn } from '../../lib/catalog/queries/archives.js'
import { Catalog, readCatalog } from '../../lib/catalog/catalog.js'
import { conflictsIn } from '../../lib/catalog/queries/conflicts.js'
import { listingOf } from '../../lib/catalog/queries/listing.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import { setOf } from '../../lib/catalog/queries/sets.js'
import { unsettledIn } from '../../lib/catalog/queries/unsettled-records.js'
import { findUnfinishedUploads } from '../../lib/catalog/unfinished-uploads.js'
import { systemRuntime, type Runtime } from '../../lib/runtime/runtime.js'
import { MemoryFiles } from '../helpers/memory-files.js'
import { systemError } from '../simulation/disk/system-error.js'

// The catalog on a disk in memory, which can be full, take a part of a write, and lose power.

const PATH = '/data/glacier/catalog.jsonl'

function runtimeOn(files: MemoryFiles): Runtime {
  const wallClock = { now: () => Date.UTC(2026, 0, 1) }
  const random = { uuid: () => 'u', hex: () => 'f' }
  return { ...systemRuntime, files, wallClock, random }
}

function deleted(archiveId: string): CatalogRecord {
  return { type: 'deleted', time: 't', region: 'r', vaultName: 'v', archiveId }
}

async function idsIn(files: MemoryFiles): Promise<string[]> {
  const ids: string[] = []
  for await (const { archiveId } of readCatalog(PATH, 'deleted', files)) ids.push(archiveId)
  return ids
}

t.test('a catalog is written and read without the disk and the clock of the machine', async (t) => {
  const files = new MemoryFiles()
  await using catalog = await Catalog.openOn(runtimeOn(files), PATH)
  t.strictSame(await files.readdir('/data/glacier'), ['catalog.jsonl'], 'the trial of free space is removed')
  const journal = catalog.journal({ region: 'r' }, { streamId: 's' })
  const begun = { uploadId: 'u', vaultName: 'v', partSize: 4, description: 'd', volume: 1 }
  await journal.begun({ ...begun, location: undefined, firstVolume: undefined })
  t.equal(
    files.text(PATH),
    '{"type":"begun","time":"2026-01-01T00:00:00.000Z","region":"r","uploadId":"u","vaultName":"v","partSize":4,"description":"d","volume":1,"streamId":"s"}\n',
  )
  t.match(await findUnfinishedUploads(readCatalog(PATH, undefined, files)), [{ uploadId: 'u' }])
  t.strictSame([...(await unsettledIn(PATH, files)).uploads.keys()], ['u'])
  const stored = { archiveId: 'a', vaultName: 'v', size: 3, hash: 'h', partSize: 4, parts: 1, volume: 1 }
  const rest = { description: 'd', location: undefined, firstVolume: undefined }
  await journal.stored({ ...stored, ...rest }, 'u', false)
  for await (const archive of archivesIn(PATH, files))
    t.match(archive, { archiveId: 'a', size: 3, treeHash: 'h' })
  t.match(await setOf(PATH, 'a', files), { state: 'complete' })
  t.strictSame(await conflictsIn(PATH, files), [])
  const { blocks } = await listingOf(PATH, files)
  for await (const entries of blocks)
    for (const entry of entries) t.match(entry, { archiveId: 'a', size: 3, treeHash: 'h' })
})

t.test('a power failure at any step loses no record that was reported as written', async (t) => {
  let isOver = false
  for (let steps = 0; !isOver; steps++) {
    for (const kept of [0, 0.5, 1]) {
      const files = new MemoryFiles()
      files.stepsToPowerFailure = steps
      const reported: string[] = []
      const write = async (): Promise<void> => {
        const catalog = await Catalog.openOn(runtimeOn(files), PATH)
        for (const id of ['a', 'b']) {
          await catalog.append(deleted(id))
          reported.push(id)
        }
      }
      isOver = await write().then(
        () => true,
        () => false,
      )
      files.restart((unsynced) => Math.floor(unsynced * kept))
      await using catalog = await Catalog.openOn(runtimeOn(files), PATH)
      await catalog.append(deleted('next'))
      const found = await idsIn(files)
      t.strictSame(found.slice(0, reported.length), reported, `after ${steps} steps`)
      t.equal(found.at(-1), 'next', 'a torn line does not hide the record after it')
    }
  }
})

t.test('a short write tears no line', async (t) => {
  const files = new MemoryFiles()
  await using catalog = await Catalog.openOn(runtimeOn(files), PATH)
  let writes = 0
  files.limitWrite = (_, bytes) => (writes++ === 0 ? Math.floor(bytes / 2) : bytes)
  await catalog.append(deleted('a'), deleted('b'))
  t.strictSame(await idsIn(files), ['a', 'b'])
  t.equal(writes, 2)
})

t.test('a full disk fails the record, and the next one once there is room again is whole', async (t) => {
  const files = new MemoryFiles()
  const fill = (room: number): void => {
    files.limitWrite = (path, bytes) => {
      if (room === 0) throw systemError('ENOSPC', 'write', path)
      const count = Math.min(room, bytes)
      room -= count
      return count
    }
  }
  const full = { code: 'ERR_CATALOG', path: PATH, cause: { code: 'ENOSPC' } }
  fill(65_535)
  await t.rejects(Catalog.openOn(runtimeOn(files), PATH), full, 'found when the catalog is opened')
  t.strictSame(await files.readdir('/data/glacier'), ['catalog.jsonl'])
  fill(Infinity)
  await using catalog = await Catalog.openOn(runtimeOn(files), PATH)
  fill(10)
  await t.rejects(catalog.append(deleted('torn')), full)
  fill(Infinity)
  await catalog.append(deleted('next'))
  t.strictSame(await idsIn(files), ['next'])
})
