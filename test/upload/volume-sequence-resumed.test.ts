import t from 'tap'
import { resumeUpload } from '../../lib/upload/resume-upload.js'
import { volumeMarkOf } from '../../lib/vault/volume-description.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { MIB, refused, send, sentTo, vaultName, vaultWithParts, writerTo } from '../helpers/uploads.js'

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
