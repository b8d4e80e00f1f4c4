import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import type { Archive, UploadWarning } from '../../lib/store/archive.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { laterDescription } from '../../lib/glacier/volume-description.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { partsOf, recordingJournal, send, vaultName, writerTo } from '../helpers/uploads.js'

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
    const notes = recordingJournal()
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
    t.ok(writer.isComplete)
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
    [true, /8 of the 10 parts .* After the last, the stream continues in another archive/],
    [false, /8 of the 10 parts .* After the last, the upload fails/],
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

t.test('what lacks an index, a range or bytes is no part', async (t) => {
  const [part] = await partsOf(patternBytes(5))
  for (const name of ['index', 'start', 'end', 'bytes', 'all'] as const) {
    const vault = new MemoryVault()
    const broken = name === 'all' ? {} : { ...part, [name]: undefined }
    await t.rejects(pipeline(Readable.from([broken]), writerTo(vault)), { name: 'TypeError' }, name)
    t.strictSame(vault.calls, [])
  }
})

t.test('a single part above the part size is refused before it is sent', async (t) => {
  const vault = new MemoryVault()
  const parts = await partsOf(patternBytes(2 * MIB), 2 * MIB)
  await t.rejects(pipeline(Readable.from(parts), writerTo(vault)), {
    code: 'ERR_PART_BOUNDARY',
    index: 0,
    expected: MIB,
    actual: 2 * MIB,
  })
  t.strictSame(vault.calls, [])
})

t.test('the warning comes in the first archive only', async (t) => {
  const writer = writerTo(new MemoryVault(), { maxArchiveSize: 5 * MIB })
  const warnings: UploadWarning[] = []
  writer.on('warning', (warning) => warnings.push(warning))
  await send(Buffer.alloc(10 * MIB), writer)
  t.match(warnings, [{ code: 'NEARLY_FULL', message: /^4 of the 5 parts/ }])
  t.equal(writer.archives.length, 2)
})
