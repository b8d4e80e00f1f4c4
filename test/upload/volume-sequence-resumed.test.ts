import t from 'tap'
import { LockLostError } from '../../lib/errors.js'
import type { Archive, UploadWarning } from '../../lib/store/archive.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { laterDescription, volumeMarkOf } from '../../lib/glacier/volume-description.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  failure,
  notFound,
  partsOf,
  recordingJournal,
  rejection,
  reset,
  send,
  sentTo,
  uploadParts,
  vaultName,
  vaultWithParts,
  writerTo,
} from '../helpers/uploads.js'

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

/** The volumes of 2 MiB each that a vault holds of these bytes; the stream continues. */
async function storedVolumes(vault: MemoryVault, bytes: Buffer, count: number): Promise<Archive[]> {
  const writer = writerTo(vault, { maxArchiveSize: 2 * MIB, description: 'd' })
  await send(bytes.subarray(0, count * 2 * MIB), writer)
  vault.calls.length = 0
  return [...writer.archives]
}

t.test('a volume whose upload has expired is uploaded again, and those before it are kept', async (t) => {
  const bytes = patternBytes(6 * MIB)
  for (const volumes of [1, 2]) {
    const vault = new MemoryVault()
    const earlierVolumes = await storedVolumes(vault, bytes, volumes)
    const journal = recordingJournal()
    const writer = writerTo(vault, {
      earlierVolumes,
      uploadId: 'gone',
      maxArchiveSize: 2 * MIB,
      description: 'of the upload',
      journal,
    })
    const warnings: UploadWarning[] = []
    writer.on('warning', (warning) => {
      if (warning.code === 'NEARLY_FULL') return
      t.strictSame(journal.notes, [['closed', 'expired', 'gone']], 'it is recorded before it is told')
      warnings.push(warning)
    })
    await send(bytes, writer)
    t.match(warnings, [
      { code: 'VOLUME_EXPIRED', message: new RegExp(`upload gone of volume ${volumes + 1}\\.`) },
    ])
    const { archives } = writer
    t.strictSame(archives.slice(0, volumes), earlierVolumes)
    const firstVolume = earlierVolumes[0]?.archiveId ?? ''
    t.strictSame(
      archives.slice(volumes).map(({ volume, description }) => ({ volume, description })),
      [2, 3]
        .slice(volumes - 1)
        .map((volume) => ({ volume, description: laterDescription('d', { volume, firstVolume }) })),
    )
    t.ok(
      Buffer.concat(archives.map(({ archiveId }) => vault.archives.get(archiveId) as Buffer)).equals(bytes),
    )
    t.equal(sentTo(vault).length, 6 - 2 * volumes, 'nothing stored is sent again')
  }
})

t.test('a first volume whose upload has expired ends the upload', async (t) => {
  const journal = recordingJournal()
  const writer = writerTo(new MemoryVault(), { uploadId: 'gone', journal })
  await t.rejects(send(patternBytes(2 * MIB), writer), { code: 'ERR_UPLOAD_GONE' })
  t.strictSame(journal.notes, [])
})

t.test('a source that ends where a volume did completes the set, which is recorded', async (t) => {
  const bytes = patternBytes(4 * MIB)
  for (const volumes of [1, 2]) {
    const vault = new MemoryVault()
    const earlierVolumes = await storedVolumes(vault, bytes, volumes)
    const last = earlierVolumes.at(-1)
    const source = bytes.subarray(0, volumes * 2 * MIB)

    const journal = recordingJournal()
    const writer = writerTo(vault, { earlierVolumes, journal })
    await send(source, writer)
    t.strictSame(writer.archives, earlierVolumes)
    t.strictSame(journal.notes, [['stored', last, undefined, false]])
    t.equal(writer.isComplete, true)
    t.strictSame(vault.calls, [], 'nothing is asked of the service')

    const empty = await uploadParts(vault, bytes, [])
    const other = recordingJournal()
    await send(source, writerTo(vault, { earlierVolumes, uploadId: empty, journal: other }))
    t.strictSame(other.notes, [
      ['closed', 'aborted', empty],
      ['stored', last, undefined, false],
    ])
    t.notOk(vault.uploads.has(empty), 'an upload without a part is not left open')

    const expired = recordingJournal()
    await send(source, writerTo(vault, { earlierVolumes, uploadId: 'gone', journal: expired }))
    t.strictSame(expired.notes, [
      ['closed', 'expired', 'gone'],
      ['stored', last, undefined, false],
    ])
  }
})

