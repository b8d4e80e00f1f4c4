import { Readable } from 'node:stream'
import t from 'tap'
import { NotFoundError, ServiceError } from '../../lib/errors.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { UploadedPart, UploadWarning } from '../../lib/store/archive.js'
import type { TransferProgress } from '../../lib/transfer/progress.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { laterDescription } from '../../lib/glacier/volume-description.js'
import { MIB } from '../../lib/sizes.js'
import { gate } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  recordingJournal,
  reset,
  send,
  sentTo,
  uploadParts,
  vaultName,
  vaultWithParts,
  writerTo,
} from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

t.test('only what the service has not is sent, whatever the pattern of holes', async (t) => {
  const bytes = patternBytes(6 * MIB + 100)
  const all = [0, 1, 2, 3, 4, 5, 6]
  for (const there of [[], [0], [6], [0, 1, 2], [1, 3, 5], [0, 2, 4, 6], [6, 5, 4], all]) {
    const vault = await vaultWithParts(bytes, there, 'as it was begun')
    const archives = await resumeUpload([bytes], {
      client: vault,
      vaultName,
      uploadId: 'upload-1',
      partSize: 16 * MIB,
      description: 'another',
    })
    const missing = all.filter((index) => !there.includes(index))
    t.strictSame(sentTo(vault), missing, `with ${there.join()} there`)
    t.match(archives, [{ size: bytes.length, parts: 7, partSize: MIB, description: 'as it was begun' }])
    t.ok(vault.archives.get(archives[0].archiveId)?.equals(bytes))
    t.notOk(vault.operations.includes('initiateUpload'))
  }
})

t.test('an upload that cannot be listed fails with that error, before the source is read', async (t) => {
  const vault = await vaultWithParts(patternBytes(2 * MIB), [0])
  const denied = new ServiceError('denied', { operation: 'ListParts', serviceCode: 'AccessDeniedException' })
  vault.before = () => {
    throw denied
  }
  const source = Readable.from([patternBytes(2 * MIB)])
  await t.rejects(resumeUpload(source, { client: vault, vaultName, uploadId: 'upload-1' }), denied)
  t.ok(source.destroyed)
})

t.test('it tells which parts were there', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = await vaultWithParts(bytes, [1])
  const writer = writerTo(vault, { uploadId: 'upload-1' })
  const parts: UploadedPart[] = []
  writer.on('part', (part) => parts.push(part))
  await send(bytes, writer)
  parts.sort((a, b) => a.index - b.index)
  t.match(parts, [{ skipped: false }, { skipped: true, start: MIB, end: 2 * MIB }, { skipped: false }])
  t.match(writer.archives, [{ size: bytes.length }])
})

t.test('parts that differ are sent again, and counted in a warning', async (t) => {
  const before = patternBytes(5 * MIB)
  const now = Buffer.from(before)
  now[MIB] = (now[MIB] ?? 0) ^ 1
  now[4 * MIB] = (now[4 * MIB] ?? 0) ^ 1
  const vault = await vaultWithParts(before, [0, 1, 2, 4])
  const writer = writerTo(vault, { uploadId: 'upload-1' })
  const warnings: UploadWarning[] = []
  writer.on('warning', (warning) => warnings.push(warning))
  await send(now, writer)
  t.strictSame(sentTo(vault), [1, 3, 4])
  t.match(warnings, [{ code: 'PARTS_DIFFERED', message: /^2 of the parts/ }])
  t.ok(
    vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(now),
    'the archive is what the source is now',
  )
})

t.test('a source that has grown past a short last part takes its place', async (t) => {
  const now = patternBytes(3 * MIB)
  const vault = await vaultWithParts(now.subarray(0, MIB + 7), [0, 1])
  const writer = writerTo(vault, { uploadId: 'upload-1' })
  await send(now, writer)
  t.strictSame(sentTo(vault), [1, 2])
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(now))
})

