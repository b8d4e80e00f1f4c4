import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { startLocalVault, type LocalVault, type LocalVaultOptions } from '../../../lib/local/index.js'
import { TokenBucket } from '../../../lib/local/realism/token-bucket.js'
import { retrieveArchive } from '../../../lib/vault/retrieve-archive.js'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import type { Clock } from '../../../lib/runtime/clock.js'
import { MIB } from '../../../lib/sizes.js'
import { gathered } from '../../helpers/gather.js'
import {
  clientFor,
  clock,
  hashHeaders,
  localVaultFor,
  send,
  type RawResponse,
} from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'

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

/** A vault whose clock stands still but for its control, and what is asked of it. */
interface World {
  readonly vault: LocalVault
  readonly time: { time: number }
  readonly ask: (method: string, path: string, body?: Uint8Array | object) => Promise<RawResponse>
  readonly upload: (text: string) => Promise<string>
  /** Starts an archive retrieval. */
  readonly retrieve: (archiveId: string, Tier: string) => Promise<RawResponse>
  readonly status: (started: RawResponse) => Promise<unknown>
}

async function worldFor(test: Test, options: Partial<LocalVaultOptions>, start = START): Promise<World> {
  const time = clock(start)
  const vault = await localVaultFor(test, { now: time.now, createVaults: true, ...options })
  const ask: World['ask'] = (method, path, body) => {
    const isBytes = body instanceof Uint8Array
    return send(vault, {
      method,
      path: path.startsWith('/-') ? path : `/-/vaults/docs${path}`,
      body: isBytes ? body : body === undefined ? '' : JSON.stringify(body),
      headers: isBytes ? hashHeaders(body) : {},
      time: time.time,
    })
  }
  return {
    vault,
    time,
    ask,
    upload: async (text) =>
      String((await ask('POST', '/archives', Buffer.from(text))).headers['x-amz-archive-id']),
    retrieve: (ArchiveId, Tier) => ask('POST', '/jobs', { Type: 'archive-retrieval', ArchiveId, Tier }),
    status: async ({ headers }) =>
      (await ask('GET', `/jobs/${String(headers['x-amz-job-id'])}`)).json.StatusCode,
  }
}

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

t.test('a budget of requests refills by the vault’s clock', async (t) => {
  const { vault, ask } = await worldFor(t, { throttle: { requestsPerSecond: 2 } })
  t.match(await ask('GET', '/-/vaults'), { status: 200 })
  const unsigned = await send(vault, { method: 'GET', path: '/-/vaults', sign: false, time: START })
  t.match(unsigned.json, { code: 'MissingAuthenticationTokenException' })
  t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'what is not authenticated is not counted')
  for (const advance of [0, 499]) {
    vault.control.advanceClock(advance)
    t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  }
  vault.control.advanceClock(1)
  t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'what was throttled is not counted')
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  vault.control.advanceClock(DAY)
  for (const wanted of [{ status: 200 }, { status: 200 }, throttledAnswer])
    t.match(await ask('GET', '/-/vaults'), wanted, 'however far it is moved, it is full and no more')
})

t.test('an operation has a budget of its own, beside that of all', async (t) => {
  const { vault, ask, upload } = await worldFor(t, {
    throttle: [
      { requestsPerSecond: 1, burst: 5 },
      { requestsPerSecond: 0.5, operation: 'UploadArchive' },
    ],
  })
  t.match(await upload('x'), /^[\w-]{138}$/)
  const large = patternBytes(2 * MIB)
  for (let i = 0; i < 3; i++) t.match(await ask('POST', '/archives', large), throttledAnswer)
  for (let i = 0; i < 4; i++) {
    t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'those took nothing of the budget of all')
  }
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  vault.control.advanceClock(2000)
  t.match(await ask('POST', '/archives', large), { status: 201 })
  t.match(await ask('GET', '/-/vaults'), { status: 200 })
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
})

t.test('a token bucket holds its burst at the most, whatever its clock does', (t) => {
  const start = 1_772_000_000_000
  const takenFrom = (bucket: TokenBucket, now: number): number => {
    let count = 0
    for (; bucket.hasToken(now) && count < 100; count++) bucket.take(now)
    return count
  }
  for (const rate of [3, 7, 11, 13, 29]) t.equal(takenFrom(new TokenBucket(rate, rate), start), rate)
  const bucket = new TokenBucket(3, 2)
  const taken = (now: number): number => takenFrom(bucket, now)
  t.equal(taken(start), 2)
  t.equal(taken(start + 333), 0)
  t.equal(taken(start + 334), 1)
  t.equal(taken(start + 1000), 2, 'fractions of a millisecond add up')
  t.equal(taken(start - HOUR), 0, 'a clock that is set back')
  t.equal(taken(start - HOUR + 667), 2)
  t.equal(taken(start + DAY), 2)
  let count = 0
  for (let ms = 0; ms < 100_000; ms += 100) {
    if (!bucket.hasToken(start + 2 * DAY + ms)) continue
    bucket.take(start + 2 * DAY + ms)
    count++
  }
  t.ok(count >= 250 && count <= 302, `${count} in 100 seconds, looked at every 100 ms`)
  t.end()
})

t.test('an upload succeeds under a budget, by its own attempts', async (t) => {
  const throttle = [
    { requestsPerSecond: 4, burst: 3, operation: 'UploadMultipartPart' },
    { requestsPerSecond: 0.1, operation: 'CompleteMultipartUpload' },
  ]
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now, createVaults: true, throttle })
  const pauses: number[] = []
  const sleeping: Clock = {
    now: () => vault.control.time.getTime(),
    random: () => 0.9,
    sleep: (milliseconds, signal) => {
      if (milliseconds >= HOUR) {
        // Who keeps a silent upload alive waits until it ends.
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new Error('woken by the signal'))
          })
        })
      }
      pauses.push(milliseconds)
      vault.control.advanceClock(milliseconds)
      return Promise.resolve()
    },
  }
  const client = clientFor(t, vault)
  const bytes = patternBytes(5 * MIB + 5)
  const [archive] = await uploadArchive(Readable.from([bytes]), {
    client,
    vaultName: 'docs',
    partSize: MIB,
    concurrency: 8,
    clock: sleeping,
  })
  t.match(archive, { size: bytes.length, parts: 6 })
  const { requests, carriedOut } = vault.traffic.of('UploadMultipartPart')
  t.equal(carriedOut, 6)
  t.ok(requests > 6, `${requests} requests for 6 parts`)
  t.ok(pauses.length > 0)

  vault.control.setJobDelay('realistic')
  const archiveId = archive.archiveId
  const retrieval = { client, vaultName: 'docs', archiveId, clock: sleeping }
  for (const [tier, least, most] of [
    ['Expedited', 3 * MINUTE, 10 * MINUTE],
    ['Standard', 4 * HOUR, 5 * HOUR],
    ['Bulk', 8.5 * HOUR, 10 * HOUR],
  ] as const) {
    const before = vault.control.time.getTime()
    t.ok((await gathered(retrieveArchive({ ...retrieval, tier }))).equals(bytes))
    const took = vault.control.time.getTime() - before
    t.ok(took >= least && took <= most, `${tier} took ${took} ms`)
    vault.control.advanceClock(2 * DAY)
  }
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
