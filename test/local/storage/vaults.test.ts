import { MIB } from '../../../lib/sizes.js'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'

import t from 'tap'

import { clock } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { Meter } from '../../../lib/local/costs/meter.js'
import type { ArchiveRecord } from '../../../lib/local/records/archive-record.js'
import { Disk } from '../../../lib/local/disk/disk.js'
import { realismOf } from '../../../lib/local/realism/realism-options.js'
import { makeStores } from '../../../lib/local/stores/stores.js'
import type { UploadRecord } from '../../../lib/local/records/upload-record.js'
import { withDefaults } from '../../../lib/local/service/undocumented.js'
import {
  complete,
  locksOf,
  sendPart,
  stored,
  storesOver,
  vaultName,
  vaultPath,
} from '../../helpers/local-stores.js'

const DAY = 86_400_000

t.test('a vault is not deleted under an archive that is just coming in', async (t) => {
  for (let i = 0; i < 10; i++) {
    const dir = t.testdir()
    const [here, there] = await Promise.all([storesOver(dir), storesOver(dir)])
    const [archive, deletion] = await Promise.allSettled([
      here.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined),
      there.vaults.delete(vaultName),
    ])
    if (archive.status === 'fulfilled') {
      t.match(deletion, { status: 'rejected', reason: { status: 400, message: /Vault not empty/ } })
      t.ok((await stored(there, archive.value)).equals(patternBytes(10)))
    } else t.equal(deletion.status, 'fulfilled')
  }
  const dir = t.testdir()
  const time = clock()
  const stores = await storesOver(dir, time.now)
  await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await rm(vaultPath(dir, 'written'))
  await t.rejects(
    stores.vaults.delete(vaultName),
    { name: 'ApiError', status: 400 },
    'even where the note of the write is lost',
  )
})

t.test('a vault half made or half deleted is none, and is made whole', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir)
  await mkdir(join(dir, 'vaults', 'half', 'archives'), { recursive: true })
  t.match(await stores.vaults.list(), [{ name: vaultName }])
  t.match((await stores.vaults.list()).length, 1)
  await rmdir(vaultPath(dir, 'archives'))
  await stores.vaults.create(vaultName)
  t.ok(await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined))
  await stores.vaults.create('other')
  await rmdir(join(dir, 'vaults', 'other', 'archives'))
  await stores.vaults.delete('other')
  t.strictSame(await readdir(join(dir, 'vaults')), [vaultName, 'half'].sort())
  await rm(vaultPath(dir, 'archives'), { recursive: true })
  await writeFile(vaultPath(dir, 'archives'), '')
  await rm(vaultPath(dir, 'written'))
  await t.resolves(stores.vaults.delete(vaultName), 'a file in the place of the folder holds no archives')
})

t.test('made by several processes at once, it is one vault', async (t) => {
  const dir = t.testdir()
  const processes = await Promise.all([storesOver(dir), storesOver(dir)])
  await Promise.all([...processes, ...processes].map(({ vaults }) => vaults.create('new')))
  const dates = await Promise.all(
    processes.map(async ({ vaults }) => (await vaults.find('new')).creationDate),
  )
  t.equal(new Set(dates).size, 1)
})

t.test('an inventory misses nothing written in the moment of the last one', async (t) => {
  const time = clock()
  const stores = await storesOver(t.testdir(), time.now)
  const store = (): Promise<ArchiveRecord> =>
    stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await store()
  time.time += DAY
  t.match(await stores.vaults.find(vaultName), { inventory: { archiveCount: 1 } })
  await store()
  time.time += DAY
  const found = await Promise.all([stores.vaults.find(vaultName), stores.vaults.find(vaultName)])
  t.match(found, [{ inventory: { archiveCount: 2 } }, { inventory: { archiveCount: 2 } }])
})