t.test('a source that ends before the last uploaded byte is refused, and nothing is destroyed', async (t) => {
  const bytes = patternBytes(4 * MIB)
  for (const [size, sourceSize] of [
    [3 * MIB, undefined],
    [3 * MIB + 5, undefined],
    [5, undefined],
    [0, undefined],
    [3 * MIB + 5, 3 * MIB + 5],
  ] as const) {
    const vault = await vaultWithParts(bytes, [0, 3])
    const notes = recordingJournal()
    const writer = writerTo(vault, { uploadId: 'upload-1', sourceSize, journal: notes })
    await t.rejects(send(bytes.subarray(0, size), writer), {
      code: 'ERR_UPLOAD_FAILED',
      kept: true,
      uploadId: 'upload-1',
      cause: {
        name: 'ResumeMismatchError',
        code: 'ERR_RESUME_MISMATCH',
        start: size,
        end: 4 * MIB,
        message: new RegExp(`Bytes ${size}-4194303 were uploaded before, but the source ends at ${size}\\.`),
      },
    })
    t.strictSame(notes.notes, [['closed', 'superseded', 'upload-1']], 'only its ID selects it from now on')
    const kept = vault.uploads.get('upload-1')
    t.ok(kept?.get(3 * MIB)?.equals(bytes.subarray(3 * MIB)), `${size} bytes: what was there is there`)
    if (sourceSize !== undefined) t.strictSame(sentTo(vault), [], 'and nothing was sent')
  }
})

t.test('a source without a byte makes no archive of an upload that has no part', async (t) => {
  const vault = await vaultWithParts(Buffer.alloc(0), [])
  await t.rejects(send(Buffer.alloc(0), writerTo(vault, { uploadId: 'upload-1' })), {
    code: 'ERR_UPLOAD_FAILED',
    kept: true,
    cause: { code: 'ERR_EMPTY_ARCHIVE' },
  })
})

t.test('an upload the service has no more says so, and what to do', async (t) => {
  const vault = new MemoryVault()
  const options = { client: vault, vaultName, uploadId: 'gone', clock: new VirtualClock() }
  await t.rejects(resumeUpload([patternBytes(5)], options), {
    name: 'UploadGoneError',
    code: 'ERR_UPLOAD_GONE',
    uploadId: 'gone',
    message: /after a day without activity.*start a new upload/,
  })
  const notes = recordingJournal()
  const writer = writerTo(vault, { uploadId: 'gone', journal: notes })
  await t.rejects(send(patternBytes(5), writer), { code: 'ERR_UPLOAD_GONE' })
  t.equal(writer.uploadId, undefined)
  t.strictSame(notes.notes, [], 'in another account every upload seems to be gone')
  await t.rejects(resumeUpload([patternBytes(5)], { ...options, uploadId: undefined }), {
    name: 'TypeError',
    message: /uploadId/,
  })
  vault.before = () => {
    throw new NotFoundError('Vault not found for ARN: x', {
      operation: 'ListParts',
      serviceCode: 'ResourceNotFoundException',
      reason: 'vault-not-found',
    })
  }
  await t.rejects(resumeUpload([patternBytes(5)], options), { code: 'ERR_NOT_FOUND' })
})

t.test('an upload that goes while parts are sent is told as that', async (t) => {
  const vault = new MemoryVault()
  const notes = recordingJournal()
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart') vault.uploads.clear()
  }
  const writer = writerTo(vault, { journal: notes })
  await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_UPLOAD_GONE', uploadId: 'upload-1' })
  t.equal(writer.uploadId, undefined)
  t.strictSame(notes.types, ['begun', 'expired'])
})

t.test('an upload of a later volume is not resumed without the earlier ones', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = await vaultWithParts(bytes, [0], laterDescription('d', { volume: 2, firstVolume: 'one' }))
  await t.rejects(resumeUpload([bytes], { client: vault, vaultName, uploadId: 'upload-1' }), {
    code: 'ERR_INCOMPLETE_SET',
    firstVolume: 'one',
    missing: [1],
  })
})