t.test(
  'an upload that is not needed is aborted, also if the first request fails or is not answered',
  async (t) => {
    const bytes = patternBytes(4 * MIB)
    for (const isCarriedOut of [false, true]) {
      const vault = new MemoryVault()
      const earlierVolumes = await storedVolumes(vault, bytes, 1)
      const uploadId = await uploadParts(vault, bytes, [])
      let attempts = 0
      vault[isCarriedOut ? 'after' : 'before'] = ({ operation }) => {
        if (operation === 'abortUpload' && attempts++ === 0) throw reset
      }
      const abortUpload = vault.abortUpload.bind(vault)
      vault.abortUpload = async (request) => {
        if (!vault.uploads.has(uploadId)) throw notFound
        return abortUpload(request)
      }
      const journal = recordingJournal()
      const writer = writerTo(vault, { earlierVolumes, uploadId, journal })
      await send(bytes.subarray(0, 2 * MIB), writer)
      t.strictSame(journal.types, ['aborted', 'stored'])
      t.equal(vault.uploads.size, 0)
      t.equal(writer.isComplete, true)
    }
    const vault = new MemoryVault()
    const earlierVolumes = await storedVolumes(vault, bytes, 1)
    const uploadId = await uploadParts(vault, bytes, [])
    vault.before = ({ operation }) => {
      if (operation === 'abortUpload') throw rejection
    }
    const writer = writerTo(vault, { earlierVolumes, uploadId })
    await t.rejects(send(bytes.subarray(0, 2 * MIB), writer), { cause: rejection, uploadId, kept: true })
  },
)

t.test('an upload that is not needed and that another process owns by now is not aborted', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const vault = new MemoryVault()
  const earlierVolumes = await storedVolumes(vault, bytes, 1)
  const uploadId = await uploadParts(vault, bytes, [])
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'assertOwner') throw new LockLostError('the upload')
  }
  const writer = writerTo(vault, { earlierVolumes, uploadId, journal })
  await t.rejects(send(bytes.subarray(0, 2 * MIB), writer), { cause: { code: 'ERR_LOCK_LOST' }, kept: true })
  t.equal(vault.uploads.size, 1)
  t.strictSame(journal.types, [])
})

t.test('a source that cannot continue a set is superseded, by its upload or by its stream', async (t) => {
  const bytes = patternBytes(6 * MIB)
  const vault = new MemoryVault()
  const earlierVolumes = await storedVolumes(vault, bytes, 2)
  const [first, second] = earlierVolumes
  const changed = Buffer.from(bytes)
  changed[3 * MIB] = (changed[3 * MIB] ?? 0) ^ 1
  const open = await uploadParts(vault, bytes.subarray(4 * MIB), [0])
  for (const [source, archiveId, start, end, uploadId] of [
    [changed, second?.archiveId, 2 * MIB, 4 * MIB, undefined],
    [changed, second?.archiveId, 2 * MIB, 4 * MIB, open],
    [bytes.subarray(0, MIB), first?.archiveId, 0, 2 * MIB, undefined],
    [bytes.subarray(0, 2 * MIB), undefined, 2 * MIB, 4 * MIB, undefined],
    [bytes.subarray(0, 4 * MIB), undefined, 4 * MIB, 5 * MIB, open],
  ] as const) {
    const journal = recordingJournal()
    const sending = send(source, writerTo(vault, { earlierVolumes, uploadId, journal }))
    const mismatch = { code: 'ERR_RESUME_MISMATCH', start, end, archiveId }
    await t.rejects(sending, uploadId === undefined ? mismatch : { kept: true, uploadId, cause: mismatch })
    t.strictSame(journal.notes, [['closed', 'superseded', uploadId]])
    t.ok(vault.uploads.has(open), 'nothing at the service was changed')
  }
})

