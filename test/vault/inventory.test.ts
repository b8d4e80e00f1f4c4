import { cp, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { inventory } from '../../lib/vault/inventory.js'
import type { InventoryOptions } from '../../lib/vault/retrieval-options.js'
import type { InventoryRow } from '../../lib/inventory/inventory-row.js'
import { localVaultFor, clientFor } from '../helpers/local-vault.js'
import { startLocalVault, type LocalVault } from '../../lib/local/index.js'
import { Retry } from '../../lib/transfer/retry.js'
import { retrying } from '../../lib/client/retrying-client.js'
import { vaultClientOf } from '../../lib/client/glacier-client.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

// The jobs of an inventory, and its answers: against the local vault, whose faults are the service's.

const vaultName = 'docs'
const DAY = 86_400_000

interface World {
  readonly vault: LocalVault
  readonly options: InventoryOptions
  /** Rows of the inventory. */
  readonly rows: number
  readonly archiveIds: readonly string[]
}

/** A folder with archives, and their IDs: each test takes a copy, as storing them anew takes longer than a test. */
const archives = await storedArchives(t)

async function storedArchives(test: Test): Promise<{ dir: string; archiveIds: string[] }> {
  const vault = await startLocalVault({
    dir: await mkdtemp(join(test.testdir(), 'vault-')),
    createVaults: true,
  })
  const client = clientFor(test, vault)
  const archiveIds = await Promise.all(
    Array.from({ length: 150 }, async (_, i) => {
      const description = `${i}`.padEnd(1000, '.')
      const [archive] = await uploadArchive([Buffer.from([i])], { client, vaultName, description })
      return archive.archiveId
    }),
  )
  await vault.close()
  return { dir: vault.dir, archiveIds }
}

async function worldFor(test: Test): Promise<World> {
  const { archiveIds } = archives
  const dir = await mkdtemp(join(test.testdir(), 'vault-'))
  await cp(archives.dir, dir, { recursive: true })
  const vault = await localVaultFor(test, { createVaults: true, inventoryInterval: 0, dir })
  const options = { client: clientFor(test, vault), vaultName, retryFor: 60_000, clock: new VirtualClock() }
  return { vault, options, rows: archiveIds.length, archiveIds }
}

async function count(rows: AsyncIterable<InventoryRow>): Promise<number> {
  let found = 0
  for await (const row of rows) found += row.size
  return found
}

t.test('an inventory is retrieved whatever becomes of its job', async (t) => {
  const { vault, options, rows } = await worldFor(t)
  const runs: [what: string, jobs: number, rule: Parameters<LocalVault['faults']['add']>[0]][] = [
    ['the answer to InitiateJob is lost', 1, { operation: 'InitiateJob', fault: 'lose-answer', nth: 1 }],
    ['it disappears while it is waited for', 2, { operation: 'DescribeJob', fault: 'expired-job', nth: 1 }],
    ['it disappears before it is read', 2, { operation: 'GetJobOutput', fault: 'expired-job', nth: 1 }],
    [
      'a range of it is answered with the whole',
      1,
      { operation: 'GetJobOutput', fault: 'whole-output', nth: 2 },
    ],
    [
      'a range of it is answered with another',
      1,
      { operation: 'GetJobOutput', fault: 'other-range', nth: 1 },
    ],
  ]
  for (const [what, jobs, rule] of runs) {
    vault.control.advanceClock(2 * DAY) // the jobs of the run before are gone
    const before = vault.traffic.of('InitiateJob').carriedOut
    vault.faults.clear()
    vault.faults.add(rule)
    // The second request for an output is one for the rest of it.
    vault.faults.add({ operation: 'GetJobOutput', fault: 'cut-output', nth: 1 })
    t.equal(await count(inventory(options)), rows, what)
    t.equal(vault.traffic.of('InitiateJob').carriedOut - before, jobs, `${what}: so many jobs were paid for`)
  }
})

t.test(
  'an inventory that disappears while it is read continues, unless there is another since',
  async (t) => {
    const { vault, options, rows } = await worldFor(t)
    vault.faults.add({ operation: 'GetJobOutput', fault: 'cut-output', nth: 1 })
    vault.faults.add({ operation: 'GetJobOutput', fault: 'expired-job', nth: 2 })
    t.equal(await count(inventory(options)), rows, 'none twice, and none left out')
    const jobs = vault.traffic.of('InitiateJob').carriedOut
    t.equal(jobs, 2)

    for (const isShorter of [false, true]) {
      const world = await worldFor(t)
      const { client } = world.options
      const once = retrying(vaultClientOf(client), new Retry({ retryFor: 0 }))
      let outputs = 0
      once.getJobOutput = async (request) => {
        if (++outputs === 2) {
          // The service has taken another inventory, and has dropped the job of the one that is read.
          if (isShorter)
            await Promise.all(
              world.archiveIds.map((archiveId) => once.deleteArchive({ vaultName, archiveId })),
            )
          else await uploadArchive([Buffer.from('x')], { client, vaultName })
          world.vault.control.advanceClock(2 * DAY)
          await world.vault.control.takeInventory(vaultName)
        }
        return vaultClientOf(client).getJobOutput(request)
      }
      world.vault.faults.add({ operation: 'GetJobOutput', fault: 'cut-output', nth: 1 })
      await t.rejects(count(inventory({ ...world.options, client: once })), {
        code: 'ERR_INVENTORY',
        message: /the inventory of the next job is another/,
      })
    }
  },
)

t.test('answers that are never of what was requested end in an error, not in wrong rows', async (t) => {
  const { vault, options } = await worldFor(t)
  for (const fault of ['whole-output', 'other-range'] as const) {
    vault.faults.clear()
    vault.faults.add({ operation: 'GetJobOutput', fault: 'cut-output', nth: 1 })
    for (let nth = 2; nth < 20; nth++) vault.faults.add({ operation: 'GetJobOutput', fault, nth })
    const before = vault.traffic.of('GetJobOutput').requests
    await t.rejects(
      count(inventory(options)),
      { code: 'ERR_SERVICE', serviceCode: 'UnexpectedResponse' },
      fault,
    )
    t.equal(vault.traffic.of('GetJobOutput').requests - before, 1 + 4, 'the cut answer, and four wrong ones')
  }
})

t.test('a service that forgets every inventory job ends in an error', async (t) => {
  const { vault, options } = await worldFor(t)
  vault.faults.add({ operation: 'DescribeJob', fault: 'expired-job' })
  const before = vault.traffic.of('InitiateJob').carriedOut
  await t.rejects(count(inventory(options)), { code: 'ERR_NOT_FOUND' })
  t.equal(vault.traffic.of('InitiateJob').carriedOut - before, 4)
})

t.test('a job that is given by its ID must retrieve an inventory', async (t) => {
  const client = MemoryVault.holding(patternBytes(2000))
  const reader = inventory({ client, vaultName: 'backups', jobId: 'a' })
  await t.rejects(count(reader), {
    name: 'RangeError',
    message: 'The job a retrieves the archive a, not an inventory.',
  })
})
