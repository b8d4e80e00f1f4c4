import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { ConnectionError, NotFoundError, ServiceError } from '../../lib/errors.js'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import { combineTreeHashes, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { archiveWriter, type ArchiveWriter } from '../../lib/upload/archive-writer.js'
import type { Archive, UploadedPart, UploadWarning } from '../../lib/upload/archive.js'
import { noJournal, type UploadJournal } from '../../lib/upload/journal.js'
import { rechunk } from '../../lib/upload/rechunk.js'
import { resumeUpload } from '../../lib/upload/resume-upload.js'
import { uploadArchive } from '../../lib/upload/upload-archive.js'
import { laterDescription, volumeMarkOf } from '../../lib/vault/volume-description.js'
import type { ArchiveWriterOptions } from '../../lib/upload/writer-options.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const MIB = 1_048_576
const vaultName = 'backups'
const reset = new ConnectionError('reset', { operation: 'X', serviceCode: 'ECONNRESET' })

type Options = Partial<ArchiveWriterOptions>

function writerTo(vault: MemoryVault, options: Options = {}): ArchiveWriter {
  return archiveWriter(vault, { vaultName, partSize: MIB, clock: new VirtualClock(), ...options })
}

async function send(bytes: Uint8Array, writer: ArchiveWriter): Promise<void> {
  await pipeline(Readable.from(bytes.length > 0 ? [bytes] : []), rechunk(MIB), hashParts(), writer)
}

/** A vault with an upload that has some parts of these bytes. */
async function vaultWithParts(
  bytes: Buffer,
  indexes: readonly number[],
  description?: string,
): Promise<MemoryVault> {
  const vault = new MemoryVault()
  const { uploadId } = await vault.initiateUpload({ vaultName, partSize: MIB, description })
  for (const index of indexes) {
    const part = bytes.subarray(index * MIB, (index + 1) * MIB)
    const treeHash = treeHashOf(part)
    const range = { start: index * MIB, end: index * MIB + part.length }
    await vault.uploadPart({ vaultName, uploadId, range, bytes: part, linearHash: treeHash, treeHash })
  }
  vault.calls.length = 0
  return vault
}

function sentTo(vault: MemoryVault): number[] {
  return vault.calls
    .filter(({ operation }) => operation === 'uploadPart')
    .map(({ range }) => (range?.start ?? -1) / MIB)
    .sort((a, b) => a - b)
}

/** A journal that remembers what it was told. */
function journal(): UploadJournal & { readonly notes: unknown[][] } {
  const notes: unknown[][] = []
  const note =
    (what: string) =>
    (...told: unknown[]): Promise<void> => {
      notes.push([what, ...told])
      return Promise.resolve()
    }
  return {
    notes,
    begun: note('begun'),
    completing: note('completing'),
    stored: note('stored'),
    ended: note('ended'),
    orphaned: note('orphaned'),
  }
}

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
    t.ok(vault.archives.get(archives[0]?.archiveId ?? '')?.equals(bytes))
    t.notOk(vault.operations.includes('initiateUpload'))
  }
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
    const writer = writerTo(vault, { uploadId: 'upload-1', sourceSize })
    await t.rejects(send(bytes.subarray(0, size), writer), {
      code: 'ERR_UPLOAD_FAILED',
      kept: true,
      uploadId: 'upload-1',
      cause: {
        name: 'ResumeMismatchError',
        code: 'ERR_RESUME_MISMATCH',
        start: size,
        end: 4 * MIB,
        message: new RegExp(`Bytes ${size}-4194303 were uploaded, but the source ends at ${size}\\.`),
      },
    })
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
    message: /after a day without activity.*start again/,
  })
  const notes = journal()
  const writer = writerTo(vault, { uploadId: 'gone', journal: notes })
  await t.rejects(send(patternBytes(5), writer), { code: 'ERR_UPLOAD_GONE' })
  t.equal(writer.uploadId, undefined)
  t.strictSame(notes.notes, [['ended', 'gone']])
  await t.rejects(resumeUpload([patternBytes(5)], { ...options, uploadId: undefined }), {
    name: 'TypeError',
    message: /uploadId/,
  })
  vault.before = () => {
    throw new NotFoundError('Vault not found for ARN: x', {
      operation: 'ListParts',
      serviceCode: 'ResourceNotFoundException',
    })
  }
  await t.rejects(resumeUpload([patternBytes(5)], options), { code: 'ERR_NOT_FOUND' })
})