t.test('an inventory misses nothing written while a process died, or while one was taken', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const { archives, vaults } = await storesOver(dir, time.now)
  const { archiveId } = await archives.store(
    vaultName,
    null,
    Readable.from([patternBytes(10)]),
    () => undefined,
  )
  const [stored, away] = [vaultPath(dir, 'archives', archiveId), join(dir, 'away')]
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 1 } })

  time.time += 1
  const dying = vaults.withWriteNoted(vaultName, async () => {
    await rename(stored, away)
    throw new Error('power cut')
  })
  await t.rejects(dying, { message: 'power cut' })
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 0 } })

  time.time += 1
  await vaults.withWriteNoted(vaultName, async () => {
    time.time += DAY
    t.match(await vaults.find(vaultName), { inventory: { archiveCount: 0 } })
    time.time += 1
    await rename(away, stored)
  })
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 1 } })
})

t.test('an archive that goes while it is counted is not counted', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await mkdir(vaultPath(dir, 'archives', 'going'))
  time.time += DAY
  t.match(await stores.vaults.find(vaultName), { inventory: { archiveCount: 1, size: 10 + 32_768 } })
})

t.test('whatever meets the deletion of its vault fails as for a vault that there never was', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  const { uploads, archives, jobs, vaults, settings } = stores
  const bytes = patternBytes(10)
  const gone = { name: 'ApiError', status: 404, message: /^Vault not found for ARN/ }
  const order = {
    description: null,
    snsTopic: null,
    tier: 'Standard',
    archiveSize: 1,
    start: 0,
    end: 1,
  } as const
  const wanted = { format: 'JSON', startDate: null, endDate: null, limit: null, marker: null } as const
  /** A body that comes while the vault is deleted. */
  const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
    await vaults.delete(vaultName)
    yield bytes
  }
  /** Deletes the vault once it is known to be there. */
  const overtaken = async (act: () => Promise<unknown>): Promise<unknown> => {
    const folder = vaults.folder.bind(vaults)
    vaults.folder = async (name, kind) => {
      const path = await folder(name, kind)
      vaults.folder = folder
      await vaults.delete(vaultName)
      return path
    }
    return act().finally(() => {
      vaults.folder = folder
    })
  }
  const races: Record<string, (upload: UploadRecord) => Promise<unknown>> = {
    UploadArchive: () => archives.store(vaultName, null, source(), () => undefined),
    UploadMultipartPart: (upload) =>
      uploads.receive(vaultName, upload, { start: 0, end: 10 }, source(), () => undefined),
    CompleteMultipartUpload: (upload) => overtaken(() => complete(stores, upload, bytes)),
    AbortMultipartUpload: ({ uploadId }) => overtaken(() => uploads.abort(vaultName, uploadId)),
    InitiateMultipartUpload: () => overtaken(() => uploads.initiate(vaultName, MIB, null)),
    ListParts: (upload) => overtaken(() => uploads.partIndexes(vaultName, upload)),
    ListMultipartUploads: () => overtaken(() => uploads.list(vaultName)),
    ListJobs: () => overtaken(() => jobs.list(vaultName)),
    'InitiateJob of an archive': () =>
      overtaken(() =>
        jobs.startArchiveRetrieval(vaultName, {
          ...order,
          archiveId: '',
          archiveTreeHash: '',
          treeHash: null,
        }),
      ),
    'InitiateJob of an inventory': () =>
      overtaken(() => jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted })),
    DeleteArchive: () => overtaken(() => stores.retained.delete(vaultName, 'a'.repeat(138))),
    AddTagsToVault: async () => {
      await vaults.delete(vaultName)
      await settings.change(vaultName, () => ({ tags: {} }))
    },
  }
  for (const [operation, race] of Object.entries(races)) {
    await vaults.create(vaultName)
    await vaults.takeInventory(vaultName)
    time.time += 10
    const upload = await uploads.initiate(vaultName, MIB, null)
    const racing = vaults.unlessDeleted(vaultName, () => race(upload))
    await t.rejects(racing, gone, operation)
    t.strictSame(await readdir(join(dir, 'vaults')), [], `${operation} makes nothing`)
    t.strictSame(await readdir(join(dir, 'tmp')), [], `${operation} leaves nothing`)
  }
  await vaults.create(vaultName)
  await rmdir(vaultPath(dir, 'archives'))
  await t.rejects(
    vaults.unlessDeleted(vaultName, () =>
      archives.store(vaultName, null, Readable.from([bytes]), () => undefined),
    ),
    { status: 507, message: 'The vault docs is damaged: a file or folder that it needs is missing. ' },
    'a deletion that was cut off is told apart',
  )
})