t.test('an upload that became an archive unheard is asked for its ID, and the source compared', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = await vaultWithParts(bytes, [0, 1, 2])
  const content = { size: bytes.length, hash: treeHashOf(bytes) }
  await vault.completeUpload({ vaultName, uploadId: 'upload-1', size: content.size, treeHash: content.hash })
  vault.calls.length = 0
  const firstPart = { size: MIB, hash: treeHashOf(bytes.subarray(0, MIB)) }
  const journal = recordingJournal()
  const intent = { ...content, firstPart, hasNextVolume: false }
  const options = { client: vault, vaultName, uploadId: 'upload-1', intent, isOnlyIntent: true, journal }
  t.match(await resumeUpload([bytes], options), [{ archiveId: 'archive-2', ...content, parts: 3 }])
  t.strictSame(vault.operations, ['completeUpload'])
  t.strictSame(journal.types, ['stored'])
  const changed = Buffer.from(bytes)
  changed[0] = (changed[0] ?? 0) ^ 1
  await t.rejects(resumeUpload([changed], options), { code: 'ERR_RESUME_MISMATCH', archiveId: 'archive-2' })
  const gone = { ...options, client: new MemoryVault(), isSameAccount: true }
  await t.rejects(resumeUpload([bytes], gone), { code: 'ERR_COMPLETION_UNKNOWN', ...content })
})

t.test('the signal ends the search for an upload, which is left as it is', async (t) => {
  const signal = AbortSignal.abort()
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = await vaultWithParts(Buffer.alloc(0), [])
    vault.before = () => gate().opened
    const upload = resumeUpload([], { client: vault, vaultName, uploadId: 'upload-1', signal, onFailure })
    await t.rejects(upload, { name: 'AbortError', uploadId: 'upload-1' })
    t.equal(upload.uploadId, undefined)
    t.ok(vault.uploads.has('upload-1'))
  }
})

t.test('parts that are there, and stored volumes, count as done and skipped', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const vault = new MemoryVault()
  const first = writerTo(vault, { maxArchiveSize: 2 * MIB })
  await send(bytes.subarray(0, 2 * MIB), first)
  const uploadId = await uploadParts(vault, bytes.subarray(2 * MIB), [1])
  const upload = resumeUpload([bytes], {
    client: vault,
    vaultName,
    uploadId,
    earlierVolumes: first.archives,
    sourceSize: bytes.length,
    hashThreads: 0,
  })
  t.equal(upload.plan, undefined, 'the part size is not known yet')
  const reports: TransferProgress[] = []
  upload.on('progress', (progress) => reports.push(progress))
  const [, second] = await upload
  t.match(second, { volume: 2, size: 3 * MIB })
  t.match(upload.plan, { partSize: MIB })
  t.strictSame(reports.at(-1), {
    doneBytes: 5 * MIB,
    skippedBytes: 3 * MIB,
    sentBytes: 2 * MIB,
    totalBytes: 5 * MIB,
    inFlightBytes: 0,
    partsDone: 5,
    partsSkipped: 3,
    requestsInFlight: 0,
    retries: 0,
  })
  const done = reports.map(({ doneBytes }) => doneBytes)
  t.strictSame(
    done,
    [...done].sort((a, b) => a - b),
    'it only grows',
  )
})

t.test('retries before the source is read are events, and their listeners may fail the upload', async (t) => {
  const bytes = patternBytes(2 * MIB)
  for (const isFailing of [false, true]) {
    const vault = await vaultWithParts(bytes, [0])
    let failures = 30
    vault.before = ({ operation }) => {
      if (operation === 'listParts' && failures-- > 0) throw reset
    }
    const clock = new VirtualClock()
    const upload = resumeUpload([bytes], { client: vault, vaultName, uploadId: 'upload-1', clock })
    const attempts: number[] = []
    upload.on('retry', (notice) => {
      attempts.push(notice.attempts)
      if (isFailing) throw new Error('of the listener')
    })
    if (isFailing) await t.rejects(upload, { code: 'ERR_LISTENER', event: 'retry' })
    else await upload
    t.equal(attempts.length, isFailing ? 1 : 30)
  }
})