t.test('an upload that goes while parts are sent is told as that', async (t) => {
  const vault = new MemoryVault()
  const notes = journal()
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart') vault.uploads.clear()
  }
  const writer = writerTo(vault, { journal: notes })
  await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_UPLOAD_GONE', uploadId: 'upload-1' })
  t.equal(writer.uploadId, undefined)
  t.strictSame(
    notes.notes.map(([what]) => what),
    ['begun', 'ended'],
  )
})

t.test('an upload that was completed without an answer is completed again, sending nothing', async (t) => {
  const bytes = patternBytes(3 * MIB + 1)
  const vault = new MemoryVault()
  const stored = { archiveId: 'once', treeHash: treeHashOf(bytes), location: undefined }
  vault.completeUpload = async () => stored
  const options = { client: vault, vaultName, uploadId: 'done', completionSent: true, partSize: MIB }
  t.match(await resumeUpload([bytes], options), [{ archiveId: 'once', size: bytes.length, parts: 4 }])
  t.strictSame(sentTo(vault), [])

  const gone = new MemoryVault()
  await t.rejects(resumeUpload([bytes], { ...options, client: gone }), {
    name: 'CompletionUnknownError',
    code: 'ERR_COMPLETION_UNKNOWN',
    size: bytes.length,
    treeHash: treeHashOf(bytes),
  })
})

t.test('a lost answer to the completion still ends in the archive ID', async (t) => {
  const vault = new MemoryVault()
  const completeUpload = vault.completeUpload.bind(vault)
  let stored: Archive | undefined
  let times = 0
  vault.completeUpload = async (request) => {
    if (times++ > 0) return stored as never
    stored = (await completeUpload(request)) as never
    throw reset
  }
  const writer = writerTo(vault, { onFailure: 'abort' })
  await send(patternBytes(3 * MIB), writer)
  t.equal(times, 2)
  t.equal(writer.archives[0]?.archiveId, stored?.archiveId)
})

t.test(
  'a completion whose answer was lost and whose upload is gone is an open question, and is never aborted',
  async (t) => {
    for (const onFailure of ['keep', 'abort'] as const) {
      const vault = new MemoryVault()
      vault.completeUpload = async ({ uploadId }) => {
        if (!vault.uploads.delete(uploadId))
          throw new NotFoundError('The upload ID was not found', {
            operation: 'X',
            serviceCode: 'ResourceNotFoundException',
          })
        throw reset
      }
      const notes = journal()
      const writer = writerTo(vault, { onFailure, journal: notes })
      await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_COMPLETION_UNKNOWN', size: 3 * MIB })
      t.notOk(vault.operations.includes('abortUpload'))
      t.strictSame(
        notes.notes.map(([what]) => what),
        ['begun', 'completing'],
      )
    }
    const vault = new MemoryVault()
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') vault.uploads.clear()
    }
    await t.rejects(
      send(patternBytes(3 * MIB), writerTo(vault)),
      { code: 'ERR_UPLOAD_GONE' },
      'not sent before',
    )
  },
)

