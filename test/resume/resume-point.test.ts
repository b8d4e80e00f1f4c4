import t, { type Test } from 'tap'
import { LockLostError, ServiceError } from '../../lib/errors.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { Archive } from '../../lib/store/archive.js'
import { findResumePoint, type EarlierRun, type ResumeFinding } from '../../lib/resume/resume-point.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  recordingJournal,
  rejection,
  contextFor,
  vaultName,
  vaultWithParts,
  type RecordingJournal,
} from '../helpers/uploads.js'

const bytes = patternBytes(3 * MIB)
const firstPart = { size: MIB, hash: treeHashOf(bytes.subarray(0, MIB)) }
const content = { size: bytes.length, hash: treeHashOf(bytes) }
const intent = { ...content, firstPart, hasNextVolume: false }
const uploadId = 'upload-1'

const volume1: Archive = {
  archiveId: 'one',
  vaultName,
  size: 2 * MIB,
  hash: 'aa',
  partSize: MIB,
  parts: 2,
  description: 'the first',
  location: undefined,
  volume: 1,
  firstVolume: undefined,
}

const denied = new ServiceError('no', { operation: 'X', serviceCode: 'AccessDeniedException', status: 403 })

async function find(
  vault: MemoryVault,
  run: EarlierRun,
  journal: RecordingJournal = recordingJournal(),
): Promise<ResumeFinding & { readonly journal: RecordingJournal }> {
  return { ...(await findResumePoint(contextFor(vault, journal), run)), journal }
}

/** A vault in which the upload was completed and the answer lost. */
async function vaultWithArchive(t: Test): Promise<MemoryVault> {
  const vault = await vaultWithParts(bytes, [0, 1, 2], 'x')
  const stored = await vault.completeUpload({
    vaultName,
    uploadId,
    size: content.size,
    treeHash: content.hash,
  })
  t.equal(stored.archiveId, 'archive-2')
  vault.calls.length = 0
  return vault
}

t.test('an upload that is open is resumed with what it was begun with', async (t) => {
  const vault = await vaultWithParts(bytes, [0], 'as begun')
  const point = { uploadId, partSize: MIB, description: 'as begun', earlierVolumes: [], isComplete: false }
  const found = await find(vault, { uploadId, partSize: 4 * MIB, description: 'noted wrongly' })
  t.match(found, { point, ended: undefined, isStoredNow: false })
  t.strictSame(found.journal.notes, [])
  t.strictSame(vault.operations, ['listParts'])
  t.match(await find(vault, { uploadId, earlierVolumes: [volume1] }), {
    point: { earlierVolumes: [volume1] },
  })
})

t.test('of an upload that is gone and may be an archive, nobody knows what became', async (t) => {
  const found = await find(new MemoryVault(), { uploadId, isSameAccount: true, hasUnknownIntent: true })
  t.match(found, { point: undefined, ended: { code: 'ERR_UPLOAD_GONE' } })
  t.strictSame(found.journal.notes, [['closed', 'unknown', uploadId]])
})

t.test('an upload that is gone has expired, where the account is proven', async (t) => {
  for (const earlierVolumes of [undefined, [volume1]]) {
    const vault = new MemoryVault()
    const found = await find(vault, { uploadId, earlierVolumes, isSameAccount: true })
    t.match(found.ended, { code: 'ERR_UPLOAD_GONE', uploadId })
    t.strictSame(found.journal.notes, [['closed', 'expired', uploadId]])
    if (earlierVolumes)
      t.match(found.point, { uploadId: undefined, partSize: MIB, description: 'the first', earlierVolumes })
    else t.equal(found.point, undefined)
  }
})

t.test('in an account that is not proven, a 404 ends nothing, and nothing is continued', async (t) => {
  for (const earlier of [{}, { earlierVolumes: [volume1] }])
    for (const sent of [{}, { intent }, { intent, isOnlyIntent: true }]) {
      const found = await find(new MemoryVault(), { uploadId, ...earlier, ...sent })
      t.match(found.ended, { code: 'ERR_UPLOAD_GONE' })
      t.equal(found.point, undefined)
      t.strictSame(found.journal.notes, [])
    }
})

