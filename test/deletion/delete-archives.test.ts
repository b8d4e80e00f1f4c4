import t, { type Test } from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { readCatalog } from '../../lib/catalog/read-catalog.js'
import { deleteArchives, type DeletionTask } from '../../lib/deletion/delete-archives.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { settled } from '../helpers/gate.js'
import { MemoryFiles } from '../helpers/memory-files.js'

// Archives are deleted from a client in memory, and recorded on a disk in memory.

const PATH = '/data/catalog.jsonl'
const address = { region: 'eu-west-1' }

interface Deleting extends DeletionTask {
  readonly files: MemoryFiles
  /** The archives that deletion was requested of, in order. */
  readonly requested: string[]
}

async function deleting(
  test: Test,
  deleteArchive: DeletionTask['client']['deleteArchive'] = async () => undefined,
): Promise<Deleting> {
  const files = new MemoryFiles()
  const requested: string[] = []
  const catalog = await Catalog.openOn({ ...systemRuntime, files }, PATH)
  test.teardown(() => catalog.close())
  return {
    files,
    requested,
    catalog,
    client: {
      deleteArchive: (request) => {
        requested.push(request.archiveId)
        return deleteArchive(request)
      },
    },
    vaultName: 'docs',
    address,
    wallClock: { now: () => Date.UTC(2026, 0, 1) },
  }
}

async function recordedIn(files: MemoryFiles): Promise<object[]> {
  const found: object[] = []
  for await (const record of readCatalog(PATH, 'deleted', files)) found.push(record)
  return found
}

t.test('each deletion is recorded, with the time of the clock that is passed', async (t) => {
  const task = await deleting(t)
  const counts: number[] = []
  const onDeleted = async (_: object, count: number): Promise<void> => void counts.push(count)
  const groups = [[{ archiveId: 'a2', firstVolume: 'a1' }, { archiveId: 'a1' }], [{ archiveId: 'b' }]]
  t.equal(await deleteArchives(groups, { ...task, accountId: '-', concurrency: 1, onDeleted }), 3)
  const common = {
    type: 'deleted',
    time: '2026-01-01T00:00:00.000Z',
    ...address,
    accountId: '-',
    vaultName: 'docs',
  }
  t.strictSame(await recordedIn(task.files), [
    { ...common, archiveId: 'a2', firstVolume: 'a1' },
    { ...common, archiveId: 'a1' },
    { ...common, archiveId: 'b' },
  ])
  t.strictSame(counts, [1, 2, 3])
})

t.test('a failure ends the rest of its group, and all others unless they go on', async (t) => {
  const refuse = async ({ archiveId }: { readonly archiveId: string }): Promise<void> => {
    if (archiveId === 'a') throw new Error('refused')
  }
  const groups = [[{ archiveId: 'a' }, { archiveId: 'after a' }], [{ archiveId: 'b' }]]
  const strict = await deleting(t, refuse)
  await t.rejects(deleteArchives(groups, { ...strict, concurrency: 1 }), { message: 'refused' })
  t.strictSame(strict.requested, ['a'])
  const lenient = await deleting(t, refuse)
  const failed: object[] = []
  const onFailure: DeletionTask['onFailure'] = (_error, group) => failed.push(group) > 0
  t.equal(await deleteArchives(groups, { ...lenient, concurrency: 1, onFailure }), 1)
  t.strictSame(lenient.requested, ['a', 'b'])
  t.strictSame(failed, [groups[0]])
})

t.test('so many requests are made at a time, and all of them have ended when it fails', async (t) => {
  const ends: ((error?: Error) => void)[] = []
  const task = await deleting(
    t,
    () =>
      new Promise((resolve, reject) => {
        ends.push((error) => {
          if (error) reject(error)
          else resolve()
        })
      }),
  )
  const groups = Array.from({ length: 9 }, (_, i) => [{ archiveId: `${i}` }])
  const state = { isOver: false }
  const failing = t.rejects(
    deleteArchives(groups, task).finally(() => (state.isOver = true)),
    { message: 'refused' },
  )
  await settled()
  t.equal(ends.length, 8, 'by default eight')
  ends[0]?.(new Error('refused'))
  await settled()
  t.notOk(state.isOver, 'the others are waited for')
  for (const end of ends.slice(1)) end()
  await failing
  t.equal((await recordedIn(task.files)).length, 7, 'and recorded')
})