t.test(
  'a rejected completion leaves the upload open, and says what was sent and what is there',
  async (t) => {
    const bytes = patternBytes(3 * MIB)
    const rejection = new ServiceError('Invalid x-amz-sha256-tree-hash: x', {
      operation: 'CompleteMultipartUpload',
      serviceCode: 'InvalidParameterValueException',
      status: 400,
    })
    for (const listing of ['works', 'fails', 'finds none'] as const) {
      const vault = new MemoryVault()
      vault.completeUpload = async ({ uploadId }) => {
        vault.uploads.get(uploadId)?.delete(MIB)
        if (listing === 'finds none') vault.uploads.get(uploadId)?.clear()
        throw rejection
      }
      vault.before = ({ operation }) => {
        if (operation === 'listParts' && listing === 'fails') throw new TypeError('no list')
      }
      const there = combineTreeHashes(
        [bytes.subarray(0, MIB), bytes.subarray(2 * MIB)].map((part) => treeHashOf(part)),
      )
      const found = {
        works: `2 parts, ${2 * MIB} bytes of tree hash ${there}`,
        fails: 'parts that could not be listed \\(no list\\)',
        'finds none': 'no parts',
      }[listing]
      await t.rejects(send(bytes, writerTo(vault, { onFailure: 'abort' })), {
        code: 'ERR_UPLOAD_FAILED',
        kept: true,
        cause: {
          name: 'CompletionRejectedError',
          code: 'ERR_COMPLETION_REJECTED',
          size: bytes.length,
          treeHash: treeHashOf(bytes),
          cause: rejection,
          message: new RegExp(
            `Sent were ${bytes.length} bytes of tree hash ${treeHashOf(bytes)}; at the service are ${found}\\.`,
          ),
        },
      })
      t.ok(vault.uploads.has('upload-1'))
    }
  },
)

t.test(
  'a request that stores a whole archive is repeated, and a possible orphan is told and noted',
  async (t) => {
    const bytes = patternBytes(100)
    for (const [error, orphans] of [
      [reset, 1],
      [new ConnectionError('refused', { operation: 'X', serviceCode: 'ECONNREFUSED' }), 0],
    ] as const) {
      const vault = new MemoryVault()
      let times = 3
      vault.before = () => {
        if (times-- > 0) throw error
      }
      const notes = journal()
      const writer = writerTo(vault, { journal: notes, description: 'x' })
      const warnings: UploadWarning[] = []
      writer.on('warning', (warning) => warnings.push(warning))
      await send(bytes, writer)
      t.match(writer.archives, [{ size: 100 }])
      t.equal(warnings.length, orphans)
      const treeHash = treeHashOf(bytes)
      if (orphans > 0) {
        t.match(warnings, [
          { code: 'POSSIBLE_ORPHAN', message: new RegExp(`100 bytes and tree hash ${treeHash}`) },
        ])
        t.match(notes.notes[0], ['orphaned', { vaultName, size: 100, treeHash, description: 'x' }])
      }
      t.equal(notes.notes.at(-1)?.[0], 'stored')
    }
  },
)

t.test('retries are told, and a part that arrives damaged is sent again from the same bytes', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = new MemoryVault()
  const uploadPart = vault.uploadPart.bind(vault)
  let wrong = 3
  vault.uploadPart = async (request) => {
    const found = await uploadPart(request)
    return request.range.start === MIB && wrong-- > 0 ? 'f'.repeat(64) : found
  }
  const writer = writerTo(vault)
  const told: number[] = []
  writer.on('retry', ({ attempts }) => told.push(attempts))
  await send(bytes, writer)
  t.strictSame(told, [1, 2, 3])
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(bytes))
})

t.test('fewer are sent at once while the service is overrun, and it shows in what is told', async (t) => {
  const vault = new MemoryVault()
  let slow = 3
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart' && slow-- > 0)
      throw new ServiceError('slow', { operation: 'X', serviceCode: 'RequestTimeoutException', status: 408 })
  }
  const writer = writerTo(vault, { concurrency: 8 })
  const concurrency: number[] = []
  writer.on('part', (part) => concurrency.push(part.concurrency))
  await send(patternBytes(40 * MIB), writer)
  t.ok(Math.min(...concurrency) < 8)
  t.ok((concurrency.at(-1) ?? 0) > Math.min(...concurrency), 'and more again')
})

