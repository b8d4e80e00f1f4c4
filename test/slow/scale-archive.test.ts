import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { storedEntriesIn } from '../../lib/catalog/queries/stored-entries.js'
import { unfinishedUploadsIn } from '../../lib/catalog/unfinished-uploads.js'
import { AccessDeniedError } from '../../lib/errors.js'
import { findResumePoint } from '../../lib/resume/resume-point.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { GIB, MIB } from '../../lib/sizes.js'
import type { UploadJournal } from '../../lib/store/upload-journal.js'
import { Retry } from '../../lib/transfer/retry.js'
import type { HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { NodeStack } from '../../lib/tree-hash/tree-hash.js'
import { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import type { ResumePoint } from '../../lib/upload/resume-point.js'
import { planUpload } from '../../lib/upload/upload-plan.js'
import { HashStore } from '../helpers/hash-store.js'
import { naiveLeaves, naiveRoot } from '../helpers/naive-tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { recordScale } from '../helpers/scale-figures.js'

// The largest archive: 10,000 parts of 4 GiB. The bytes repeat a pattern of a few leaves, which are hashed once; plan, tree
// hash, writer, resumption and catalog are the real ones.

const PART_SIZE = 4 * GIB
const PARTS = 10_000
const ARCHIVE_SIZE = 40_000 * GIB
/** Parts of the stream: two more than one archive holds. */
const ALL_PARTS = PARTS + 2
/** Leaves of the pattern. Part `i` begins with leaf `i` of it. */
const LEAVES = 8
const LAST_BYTES = 3 * MIB + 1
/** The part at which the first run fails. */
const FAILED_PART = 7000

const leaves = naiveLeaves(patternBytes(LEAVES * MIB))
const kinds = leaves.map((_, kind) => {
  const digests = Array.from(
    { length: PART_SIZE / MIB },
    (_, i) => leaves[(kind + i) % LEAVES] ?? Buffer.alloc(0),
  )
  const nodes = new NodeStack()
  nodes.pushAll(Buffer.concat(digests))
  return { treeHash: nodes.root().toString('hex'), expected: naiveRoot(digests) }
})
const lastHash = naiveRoot(naiveLeaves(patternBytes(LAST_BYTES)))

/** The tree hash of a part, by the definition. */
function expectedHash(index: number): string {
  return index === ALL_PARTS - 1 ? lastHash : (kinds[index % LEAVES]?.expected ?? '')
}

function* parts(): Generator<HashedPart, void, undefined> {
  const bytes = new Uint8Array(1) // the store reads none of them
  for (let index = 0; index < ALL_PARTS; index++) {
    const start = index * PART_SIZE
    const isLast = index === ALL_PARTS - 1
    const treeHash = isLast ? lastHash : (kinds[index % LEAVES]?.treeHash ?? '')
    yield {
      index,
      start,
      end: start + (isLast ? LAST_BYTES : PART_SIZE),
      bytes,
      linearHash: treeHash,
      treeHash,
    }
  }
}

function writerOf(
  store: HashStore,
  journal: UploadJournal,
  resumePoint: ResumePoint | undefined,
): ArchiveWriter {
  const sizes = { expectedSize: ARCHIVE_SIZE, maxArchiveSize: ARCHIVE_SIZE, memory: 64 * GIB }
  return new ArchiveWriter({
    store,
    plan: planUpload({ ...sizes, partSize: resumePoint?.partSize }, store.limits),
    resumePoint,
    description: 'all',
    sourceSize: undefined,
    runtime: systemRuntime,
    journal,
    onFailure: 'keep',
    retryFor: 0,
    limitRate: undefined,
    signal: undefined,
  })
}

t.test(
  '40,000 GiB are stored in one archive of 10,000 parts, resumed, and continue in another archive',
  async (t) => {
    for (const { treeHash, expected } of kinds) t.equal(treeHash, expected)
    t.match(
      planUpload(
        { expectedSize: ARCHIVE_SIZE, maxArchiveSize: ARCHIVE_SIZE, memory: 64 * GIB },
        new HashStore().limits,
      ),
      {
        partSize: PART_SIZE,
        partsPerVolume: PARTS,
      },
    )
    const file = join(t.testdir(), 'catalog.jsonl')
    await using catalog = await Catalog.open(file)
    const journal = catalog.journal({ region: 'eu-west-1' }, { vaultName: 'backups', name: 'all' })
    const store = new HashStore()
    store.beforePart = ({ range }) => {
      if (range.start === FAILED_PART * PART_SIZE)
        throw new AccessDeniedError('denied', {
          operation: 'UploadMultipartPart',
          serviceCode: 'AccessDeniedException',
          status: 403,
        })
    }
    const started = performance.now()
    const first = writerOf(store, journal, undefined)
    await t.rejects(pipeline(Readable.from(parts()), first), { code: 'ERR_UPLOAD_FAILED', kept: true })
    const sent = store.requests.parts
    const [unfinished, ...others] = await unfinishedUploadsIn(file)
    t.match(unfinished, { uploadId: first.uploadId, partSize: PART_SIZE, name: 'all' })
    t.strictSame(others, [])

    store.beforePart = () => undefined
    const { clock } = systemRuntime
    const signal = new AbortController().signal
    const retry = new Retry({ retryFor: 0, clock })
    const finding = await findResumePoint(
      { store, retry, journal, signal, lastSignal: signal },
      { uploadId: first.uploadId, partSize: unfinished?.partSize, description: 'all' },
    )
    const resumed = writerOf(store, journal, finding.point)
    await pipeline(Readable.from(parts()), resumed)
    const seconds = (performance.now() - started) / 1000
    const peakMib = Math.round(process.resourceUsage().maxRSS / 1024)
    t.comment(`${seconds.toFixed(1)} s, peak ${peakMib} MiB`)

    const hashes = Array.from({ length: ALL_PARTS }, (_, i) => Buffer.from(expectedHash(i), 'hex'))
    const [whole, rest] = [naiveRoot(hashes.slice(0, PARTS)), naiveRoot(hashes.slice(PARTS))]
    t.match(resumed.archives, [
      { size: ARCHIVE_SIZE, parts: PARTS, partSize: PART_SIZE, hash: whole, volume: 1 },
      { size: PART_SIZE + LAST_BYTES, parts: 2, hash: rest, volume: 2 },
    ])
    t.strictSame(
      [...store.archives.values()].map(({ treeHash }) => treeHash),
      [whole, rest],
    )
    t.ok(store.requests.parts <= ALL_PARTS + 1, 'only the part that failed is sent again')
    t.ok(sent < store.requests.parts && store.requests.pages >= Math.floor(FAILED_PART / 1000))
    const [entry] = await storedEntriesIn(file)
    t.match(entry, {
      name: 'all',
      size: ARCHIVE_SIZE + PART_SIZE + LAST_BYTES,
      set: { state: 'complete', missing: { length: 0 } },
    })
    t.strictSame(await unfinishedUploadsIn(file), [])
    await recordScale('an archive of 40,000 GiB', 'test/slow/scale-archive.test.ts', {
      parts: PARTS.toLocaleString('en'),
      'time without hashing and sending': `${seconds.toFixed(1)} s`,
      'peak memory': `${peakMib} MiB`,
    })
  },
)
