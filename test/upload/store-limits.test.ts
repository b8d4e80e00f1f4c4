import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import { choosePartSize } from '../../lib/store/part-size.js'
import { noJournal } from '../../lib/store/upload-journal.js'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { planUpload } from '../../lib/upload/upload-plan.js'
import { vaultStore } from '../../lib/vault/vault-store.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { vaultName } from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const LIMITS: StoreLimits = { leafSize: 1024, minPartSize: 1024, maxPartSize: 4096, maxParts: 3 }

t.test('the part size and the number of parts are those that the store accepts', async (t) => {
  t.match(planUpload({}, LIMITS), { partSize: 4096, partsPerVolume: 3 })
  t.match(planUpload({ partSize: 1024 }, LIMITS), { partSize: 1024, partsPerVolume: 3 })
  t.throws(() => planUpload({ expectedSize: 3 * 4096 + 1, volumes: false }, LIMITS), {
    name: 'RangeError',
    message: /12289 bytes does not fit 3 parts of 4096 bytes/,
  })
  t.equal(choosePartSize(0, { ...LIMITS, minPartSize: 32 * MIB, maxPartSize: 64 * MIB }), 32 * MIB)
  t.match(planUpload({}, GLACIER_LIMITS), { partSize: 16 * MIB, partsPerVolume: 10_000 })
})

t.test('a stream of a small store continues in another volume, with the bytes of the source', async (t) => {
  const vault = new MemoryVault()
  // It compares the tree hashes of the parts, and states that of leaves of 1 MiB.
  const complete = vault.completeUpload.bind(vault)
  vault.completeUpload = async (request) => ({ ...(await complete(request)), treeHash: request.treeHash })
  const store = vaultStore(vault, { vaultName }, LIMITS)
  const writer = new ArchiveWriter({
    store,
    plan: planUpload({ partSize: 1024 }, store.limits),
    resumePoint: undefined,
    description: 'small',
    sourceSize: undefined,
    runtime: { ...systemRuntime, clock: new VirtualClock() },
    journal: noJournal,
    onFailure: 'keep',
    retryFor: undefined,
    limitRate: undefined,
    signal: undefined,
  })
  const bytes = patternBytes(7 * 1024 + 5)
  await pipeline(Readable.from([bytes]), rechunk(1024), hashParts(), writer)
  t.match(
    writer.archives.map(({ parts, partSize }) => ({ parts, partSize })),
    [3, 3, 2].map((parts) => ({ parts, partSize: 1024 })),
  )
  const stored = writer.archives.map(({ archiveId }) => vault.archives.get(archiveId) ?? Buffer.alloc(0))
  t.ok(Buffer.concat(stored).equals(bytes))
})