t.test('a stream longer than an archive may be becomes several, tied together', async (t) => {
  const volume = 3 * MIB
  for (const [size, volumes] of [
    [volume, 1],
    [volume + 1, 2],
    [volume + MIB + 1, 2],
    [2 * volume, 2],
    [3 * volume - 5, 3],
  ] as const) {
    const bytes = patternBytes(size)
    const vault = new MemoryVault()
    const notes = journal()
    const writer = writerTo(vault, { maxArchiveSize: volume + 7, description: 'db.tar', journal: notes })
    const told: Archive[] = []
    writer.on('archive', (archive) => told.push(archive))
    await send(bytes, writer)
    const { archives } = writer
    t.equal(archives.length, volumes, `${size} bytes`)
    t.strictSame(told, archives)
    t.ok(
      Buffer.concat(archives.map(({ archiveId }) => vault.archives.get(archiveId) as Buffer)).equals(bytes),
    )
    const first = archives[0]?.archiveId ?? ''
    t.strictSame(
      archives.map((archive) => [archive.volume, archive.firstVolume, archive.description]),
      archives.map((_archive, i) =>
        i === 0
          ? [1, undefined, 'db.tar']
          : [i + 1, first, laterDescription('db.tar', { volume: i + 1, firstVolume: first })],
      ),
    )
    const stored = notes.notes.filter(([what]) => what === 'stored')
    t.strictSame(
      stored.map(([, , , more]) => more),
      [...Array<boolean>(volumes - 1).fill(true), false],
    )
    t.ok(writer.isStored)
  }
})

t.test(
  'where no other volume is allowed, the byte that would be in one is an error, before its part is read',
  async (t) => {
    const vault = new MemoryVault()
    let read = 0
    const source = (function* () {
      for (; read < 10 * MIB; read += 65_536) yield Buffer.alloc(65_536)
    })()
    const options = { client: vault, vaultName, partSize: MIB, maxArchiveSize: 3 * MIB, volumes: false }
    await t.rejects(uploadArchive(source, options), {
      code: 'ERR_UPLOAD_FAILED',
      cause: { code: 'ERR_TOO_MANY_PARTS', partSize: MIB, limit: 3 },
    })
    t.ok(read <= 3 * MIB + 65_536, `${read} bytes were read`)
    t.match(await uploadArchive([Buffer.alloc(3 * MIB)], options), [{ parts: 3 }], 'what fits is stored')
    for (const [size, more] of [
      [3 * MIB, false],
      [3 * MIB + 1, true],
    ] as const) {
      const file = await open(join(t.testdir({ file: Buffer.alloc(size) }), 'file'))
      const upload = uploadArchive({ fd: file.fd }, options)
      if (more) await t.rejects(upload, { cause: { code: 'ERR_TOO_MANY_PARTS' } })
      else t.match(await upload, [{ parts: 3 }], 'nor may a descriptor give more')
      await file.close()
    }
    const writer = writerTo(new MemoryVault(), { maxArchiveSize: 3 * MIB, volumes: false })
    await t.rejects(send(Buffer.alloc(4 * MIB), writer), { cause: { code: 'ERR_TOO_MANY_PARTS' } })
  },
)

t.test('a warning comes when four fifths of an archive are used', async (t) => {
  for (const [volumes, then] of [
    [true, /8 of the 10 parts .* goes on in another archive/],
    [false, /8 of the 10 parts .* then fails/],
  ] as const) {
    const writer = writerTo(new MemoryVault(), { maxArchiveSize: 10 * MIB, volumes })
    const warnings: UploadWarning[] = []
    writer.on('warning', (warning) => warnings.push(warning))
    await send(Buffer.alloc(7 * MIB), writer)
    t.strictSame(warnings, [])
    const fuller = writerTo(new MemoryVault(), { maxArchiveSize: 10 * MIB, volumes })
    fuller.on('warning', (warning) => warnings.push(warning))
    await send(Buffer.alloc(9 * MIB), fuller)
    t.match(warnings, [{ code: 'NEARLY_FULL', message: then }])
  }
})