t.test('what fails to be written leaves nothing behind', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir, Date.now, {}, () => undefined)
  const { uploads, archives, jobs, vaults, account } = stores
  const bytes = patternBytes(10)
  await archives.store(vaultName, null, Readable.from([bytes]), () => undefined)
  await vaults.takeInventory(vaultName)
  const upload = await uploads.initiate(vaultName, MIB, null)
  const order = { description: null, snsTopic: null } as const
  const wanted = { format: 'JSON', startDate: null, endDate: null, limit: null, marker: null } as const
  const failing = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield bytes
    throw new Error('hung up')
  }
  const full = new Error('full')
  // Each of these fails in the step after it has written: the rename, or the bytes that follow.
  const steps: Record<string, () => Promise<unknown>> = {
    'an archive that is cut': () => archives.store(vaultName, null, failing(), () => undefined),
    'an archive that is wrong': () =>
      archives.store(vaultName, null, Readable.from([bytes]), () => {
        throw full
      }),
    'a part that is cut': () =>
      uploads.receive(vaultName, upload, { start: 0, end: 10 }, failing(), () => undefined),
    'a part that is wrong': () =>
      sendPart(stores, upload, bytes, 0, () => {
        throw full
      }),
  }
  for (const [name, step] of Object.entries(steps)) {
    await t.rejects(step(), name)
    t.strictSame(await readdir(join(dir, 'tmp')), [], name)
  }
  // A folder in the place of a file, or a file in that of a folder, makes the rename fail.
  const blocked: [string, () => Promise<unknown>][] = [
    [join(dir, 'account.json'), () => account.purchase()],
    [vaultPath(dir, 'inventory.jsonl'), () => vaults.takeInventory(vaultName)],
    [vaultPath(dir, 'uploads'), () => uploads.initiate(vaultName, MIB, null)],
    [vaultPath(dir, 'uploads', upload.uploadId, '00000.part'), () => sendPart(stores, upload, bytes)],
    [vaultPath(dir, 'jobs'), () => jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted })],
    [join(dir, 'vaults', 'new'), () => vaults.create('new')],
  ]
  for (const [path, act] of blocked) {
    const isFolder = /uploads$|jobs$|new$/.test(path)
    await rename(path, join(dir, 'away')).catch(() => undefined)
    await (isFolder ? writeFile(path, '') : mkdir(join(path, 'in'), { recursive: true }))
    await t.rejects(act(), path)
    t.strictSame(await readdir(join(dir, 'tmp')), [], path)
    await rm(path, { recursive: true })
    await rename(join(dir, 'away'), path).catch(() => undefined)
  }
  const disk = new Disk(dir)
  await disk.open()
  disk.writeJson = () => Promise.reject(full)
  const ground = {
    disk,
    locks: locksOf(disk),
    now: Date.now,
    region: '',
    accountId: '',
    onFailure: () => t.fail(),
  }
  const failed = makeStores(ground, new Meter(Date.now), {
    realism: realismOf({}),
    createVaults: false,
    snsEndpoint: undefined,
    policies: 'strict',
    onWarning: () => undefined,
    undocumented: withDefaults({}),
  })
  await t.rejects(failed.jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted }), full)
  t.strictSame(
    await readdir(vaultPath(dir, 'jobs')),
    [],
    'nor the output of a job that could not be recorded',
  )
})
