import t from 'tap'
import { startLocalVault } from '../../../lib/local/index.js'
import { retrieveArchive } from '../../../lib/vault/retrieve-archive.js'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import { MIB } from '../../../lib/sizes.js'
import { gathered } from '../../helpers/gather.js'
import { clientFor, clock, localVaultFor, send, type RawResponse } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { worldFor } from '../../helpers/realism-world.js'

// As slow and as scarce as the service: delays by tier, capacity, quotas, budgets, nightly inventories.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Two hours after the inventories of 12:00, and eleven before those of 03:00. */
const START = Date.parse('2026-03-01T14:00:00.000Z')

const throttledAnswer = {
  status: 400,
  json: { code: 'ThrottlingException', message: 'Rate exceeded', type: 'Client' },
}

const noCapacity = { status: 503, json: { code: 'InsufficientCapacityException', type: 'Server' } }

t.test('jobs take a time by their tier', async (t) => {
  const secret = 'a-secret-of-twenty-two'
  const { vault, ask, upload, retrieve, status } = await worldFor(t, {
    jobDelay: 'realistic',
    controlSecret: secret,
  })
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  const startAll = async (): Promise<RawResponse[]> => [
    await retrieve(archiveId, 'Expedited'),
    await retrieve(archiveId, 'Standard'),
    await ask('POST', '/jobs', { Type: 'inventory-retrieval' }),
    await retrieve(archiveId, 'Bulk'),
  ]
  const done = async (started: readonly RawResponse[]): Promise<string> => {
    const codes = await Promise.all(started.map(status))
    return codes.map((code) => (code === 'Succeeded' ? 'x' : '-')).join('')
  }
  let jobs = await startAll()
  for (const [advance, found] of [
    [3 * MINUTE - 1, '----'],
    [1, 'x---'],
    [4 * HOUR - 3 * MINUTE - 1, 'x---'],
    [1, 'xxx-'],
    [4.5 * HOUR - 1, 'xxx-'],
    [1, 'xxxx'],
  ] as const) {
    vault.control.advanceClock(advance)
    t.equal(await done(jobs), found)
  }
  vault.control.setJobDelay({ standard: HOUR, bulk: 2 * HOUR })
  jobs = await startAll()
  t.equal(await done(jobs), 'x-x-', 'what is left out takes no time')
  vault.control.advanceClock(HOUR)
  t.equal(await done(jobs), 'xxx-')

  const order = async (body: object): Promise<number> => {
    const response = await fetch(`${vault.endpoint}/.control/job-delay`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify(body),
    })
    return response.status
  }
  for (const [body, found] of [
    [{ jobDelay: { expedited: 1, inventory: 1 } }, '-x-x'],
    [{ jobDelay: { standard: 1 } }, 'x-xx'],
    [{ jobDelay: 'realistic' }, '----'],
    [{ jobDelay: 0 }, 'xxxx'],
    [{ milliseconds: 1 }, '----'],
  ] as const) {
    t.equal(await order(body), 200)
    t.equal(await done(await startAll()), found, JSON.stringify(body))
  }
  for (const body of [{}, { jobDelay: 'slow' }, { jobDelay: { bulk: -1 } }, { jobDelay: { fast: 1 } }]) {
    t.equal(await order(body), 400, JSON.stringify(body))
  }
  t.equal(await done(await startAll()), '----', 'and nothing is changed')
})

