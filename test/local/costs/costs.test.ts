import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { uploadArchive } from '../../../lib/index.js'
import {
  EXAMPLE_PRICES,
  type CostId,
  type CostLine,
  type Costs,
  type LocalVault,
} from '../../../lib/local/index.js'
import { dollars, inUnits, microDollars } from '../../../lib/costs/amount.js'
import { requestClassOf } from '../../../lib/local/costs/request-class.js'
import { ROUTES } from '../../../lib/local/http/routes.js'
import { MIB } from '../../../lib/sizes.js'
import {
  clientFor,
  clock,
  type Clock,
  hashHeaders,
  localVaultFor,
  send,
  type RawResponse,
} from '../../helpers/local-vault.js'

const DAY = 86_400_000
const OVERHEAD = 32_768
/** Bytes of a GB, over a month of 30 days. */
const GB_MONTH = 2 ** 30 * 30

const bytes = Buffer.alloc(MIB, 'night')

function line({ lines }: Costs, id: CostId): CostLine {
  const found = lines.find((one) => one.id === id)
  if (!found) throw new Error(`There is no line ${id}.`)
  return found
}

/** A GB-month quantity of so many bytes over so many days. */
function gbMonths(size: number, days: number): number {
  return Math.round((size * days * 1e9) / GB_MONTH) / 1e9
}

/** Sends a request about the vault `docs`. */
type Ask = (method: string, rest: string, body?: Uint8Array | string) => Promise<RawResponse>

function asking(vault: LocalVault, time?: Clock): Ask {
  return (method, rest, body = '') =>
    send(vault, {
      method,
      path: `/-/vaults/docs${rest}`,
      body,
      headers: typeof body === 'string' ? {} : hashHeaders(body),
      ...(time && { time: time.time }),
    })
}

async function archiveIdOf(response: Promise<RawResponse>): Promise<string> {
  return String((await response).headers['x-amz-archive-id'])
}

async function vaultWithDocs(
  t: Test,
  options: Parameters<typeof localVaultFor>[1] = {},
): Promise<[LocalVault, Ask]> {
  const time = clock() // it moves only when it is told to, so that amounts are exact
  const vault = await localVaultFor(t, { now: time.now, ...options })
  const ask = asking(vault)
  t.equal((await ask('PUT', '')).status, 201)
  return [vault, ask]
}

t.test('a nightly backup costs what its requests, its storage and its deletions cost', async (t) => {
  const [vault, ask] = await vaultWithDocs(t)
  const client = clientFor(t, vault)
  const ids: string[] = []
  for (let night = 0; night < 30; night++) {
    if (night % 10 === 0) {
      // In parts of 1 MiB: a begin, two parts and a completion.
      const parts = { client, vaultName: 'docs', partSize: MIB, expectedSize: 2 * MIB }
      const archives = await uploadArchive(Readable.from([bytes, bytes.subarray(1)]), parts)
      ids.push(...archives.map(({ archiveId }) => archiveId))
    } else ids.push(await archiveIdOf(ask('POST', '/archives', bytes)))
    vault.control.advanceClock(DAY)
  }
  const sizeOf = (night: number): number => (night % 10 === 0 ? 2 * MIB - 1 : MIB) + OVERHEAD
  let byteDays = 0
  for (let night = 0; night < 30; night++) byteDays += sizeOf(night) * (30 - night)

  let costs = await vault.costs()
  t.match(line(costs, 'storage'), { quantity: gbMonths(byteDays, 1), unit: 'GB-month', item: 'Storage' })
  t.match(line(costs, 'uploadRequests'), { quantity: 27 + 3 * 4, amount: 0.00195 })
  t.equal(line(costs, 'otherRequests').quantity, 1, 'the vault was made')
  t.equal(line(costs, 'earlyDeletion').quantity, 0)

  t.equal((await ask('DELETE', `/archives/${String(ids[0])}`)).status, 204)
  const job = {
    Type: 'archive-retrieval',
    ArchiveId: ids[10],
    Tier: 'Bulk',
    RetrievalByteRange: `0-${MIB - 1}`,
  }
  t.equal((await ask('POST', '/jobs', JSON.stringify(job))).status, 202)
  costs = await vault.costs()
  t.equal(line(costs, 'storage').quantity, gbMonths(byteDays, 1), 'what was deleted was stored before')
  t.match(line(costs, 'earlyDeletion'), { quantity: gbMonths(sizeOf(0), 60), unit: 'GB-month' })
  t.match(line(costs, 'bulkRetrieval'), { quantity: 0.000976563, unit: 'GB', amount: 0.000002 })
  t.match(line(costs, 'bulkRequests'), { quantity: 1, unit: 'request', amount: 0.000025 })
  t.strictSame(
    Object.fromEntries(costs.lines.filter(({ amount }) => amount > 0).map(({ id, amount }) => [id, amount])),
    {
      storage: 0.00007,
      earlyDeletion: 0.000016,
      uploadRequests: 0.00195,
      bulkRetrieval: 0.000002,
      bulkRequests: 0.000025,
    },
  )
  t.equal(costs.total, 0.002063)
  t.equal(costs.currency, 'USD')
  t.equal(Date.parse(costs.until) - Date.parse(costs.since), 30 * DAY)

  vault.control.advanceClock(90 * DAY)
  const later = await vault.costs()
  t.ok(line(later, 'storage').quantity > line(costs, 'storage').quantity, 'the clock accrues storage')
  t.equal((await ask('DELETE', `/archives/${String(ids[29])}`)).status, 204)
  t.equal(line(await vault.costs(), 'earlyDeletion').amount, 0.000016, 'after 90 days a deletion is free')
})