t.test('a stream of several volumes is resumed in the middle, past the ones that are stored', async (t) => {
  const bytes = patternBytes(8 * MIB + 9)
  const vault = new MemoryVault()
  const failing = writerTo(vault, { maxArchiveSize: 3 * MIB, description: 'd' })
  vault.before = ({ operation, uploadId, range }) => {
    if (operation === 'uploadPart' && uploadId === 'upload-3' && range?.start === 2 * MIB)
      throw new TypeError('cut')
  }
  await t.rejects(send(bytes, failing), { code: 'ERR_UPLOAD_FAILED', uploadId: 'upload-3' })
  const earlierVolumes = [...failing.archives]
  t.equal(earlierVolumes.length, 1)
  vault.before = () => undefined
  vault.calls.length = 0
  const options = { client: vault, vaultName, earlierVolumes, maxArchiveSize: 3 * MIB, uploadId: 'upload-3' }
  const archives = await resumeUpload([bytes], options)
  t.equal(archives.length, 3)
  t.strictSame(archives[0], earlierVolumes[0])
  t.match(archives[1], { volume: 2, firstVolume: earlierVolumes[0]?.archiveId, size: 3 * MIB })
  t.match(archives[2], { volume: 3, size: 2 * MIB + 9 })
  t.equal(volumeMarkOf(archives[2]?.description)?.firstVolume, earlierVolumes[0]?.archiveId)
  t.ok(Buffer.concat(archives.map(({ archiveId }) => vault.archives.get(archiveId) as Buffer)).equals(bytes))
  t.equal(sentTo(vault).length, 1 + 3, 'what was missing of volume 2, and volume 3')
})

t.test('a stream can go on where a volume is stored and the next one was not begun', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const vault = new MemoryVault()
  const first = writerTo(vault, { maxArchiveSize: 2 * MIB })
  await send(bytes.subarray(0, 2 * MIB), first)
  vault.calls.length = 0
  const options = { client: vault, vaultName, maxArchiveSize: 2 * MIB, earlierVolumes: first.archives }
  const archives = await resumeUpload([bytes], options)
  t.match(archives, [{ volume: 1 }, { volume: 2, size: 2 * MIB, firstVolume: first.archives[0]?.archiveId }])
  t.equal(sentTo(vault).length, 2)
  t.match(await resumeUpload([bytes.subarray(0, 2 * MIB)], options), [{ volume: 1 }], 'nothing more has come')

  const other = Buffer.from(bytes)
  other[0] = (other[0] ?? 0) ^ 1
  for (const source of [other, bytes.subarray(0, MIB + 1), bytes.subarray(0, 0)]) {
    await t.rejects(resumeUpload(source.length > 0 ? [source] : [], options), {
      code: 'ERR_RESUME_MISMATCH',
      start: 0,
      end: 2 * MIB,
    })
  }
})

t.test('a stream that ends where a volume does, although there is more of it, is refused', async (t) => {
  const bytes = patternBytes(6 * MIB)
  const vault = new MemoryVault()
  const whole = writerTo(vault, { maxArchiveSize: 2 * MIB })
  await send(bytes, whole)
  const options = { client: vault, vaultName, earlierVolumes: whole.archives.slice(0, 2) }
  const half = [bytes.subarray(0, 2 * MIB)]
  await t.rejects(resumeUpload(half, options), { code: 'ERR_RESUME_MISMATCH', start: 2 * MIB, end: 4 * MIB })

  const open = await vaultWithParts(bytes, [0])
  const first = { ...options, client: open, earlierVolumes: whole.archives.slice(0, 1), uploadId: 'upload-1' }
  await t.rejects(resumeUpload(half, first), {
    code: 'ERR_UPLOAD_FAILED',
    uploadId: 'upload-1',
    cause: { code: 'ERR_RESUME_MISMATCH', start: 2 * MIB, end: 3 * MIB },
  })
  const empty = await vaultWithParts(bytes, [])
  t.match(
    await resumeUpload(half, { ...first, client: empty }),
    [{ volume: 1 }],
    'nothing of more had been sent',
  )
})