t.test('between two volumes the stream continues after the last, and nothing is asked', async (t) => {
  const vault = new MemoryVault()
  const found = await find(vault, { earlierVolumes: [volume1] })
  t.match(found, {
    point: { uploadId: undefined, earlierVolumes: [volume1], isComplete: false },
    ended: undefined,
  })
  await t.rejects(find(vault, {}), { name: 'TypeError', message: /uploadId/ })
  t.strictSame(vault.calls, [])
})

t.test(
  'the part size of an upload is known to the store, to the journal, or from earlier volumes',
  async (t) => {
    const vault = await vaultWithParts(bytes, [0], 'x')
    const list = vault.listParts.bind(vault)
    vault.listParts = async (request) => {
      const page = await list(request)
      return { ...page, upload: { ...page.upload, partSize: undefined as unknown as number } }
    }
    await t.rejects(find(vault, { uploadId }), { name: 'TypeError', message: /partSize/ })
    t.match(await find(vault, { uploadId, partSize: 2 * MIB }), { point: { partSize: 2 * MIB } })
    t.match(await find(vault, { uploadId, earlierVolumes: [volume1] }), {
      point: { partSize: volume1.partSize },
    })
  },
)

t.test(
  'a completion is sent again first, with the content of its intent, and its archive recorded',
  async (t) => {
    const vault = await vaultWithArchive(t)
    const found = await find(vault, { uploadId, intent, partSize: MIB, description: 'x', isOnlyIntent: true })
    t.match(
      vault.calls,
      [{ operation: 'completeUpload', uploadId, size: content.size, treeHash: content.hash }],
      'nothing else is asked',
    )
    const archive = {
      archiveId: 'archive-2',
      vaultName,
      ...content,
      partSize: MIB,
      parts: 3,
      description: 'x',
      location: '/here/archive-2',
      volume: 1,
      firstVolume: undefined,
    }
    t.strictSame(found.journal.notes, [['stored', archive, uploadId, false]])

    const versioned = contextFor(await vaultWithArchive(t), recordingJournal())
    const completed = versioned.store.completeUpload.bind(versioned.store)
    versioned.store.completeUpload = async (request) => ({ ...(await completed(request)), versionId: 'v' })
    const { point } = await findResumePoint(versioned, {
      uploadId,
      intent,
      partSize: MIB,
      isOnlyIntent: true,
    })
    t.match(point?.earlierVolumes, [{ archiveId: 'archive-2', versionId: 'v' }])
    t.equal(found.isStoredNow, true)
    t.strictSame(found.point, {
      uploadId: undefined,
      partSize: MIB,
      description: 'x',
      earlierVolumes: [archive],
      isComplete: true,
    })
  },
)

t.test('a volume that is stored so is continued after where another follows', async (t) => {
  const vault = await vaultWithArchive(t)
  const run = {
    uploadId,
    intent: { ...intent, hasNextVolume: true },
    earlierVolumes: [volume1],
    partSize: MIB,
  }
  const { point, journal } = await find(vault, run)
  t.match(point, { isComplete: false, earlierVolumes: [volume1, { volume: 2, firstVolume: 'one' }] })
  t.match(journal.notes, [['stored', { volume: 2, firstVolume: 'one' }, uploadId, true]])
})

t.test('where the part size is not known, it is the smallest that holds the first part', async (t) => {
  for (const [size, partSize] of [
    [MIB, MIB],
    [5, MIB],
    [MIB + 1, 2 * MIB],
    [4 * MIB, 4 * MIB],
  ] as const) {
    const vault = await vaultWithArchive(t)
    const { point } = await find(vault, {
      uploadId,
      intent: { ...intent, firstPart: { ...firstPart, size } },
    })
    t.match(point?.earlierVolumes, [{ partSize, parts: Math.ceil(content.size / partSize) }])
  }
})