t.test('what was there at the start counts from then on, and only what was carried out counts', async (t) => {
  const dir = t.testdir()
  const before = clock()
  const [first, askFirst] = await vaultWithDocs(t, { dir, now: before.now })
  const archiveId = await archiveIdOf(askFirst('POST', '/archives', bytes))
  await first.close()
  t.equal(line(await first.costs(), 'uploadRequests').quantity, 1, 'the costs can be asked for after the end')

  const time = clock(before.time + 10 * DAY)
  const vault = await localVaultFor(t, {
    dir,
    now: time.now,
    prices: { storage: 1, otherRequests: undefined },
  })
  const ask = asking(vault, time)
  vault.control.advanceClock(3 * DAY)
  let costs = await vault.costs()
  t.equal(line(costs, 'storage').quantity, gbMonths(MIB + OVERHEAD, 3))
  t.equal(line(costs, 'storage').amount, 0.000101, 'at the price that was given')
  t.equal(line(costs, 'uploadRequests').quantity, 0)

  t.equal((await ask('POST', '/archives', '')).status, 400)
  t.equal((await ask('DELETE', `/archives/${'x'.repeat(5)}`)).status, 400)
  t.equal((await ask('POST', '/jobs', '{"Type":"archive-retrieval","ArchiveId":"none"}')).status, 404)
  t.equal((await ask('POST', '/jobs', '{"Type":"inventory-retrieval"}')).status, 202)
  for (const Tier of ['Expedited', 'Standard', 'Standard']) {
    const job = { Type: 'archive-retrieval', ArchiveId: archiveId, Tier }
    t.equal((await ask('POST', '/jobs', JSON.stringify(job))).status, 202)
  }
  const capacity = { method: 'POST', path: '/-/provisioned-capacity', time: time.time }
  t.equal((await send(vault, capacity)).status, 201)
  t.equal((await ask('GET', '/jobs')).status, 200)
  const deleted = await Promise.all([0, 1, 2, 3].map(() => ask('DELETE', `/archives/${archiveId}`)))
  t.ok(deleted.every(({ status }) => status === 204))
  time.time -= 100 * DAY // a clock that goes back accrues nothing less
  costs = await vault.costs()
  t.match(
    costs.lines.map(({ id, quantity, amount }) => [id, quantity, amount]),
    [
      ['storage', gbMonths(MIB + OVERHEAD, 3), 0.000101],
      ['earlyDeletion', gbMonths(MIB + OVERHEAD, 77), 0.002585],
      ['uploadRequests', 0, 0],
      ['listRequests', 1, 0],
      ['otherRequests', 4, 0],
      ['expeditedRetrieval', 0.000976563, 0.000029],
      ['expeditedRequests', 1, 0.01],
      ['standardRetrieval', 0.001953125, 0.00002],
      ['standardRequests', 2, 0.0001],
      ['bulkRetrieval', 0, 0],
      ['bulkRequests', 0, 0],
      ['inventoryRequests', 1, 0],
      ['capacityUnits', 1, 100],
    ],
  )
  t.equal(costs.total, 100.012835)
})

t.test('the costs are told over HTTP', async (t) => {
  const controlSecret = 'the secret of the controls'.replaceAll(' ', '-')
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir, controlSecret })
  const ask = async (): Promise<Response> =>
    fetch(`${vault.endpoint}/.control/costs`, { headers: { authorization: `Bearer ${controlSecret}` } })
  await asking(vault)('PUT', '')
  t.match(await (await ask()).json(), { currency: 'USD', total: 0, lines: Array(13).fill({ amount: 0 }) })
  await writeFile(join(dir, 'vaults/stray'), 'some file')
  t.equal((await ask()).status, 200)
  await rm(join(dir, 'vaults'), { recursive: true })
  t.equal((await ask()).status, 200)
})

t.test('amounts are exact, and only lines are rounded', async (t) => {
  t.equal(microDollars({ parts: 1n, perUnit: 1000n }, 0.05), 50n)
  t.equal(microDollars({ parts: 1n, perUnit: 1000n }, 0.0005), 1n, 'a half is rounded up')
  t.equal(microDollars({ parts: 1n, perUnit: 1000n }, 0.0004), 0n)
  t.equal(microDollars({ parts: 10n ** 30n, perUnit: 10n ** 30n }, 0.1 + 0.2), 300_000n)
  t.equal(dollars(300_000n), 0.3)
  t.equal(inUnits({ parts: 2n, perUnit: 3n }), 0.666666667)
})

t.test('each operation is billed in one way, and the example prices cannot be changed', async (t) => {
  const own = ROUTES.filter(({ operation }) => requestClassOf(operation) === undefined)
  t.strictSame(own.map(({ operation }) => operation).sort(), ['InitiateJob', 'PurchaseProvisionedCapacity'])
  const lists = ROUTES.filter(({ operation }) => operation.startsWith('List'))
  t.ok(lists.every(({ operation }) => requestClassOf(operation) === 'listRequests'))
  t.ok(Object.isFrozen(EXAMPLE_PRICES))
})
