import t from 'tap'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import { choosePartSize } from '../../lib/store/part-size.js'
import { noJournal } from '../../lib/store/upload-journal.js'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import type { HashPool } from '../../lib/tree-hash/hash-pool.js'
import { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { sendSource } from '../../lib/upload/send-source.js'
import { planUpload } from '../../lib/upload/upload-plan.js'
import { vaultStore } from '../../lib/vault/vault-store.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { naiveTreeHash } from '../helpers/naive-tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { vaultName } from '../helpers/uploads.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const LIMITS: StoreLimits = { leafSize: 1024, minPartSize: 1024, maxPartSize: 4096, maxParts: 3 }

/** Memory that is overwritten when it is released. */
class PoisonedMemory extends PartMemory {
  released = 0

  override release(bytes: Uint8Array): void {
    bytes.fill(0xdb)
    this.released++
    super.release(bytes)
  }
}

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

t.test(
  'a stream of a small store continues in another volume, with the hashes of small leaves',
  async (t) => {
    const vault = new MemoryVault()
    vault.leafSize = LIMITS.leafSize
    const store = vaultStore(vault, { vaultName }, LIMITS)
    let takes = 0
    const hashPool: HashPool = {
      take: () => {
        takes++
        return undefined // the calling thread hashes
      },
    }
    const partMemory = new PoisonedMemory(2048)
    const writer = new ArchiveWriter({
      store,
      plan: planUpload({ partSize: 2048 }, store.limits),
      resumePoint: undefined,
      description: 'small',
      sourceSize: undefined,
      runtime: { ...systemRuntime, clock: new VirtualClock() },
      hashPool,
      partMemory,
      journal: noJournal,
      onFailure: 'keep',
      retryFor: undefined,
      limitRate: undefined,
      signal: undefined,
    })
    const bytes = patternBytes(14 * 1024 + 5)
    const archives = await sendSource([bytes], writer)
    t.match(
      archives.map(({ parts, partSize }) => ({ parts, partSize })),
      [3, 3, 2].map((parts) => ({ parts, partSize: 2048 })),
    )
    const stored = archives.map(({ archiveId }) => vault.archives.get(archiveId) ?? Buffer.alloc(0))
    t.ok(Buffer.concat(stored).equals(bytes))
    t.strictSame(
      archives.map(({ hash }) => hash),
      stored.map((volume) => naiveTreeHash(volume, 1024)),
    )
    t.ok(takes > 0, 'the pool of the writer was used')
    t.equal(partMemory.released, 8, 'so was the memory, and no part was read after its release')
  },
)