t.test('an abort that is not answered is not waited for long', async (t) => {
  const vault = new MemoryVault()
  const clock = new VirtualClock(false)
  const never = gate()
  const asked = gate()
  vault.before = ({ operation }) => {
    if (operation === 'uploadPart') throw new TypeError('no luck')
    if (operation !== 'abortUpload') return undefined
    asked.open()
    return never.opened
  }
  const sending = send(patternBytes(3 * MIB), writerTo(vault, { clock, onFailure: 'abort' }))
  await asked.opened
  clock.wake()
  await t.rejects(sending, { code: 'ERR_UPLOAD_FAILED', kept: true })
  t.equal(clock.sleeping, 0)
})

t.test('an upload of a later volume is not resumed without the earlier ones', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = await vaultWithParts(bytes, [0], laterDescription('d', { volume: 2, firstVolume: 'one' }))
  await t.rejects(resumeUpload([bytes], { client: vault, vaultName, uploadId: 'upload-1' }), {
    name: 'TypeError',
    message: /volume 2 of a stream whose first is one: .*earlierVolumes/,
  })
})

t.test('a later description carries the volume and the first one, and what else fits', async (t) => {
  const mark = { volume: 2, firstVolume: '-a_b' }
  t.equal(laterDescription(undefined, mark), '{"Volume":2,"FirstVolume":"-a_b"}')
  t.equal(laterDescription('db.tar', mark), '{"Path":"db.tar.volume2","Volume":2,"FirstVolume":"-a_b"}')
  t.equal(
    laterDescription('{"Path":"Gr\\u00f6\\u00dfe"}', mark),
    '{"Path":"Gr\\u00f6\\u00dfe.volume2","Volume":2,"FirstVolume":"-a_b"}',
  )
  t.equal(laterDescription('x'.repeat(1024), mark), '{"Volume":2,"FirstVolume":"-a_b"}', 'nothing is cut')
  for (const text of ['db.tar', undefined, 'x'.repeat(1024)])
    t.strictSame(volumeMarkOf(laterDescription(text, mark)), mark)
  for (const text of [
    undefined,
    '',
    'db.tar',
    '{',
    '{"Volume":1,"FirstVolume":"x"}',
    '{"Volume":2}',
    '{"Volume":"2","FirstVolume":"x"}',
  ]) {
    t.equal(volumeMarkOf(text), undefined)
  }
})

t.test('a journal is told before each step is taken, and a success only after it is written', async (t) => {
  const vault = new MemoryVault()
  const order: string[] = []
  const notes: UploadJournal = {
    ...noJournal,
    begun: async ({ uploadId, location, partSize, volume }) => {
      await settled(2)
      order.push(`begun ${uploadId} ${location} ${partSize} ${volume}`)
    },
    completing: async (uploadId) => {
      await settled(2)
      order.push(`completing ${uploadId}`)
    },
    stored: async ({ archiveId }, uploadId, more) => {
      await settled(2)
      order.push(`stored ${archiveId} ${uploadId} ${more}`)
    },
  }
  vault.before = ({ operation }) => order.push(operation)
  const writer = writerTo(vault, { journal: notes })
  writer.on('archive', () => order.push('told'))
  writer.on('finish', () => order.push('finish'))
  await send(patternBytes(2 * MIB), writer)
  t.strictSame(order, [
    'initiateUpload',
    'begun upload-1 /111122223333/upload-1 1048576 1',
    'uploadPart',
    'uploadPart',
    'completing upload-1',
    'completeUpload',
    'stored archive-2 upload-1 false',
    'told',
    'finish',
  ])
})