t.test(
  'without provisioned capacity there is so much for Expedited retrievals in five minutes',
  async (t) => {
    const onFailure = (error: Error): void => {
      t.fail(`A refusal is reported as a failure of the server: ${error.message}`)
    }
    const { vault, time, ask, upload, retrieve } = await worldFor(t, { expeditedCapacity: 2, onFailure })
    const archiveId = await upload('x')
    t.match(await retrieve(archiveId, 'Expedited'), { status: 202 })
    vault.control.advanceClock(4 * MINUTE)
    t.match(await retrieve(archiveId, 'Expedited'), { status: 202 })
    t.match(await retrieve(archiveId, 'Expedited'), noCapacity)
    t.match(await retrieve(archiveId, 'Standard'), { status: 202 }, 'other tiers need none')
    vault.control.advanceClock(MINUTE - 1)
    t.match(await retrieve(archiveId, 'Expedited'), noCapacity)
    vault.control.advanceClock(1)
    t.match(await retrieve(archiveId, 'Expedited'), { status: 202 }, 'five minutes after the first')
    t.match(await retrieve(archiveId, 'Expedited'), noCapacity)

    const again = await startLocalVault({
      dir: vault.dir,
      expeditedCapacity: 2,
      now: vault.control.time.getTime.bind(vault.control.time),
    })
    t.teardown(() => again.close())
    const body = JSON.stringify({ Type: 'archive-retrieval', ArchiveId: archiveId, Tier: 'Expedited' })
    const request = { method: 'POST', path: '/-/vaults/docs/jobs', body, time: vault.control.time.getTime() }
    t.match(await send(again, request), noCapacity, 'after a restart and for every server the same')

    t.match(await ask('POST', '/-/provisioned-capacity'), { status: 201 })
    for (let i = 0; i < 4; i++)
      t.match(await retrieve(archiveId, 'Expedited'), { status: 202 }, 'with a unit all')
    vault.control.advanceClock(31 * DAY)
    for (const wanted of [{ status: 202 }, { status: 202 }, noCapacity])
      t.match(await retrieve(archiveId, 'Expedited'), wanted, 'a month later it has expired')
    t.equal(time.time, START)
  },
)

t.test('with a capacity of 0 no Expedited retrieval starts, and a client is told so at once', async (t) => {
  const { vault, upload } = await worldFor(t, { expeditedCapacity: 0 }, Date.now())
  const archiveId = await upload('x')
  const client = clientFor(t, vault)
  await t.rejects(gathered(retrieveArchive({ client, vaultName: 'docs', archiveId, tier: 'Expedited' })), {
    code: 'ERR_RETRIEVAL_REFUSED',
  })
  t.equal((await gathered(retrieveArchive({ client, vaultName: 'docs', archiveId }))).toString(), 'x')
})

t.test('so many archive retrievals start within a day, however many are asked for at once', async (t) => {
  const { vault, ask, upload, retrieve } = await worldFor(t, { retrievalsPerDay: 3 })
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  const tiers = ['Expedited', 'Standard', 'Bulk', 'Standard', 'Standard', 'Bulk']
  const answers = await Promise.all(tiers.map((tier) => retrieve(archiveId, tier)))
  t.equal(answers.filter(({ status }) => status === 202).length, 3)
  const rest = answers.filter(({ status }) => status !== 202)
  for (const answer of rest) t.match(answer, throttledAnswer)
  t.match(
    await ask('POST', '/jobs', { Type: 'inventory-retrieval' }),
    { status: 202 },
    'inventories are free',
  )
  vault.control.advanceClock(DAY - 1)
  t.match(await retrieve(archiveId, 'Bulk'), throttledAnswer)
  vault.control.advanceClock(1)
  t.match(await retrieve(archiveId, 'Bulk'), { status: 202 })

  const policy = { Policy: { Rules: [{ Strategy: 'BytesPerHour', BytesPerHour: 2 }] } }
  vault.control.advanceClock(DAY)
  t.match(await ask('PUT', '/-/policies/data-retrieval', policy), { status: 204 })
  const standard = await Promise.all([1, 2, 3].map(() => retrieve(archiveId, 'Standard')))
  t.strictSame(
    standard.map(({ status }) => status).sort(),
    [202, 202, 400],
    'nor more than the policy allows',
  )
})