t.test(
  'an answer without a hash counts where the intent is the only one, or the upload was open',
  async (t) => {
    for (const [isOnlyIntent, isOpen, isTaken] of [
      [true, false, true],
      [false, true, true],
      [false, false, false],
    ] as const) {
      for (const earlierVolumes of [[], [volume1]]) {
        const vault = isOpen ? await vaultWithParts(bytes, [0, 1, 2]) : new MemoryVault()
        vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: undefined })
        const run = { uploadId, intent, isOnlyIntent, earlierVolumes, partSize: MIB, isSameAccount: true }
        const { point, ended, journal, isStoredNow } = await find(vault, run)
        t.equal(isStoredNow, isTaken)
        t.strictSame(journal.types, isTaken ? ['stored'] : ['unknown'])
        t.equal(vault.operations.includes('listParts'), !isOnlyIntent)
        if (isTaken) continue
        t.match(ended, { code: 'ERR_COMPLETION_UNKNOWN', archiveId: 'a', ...content })
        t.match(journal.notes, [['closed', 'unknown', uploadId, { ...content, archiveId: 'a' }]])
        t.equal(point?.earlierVolumes[0]?.archiveId, earlierVolumes[0]?.archiveId, 'earlier volumes are kept')
      }
    }
  },
)

t.test('an upload that is gone after its completion was sent is unknown', async (t) => {
  for (const earlierVolumes of [undefined, [volume1]]) {
    const found = await find(new MemoryVault(), { uploadId, intent, isSameAccount: true, earlierVolumes })
    t.match(found.ended, { code: 'ERR_COMPLETION_UNKNOWN', ...content })
    t.strictSame(found.journal.notes, [['closed', 'unknown', uploadId, content]])
    t.match(found.point, earlierVolumes ? { earlierVolumes, isComplete: false } : undefined)
  }
})

t.test('after an intent is refused, the upload is resumed as any other', async (t) => {
  const vault = await vaultWithParts(bytes, [0, 2], 'd')
  vault.before = ({ operation }) => {
    if (operation === 'completeUpload') throw rejection
  }
  const { point, journal } = await find(vault, { uploadId, intent: { ...intent, intentId: 'i' } })
  t.match(point, { uploadId, partSize: MIB, description: 'd', isComplete: false })
  t.strictSame(journal.notes, [], 'the request of the earlier run may be carried out yet')
})

t.test('an archive with another hash ends the upload', async (t) => {
  const vault = new MemoryVault()
  vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: 'ff' })
  const { point, ended, journal } = await find(vault, { uploadId, intent, isOnlyIntent: true })
  t.match(ended, { code: 'ERR_HASH_MISMATCH', scope: 'archive' })
  t.equal(point, undefined)
  t.strictSame(journal.types, ['mismatched'])
})

t.test('what says nothing of the upload is thrown', async (t) => {
  for (const failing of ['listParts', 'completeUpload']) {
    for (const run of [
      { uploadId, intent },
      { uploadId, intent, isOnlyIntent: true },
      { uploadId },
    ] as EarlierRun[]) {
      const vault = await vaultWithParts(bytes, [0, 1, 2])
      vault.before = ({ operation }) => {
        if (operation === failing) throw denied
      }
      const isAsked = failing === 'listParts' ? run.isOnlyIntent !== true : run.intent !== undefined
      if (isAsked) await t.rejects(find(vault, run), { code: 'ERR_SERVICE' })
      else t.ok((await find(vault, run)).point)
    }
  }
})

t.test('who has lost the lock, or cannot record the archive, ends with that error', async (t) => {
  const vault = await vaultWithArchive(t)
  const lost = recordingJournal()
  lost.before = () => {
    throw new LockLostError('the upload')
  }
  await t.rejects(find(vault, { uploadId, intent, isOnlyIntent: true }, lost), { code: 'ERR_LOCK_LOST' })
  t.strictSame(vault.calls, [])
  const full = recordingJournal()
  full.before = (what) => {
    if (what === 'stored') throw new Error('disk full')
  }
  await t.rejects(find(vault, { uploadId, intent, isOnlyIntent: true }, full), {
    code: 'ERR_NOT_RECORDED',
    archiveId: 'archive-2',
  })
})