t.test('a journal that fails fails the upload; of a stored archive the error has the ID', async (t) => {
  const fails = (): Promise<void> => Promise.reject(new Error('disk full'))
  const begun = new MemoryVault()
  await t.rejects(send(patternBytes(3 * MIB), writerTo(begun, { journal: { ...noJournal, begun: fails } })), {
    code: 'ERR_UPLOAD_FAILED',
    kept: true,
    uploadId: 'upload-1',
    cause: { message: 'disk full' },
  })
  t.strictSame(sentTo(begun), [])
  const completing = new MemoryVault()
  await t.rejects(
    send(patternBytes(3 * MIB), writerTo(completing, { journal: { ...noJournal, completing: fails } })),
    {
      code: 'ERR_UPLOAD_FAILED',
      kept: true,
    },
  )
  t.notOk(completing.operations.includes('completeUpload'))
  for (const size of [5, 3 * MIB]) {
    const vault = new MemoryVault()
    const writer = writerTo(vault, { journal: { ...noJournal, stored: fails }, onFailure: 'abort' })
    await t.rejects(send(patternBytes(size), writer), {
      name: 'NotRecordedError',
      code: 'ERR_NOT_RECORDED',
      archiveId: size === 5 ? 'archive-1' : 'archive-2',
      message: /stored, but was not recorded: disk full\. Write down its ID: archive-\d/,
    })
    t.strictSame(writer.archives, [])
  }
  const ended = new MemoryVault()
  ended.before = ({ operation }) => {
    if (operation === 'uploadPart') throw new TypeError('no luck')
  }
  const writer = writerTo(ended, { onFailure: 'abort', journal: { ...noJournal, ended: fails } })
  await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_UPLOAD_FAILED', kept: false })
})

t.test('an answer on its way when the writer is destroyed is waited for, but not for long', async (t) => {
  for (const [size, operation] of [
    [5, 'uploadArchive'],
    [3 * MIB, 'completeUpload'],
  ] as const) {
    for (const comes of [true, false]) {
      const vault = new MemoryVault()
      const clock = new VirtualClock(false)
      const hold = gate()
      const sent = gate()
      vault.before = (call) => {
        if (call.operation !== operation) return undefined
        sent.open()
        return hold.opened
      }
      const notes = journal()
      const writer = writerTo(vault, { clock, journal: notes })
      const sending = send(patternBytes(size), writer)
      await sent.opened
      writer.destroy(new Error('enough'))
      await settled()
      t.equal(writer.closed, false, 'it waits')
      if (comes) hold.open()
      else clock.wake()
      await t.rejects(sending)
      if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
      t.equal(writer.archives.length, comes ? 1 : 0)
      t.equal(writer.isStored, comes)
      t.equal(clock.sleeping, 0, 'no timer is left')
      t.equal(vault.underWay, 0)
      const last = notes.notes.at(-1)?.[0]
      t.equal(last, comes ? 'stored' : size === 5 ? 'orphaned' : 'completing')
    }
  }
})

t.test('a writer that is destroyed during a pause ends at once', async (t) => {
  const vault = new MemoryVault()
  const clock = new VirtualClock(false)
  vault.before = () => {
    throw reset
  }
  const writer = writerTo(vault, { clock })
  const sending = send(patternBytes(3 * MIB), writer)
  while (clock.sleeping === 0) await settled(1)
  writer.destroy(new Error('enough'))
  await t.rejects(sending)
  t.equal(clock.sleeping, 0)
})

t.test('what becomes of a failed upload is keep or abort', async (t) => {
  t.throws(() => writerTo(new MemoryVault(), { onFailure: 'leave' as 'keep' }), {
    name: 'RangeError',
    message: /'keep' or 'abort', not 'leave'/,
  })
  t.throws(() => writerTo(new MemoryVault(), { limitRate: 0 }), { name: 'RangeError' })
})