t.test('with a complete set the source is only compared', async (t) => {
  const bytes = patternBytes(3 * MIB + 5)
  for (const maxArchiveSize of [2 * MIB, 10 * MIB]) {
    const vault = new MemoryVault()
    const stored = writerTo(vault, { maxArchiveSize })
    await send(bytes, stored)
    vault.calls.length = 0
    const compare = async (source: Buffer): Promise<void> => {
      const journal = recordingJournal()
      // Another limit than the volumes were made with: they say themselves where they end.
      const options = { earlierVolumes: stored.archives, isComplete: true, maxArchiveSize: 7 * MIB, journal }
      const writer = writerTo(vault, options)
      await send(source, writer).finally(() => {
        t.strictSame(journal.notes, [], 'a stream that is stored is not superseded')
        t.strictSame(vault.calls, [])
      })
      t.strictSame(writer.archives, stored.archives)
      t.equal(writer.isComplete, true)
    }
    await compare(bytes)
    const changed = Buffer.from(bytes)
    changed[0] = (changed[0] ?? 0) ^ 1
    for (const source of [
      changed,
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.concat([bytes, bytes]),
      bytes.subarray(0, -1),
      bytes.subarray(0, 2 * MIB),
      bytes.subarray(0, 0),
    ])
      await t.rejects(compare(source), { code: 'ERR_RESUME_MISMATCH' }, `${source.length} bytes`)
  }
  const vault = new MemoryVault()
  const earlierVolumes = await storedVolumes(vault, bytes, 1)
  const writer = writerTo(vault, { earlierVolumes, isComplete: true })
  await t.rejects(send(bytes, writer), {
    code: 'ERR_RESUME_MISMATCH',
    start: 0,
    end: 2 * MIB,
    archiveId: earlierVolumes[0]?.archiveId,
    message: /complete, and the source is longer/,
  })
})

t.test(
  'a volume that is longer at the service than a volume may be now is continued to its end there',
  async (t) => {
    const bytes = patternBytes(5 * MIB)
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    const writer = writerTo(vault, { uploadId: 'upload-1', maxArchiveSize: 2 * MIB })
    await send(bytes, writer)
    t.strictSame(
      writer.archives.map(({ size }) => size),
      [3 * MIB, 2 * MIB],
    )
    t.ok(
      Buffer.concat(writer.archives.map(({ archiveId }) => vault.archives.get(archiveId) as Buffer)).equals(
        bytes,
      ),
    )
  },
)

t.test(
  'an upload that waits while stored volumes are compared is aborted on failure, if that is the option',
  async (t) => {
    const bytes = patternBytes(4 * MIB)
    for (const onFailure of ['keep', 'abort'] as const) {
      const vault = new MemoryVault()
      const earlierVolumes = await storedVolumes(vault, bytes, 1)
      const uploadId = await uploadParts(vault, bytes.subarray(2 * MIB), [0])
      const writer = writerTo(vault, { earlierVolumes, uploadId, onFailure })
      const [part] = await partsOf(bytes.subarray(0, MIB))
      const failed = failure(writer)
      writer.write(part)
      writer.destroy(new Error('enough'))
      t.match(await failed, { code: 'ERR_UPLOAD_FAILED', uploadId, kept: onFailure === 'keep' })
      t.equal(vault.uploads.has(uploadId), onFailure === 'keep')
    }
  },
)

t.test('an upload is aborted on failure before its first part, if that is the option', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    const vault = await vaultWithParts(patternBytes(2 * MIB), [0])
    const writer = writerTo(vault, { uploadId: 'upload-1', onFailure })
    const failed = failure(writer)
    writer.destroy(new Error('enough'))
    t.match(await failed, { code: 'ERR_UPLOAD_FAILED', kept: onFailure === 'keep' })
    t.equal(vault.uploads.has('upload-1'), onFailure === 'keep')
  }
})

t.test('an upload that has all bytes of a source of known size is completed', async (t) => {
  const bytes = patternBytes(2 * MIB + 5)
  const vault = await vaultWithParts(bytes, [0, 1, 2])
  const writer = writerTo(vault, { uploadId: 'upload-1', sourceSize: bytes.length })
  await send(bytes, writer)
  t.strictSame(sentTo(vault), [])
  t.match(writer.archives, [{ size: bytes.length, parts: 3 }])
})

t.test(
  'a source that ends within the stored volumes is refused without a request about the upload',
  async (t) => {
    const bytes = patternBytes(4 * MIB)
    const vault = new MemoryVault()
    const earlierVolumes = await storedVolumes(vault, bytes, 2)
    const journal = recordingJournal()
    const writer = writerTo(vault, { earlierVolumes, uploadId: 'gone', journal })
    await t.rejects(send(bytes.subarray(0, 2 * MIB), writer), {
      cause: { code: 'ERR_RESUME_MISMATCH', start: 2 * MIB, end: 4 * MIB },
    })
    t.strictSame(vault.calls, [])
    t.strictSame(journal.notes, [['closed', 'superseded', 'gone']])
  },
)