t.test('inventories are as of an hour each day', async (t) => {
  const { vault, ask, upload } = await worldFor(t, { inventoryHour: 3, createVaults: true })
  const described = async (): Promise<unknown[]> => {
    const { json } = await ask('GET', '')
    return [json.LastInventoryDate, json.NumberOfArchives]
  }
  const listed = async (): Promise<unknown[]> => {
    const started = await ask('POST', '/jobs', { Type: 'inventory-retrieval' })
    const { json } = await ask('GET', `/jobs/${String(started.headers['x-amz-job-id'])}/output`)
    return [
      json.InventoryDate,
      ...(json.ArchiveList as { ArchiveId: string }[]).map(({ ArchiveId }) => ArchiveId).sort(),
    ]
  }
  const night = (day: number): string => `2026-03-0${day}T03:00:00.000Z`
  const seconds = (day: number): string => `2026-03-0${day}T03:00:00Z`
  const a = await upload('a') // on the 1st, 14:00
  vault.control.advanceClock(13 * HOUR - 1) // the 2nd, 02:59:59.999
  t.strictSame(await described(), [null, null])
  const b = await upload('b')
  vault.control.advanceClock(1)
  t.strictSame(await described(), [night(2), 2], 'the first night after it was written to')
  const c = await upload('c') // 03:00:00.000
  vault.control.advanceClock(11 * HOUR)
  t.strictSame(await listed(), [seconds(2), ...[a, b].sort()], 'what came since is in the next one')
  vault.control.advanceClock(13 * HOUR - 1) // the 3rd, 02:59:59.999
  t.strictSame(await described(), [night(2), 2])
  vault.control.advanceClock(11 * HOUR + 1) // the 3rd, 14:00; nobody has looked
  await ask('DELETE', `/archives/${a}`)
  const d = await upload('d')
  t.strictSame(
    await listed(),
    [seconds(3), ...[a, b, c].sort()],
    'as it was that night, with what was deleted since',
  )
  vault.control.advanceClock(3 * DAY) // the 6th, 14:00
  t.strictSame(
    await listed(),
    [seconds(4), ...[b, c, d].sort()],
    'nights in which nothing had changed are left out',
  )
  for (const id of [b, c, d]) await ask('DELETE', `/archives/${id}`)
  t.match(await ask('DELETE', ''), { status: 400, json: { message: /not empty or recently written to/ } })
  vault.control.advanceClock(DAY)
  t.match(await ask('DELETE', ''), { status: 204 }, 'the night found it empty')
})

t.test('an archive that is completed after the night is in the next inventory', async (t) => {
  const now = Date.now()
  const time = clock(now)
  const inventoryHour = new Date(now + 2 * HOUR).getUTCHours()
  const vault = await localVaultFor(t, { now: time.now, createVaults: true, inventoryHour })
  const client = clientFor(t, vault)
  const put = (size: number): Promise<unknown> =>
    uploadArchive([patternBytes(size)], { client, vaultName: 'docs', partSize: MIB })
  await put(2 * MIB)
  vault.control.advanceClock(3 * HOUR)
  await put(3 * MIB)
  const found = await client.describeVault({ vaultName: 'docs' })
  t.match(found, { archiveCount: 1, size: 2 * MIB + 32_768 })
  t.equal(found.lastInventoryDate?.slice(11), `${String(inventoryHour).padStart(2, '0')}:00:00.000Z`)
  vault.control.advanceClock(DAY)
  t.match(await client.describeVault({ vaultName: 'docs' }), { archiveCount: 2 })
})

t.test('an inventory that is asked for is as of now, and the next one as of its hour', async (t) => {
  const { vault, ask, upload } = await worldFor(t, { inventoryHour: 0, createVaults: true })
  await upload('a')
  vault.control.advanceClock(HOUR)
  t.match(await vault.control.takeInventory('docs'), { date: '2026-03-01T15:00:00.000Z', archiveCount: 1 })
  vault.control.advanceClock(DAY)
  t.match(
    (await ask('GET', '')).json,
    { LastInventoryDate: '2026-03-01T15:00:00.000Z' },
    'nothing had changed',
  )
  await upload('b')
  vault.control.advanceClock(HOUR)
  t.match((await ask('GET', '')).json, { LastInventoryDate: '2026-03-01T15:00:00.000Z' })
  vault.control.advanceClock(DAY)
  t.match((await ask('GET', '')).json, { LastInventoryDate: '2026-03-03T00:00:00.000Z', NumberOfArchives: 2 })
})

t.test('a vault that was never written to has no nightly inventory; two schedules are refused', async (t) => {
  const { vault, ask } = await worldFor(t, { inventoryHour: 3 })
  t.match(await ask('PUT', ''), { status: 201 })
  vault.control.advanceClock(5 * DAY)
  t.match((await ask('GET', '')).json, { LastInventoryDate: null, NumberOfArchives: null })
  await t.rejects(startLocalVault({ dir: vault.dir, inventoryHour: 3, inventoryInterval: DAY }), {
    name: 'RangeError',
    message: /inventoryHour and inventoryInterval/,
  })
})
