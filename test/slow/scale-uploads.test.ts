import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { storedEntriesIn } from '../../lib/catalog/queries/stored-entries.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { MIB } from '../../lib/sizes.js'
import type { StoreLimits } from '../../lib/store/limits.js'
import { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { sendSource } from '../../lib/upload/send-source.js'
import { heldBytes, planUpload } from '../../lib/upload/upload-plan.js'
import { gate } from '../helpers/gate.js'
import { HashStore } from '../helpers/hash-store.js'
import { naiveTreeHash } from '../helpers/naive-tree-hash.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { recordScale } from '../helpers/scale-figures.js'

// A thousand uploads at once in one process, with one catalog and one signal. The parts are small, so that the budgets of
// all uploads fit into memory.

const UPLOADS = 1000
const PART_SIZE = 65_536
const LIMITS: StoreLimits = {
  leafSize: PART_SIZE,
  minPartSize: PART_SIZE,
  maxPartSize: 16 * MIB,
  maxParts: 10_000,
}
/** Memory of the process that is not memory for parts. */
const MAX_OTHER_BYTES = 400 * MIB

t.test('a thousand uploads at once keep to their memory, and leave no listener and no timer', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  const catalog = await Catalog.open(file)
  const store = new HashStore(LIMITS)
  const plan = planUpload({ partSize: PART_SIZE, memory: 8 * PART_SIZE, concurrency: 4 }, LIMITS)
  const { signal } = new AbortController()
  const all = patternBytes(UPLOADS + 20 * PART_SIZE)
  const sourceOf = (i: number): Buffer => all.subarray(i, i + 20 * PART_SIZE - (i % PART_SIZE))
  const warnings: string[] = []
  const onWarning = ({ message }: Error): number => warnings.push(message)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const resources = process.getActiveResourcesInfo().length
  const before = process.memoryUsage.rss()
  let peak = 0
  let underWay = 0
  let mostUnderWay = 0
  const begun = new Set<string>()
  const allBegun = gate()
  store.beforePart = async ({ uploadId }) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    if (begun.add(uploadId).size === UPLOADS) allBegun.open()
    await allBegun.opened // every upload has a request under way then
    peak = Math.max(peak, process.memoryUsage.rss())
    underWay--
  }
  const upload = async (i: number): Promise<void> => {
    const writer = new ArchiveWriter({
      store,
      plan,
      resumePoint: undefined,
      description: `${i}`,
      sourceSize: undefined,
      runtime: systemRuntime,
      journal: catalog.journal(
        { region: 'eu-west-1' },
        { vaultName: 'backups', name: `${i}`, streamId: `${i}` },
      ),
      onFailure: 'keep',
      retryFor: undefined,
      limitRate: undefined,
      signal,
    })
    const bytes = sourceOf(i)
    const [archive] = await sendSource([bytes], writer)
    const expected = {
      size: bytes.length,
      hash: naiveTreeHash(bytes, LIMITS.leafSize),
      parts: Math.ceil(bytes.length / PART_SIZE),
    }
    t.match(archive, expected)
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: UPLOADS }, (_, i) => upload(i)))
  const seconds = (performance.now() - started) / 1000
  await catalog.close()
  t.comment(
    `${seconds.toFixed(1)} s, peak ${Math.round(peak / MIB)} MiB, before ${Math.round(before / MIB)} MiB, ${mostUnderWay} requests at once`,
  )
  t.equal(store.archives.size, UPLOADS)
  t.ok(mostUnderWay >= UPLOADS, 'the uploads run at once')
  t.ok(mostUnderWay <= UPLOADS * plan.concurrency)
  t.ok(peak - before < UPLOADS * heldBytes(plan) + MAX_OTHER_BYTES, `${peak - before} bytes`)
  t.strictSame(warnings, [])
  t.equal(getEventListeners(signal, 'abort').length, 0)
  t.ok(process.getActiveResourcesInfo().length <= resources + 2, 'the two threads that hash remain')
  t.equal((await storedEntriesIn(file)).length, UPLOADS)
  await recordScale(
    `${UPLOADS.toLocaleString('en')} uploads in one process`,
    'test/slow/scale-uploads.test.ts',
    {
      'requests at once': mostUnderWay.toLocaleString('en'),
      time: `${seconds.toFixed(1)} s`,
      'memory above that of the process before': `${Math.round((peak - before) / MIB)} MiB`,
    },
  )
})
