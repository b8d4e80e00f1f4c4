import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startLocalVault, type LocalVault, type LocalVaultOptions } from '../../../lib/local/index.js'
import { endpointOf } from '../../../lib/local/http/http-server.js'
import { inventoryMarkers } from '../../../lib/local/jobs/job-description.js'
import { MIB } from '../../../lib/sizes.js'
import {
  clock,
  hashHeaders,
  localVaultFor,
  send,
  type Clock,
  type RawResponse,
} from '../../helpers/local-vault.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:jobs`
const START = Date.parse('2026-03-01T12:00:00.500Z')

/** A vault whose clock stands still, and what is asked of it. */
interface World {
  readonly vault: LocalVault
  readonly time: Clock
  readonly get: (path: string, headers?: Record<string, string>) => Promise<RawResponse>
  readonly post: (
    path: string,
    body: object | Uint8Array,
    headers?: Record<string, string>,
  ) => Promise<RawResponse>
  readonly upload: (text: string, description?: string) => Promise<string>
  readonly start: (order: object) => Promise<string>
}

async function worldFor(test: Test, options: Partial<LocalVaultOptions> = {}): Promise<World> {
  const time = clock(START)
  const vault = await localVaultFor(test, { now: time.now, createVaults: true, ...options })
  const path = (rest: string): string => (rest.startsWith('/-') ? rest : `/-/vaults/docs${rest}`)
  const post: World['post'] = (rest, body, headers = {}) =>
    send(vault, {
      method: 'POST',
      path: path(rest),
      body: body instanceof Uint8Array ? body : JSON.stringify(body),
      headers,
      time: time.time,
    })
  await send(vault, { method: 'PUT', path: path(''), time: time.time })
  return {
    vault,
    time,
    post,
    get: (rest, headers = {}) => send(vault, { method: 'GET', path: path(rest), headers, time: time.time }),
    upload: async (text, description = '') => {
      const bytes = Buffer.from(text)
      const headers = { ...hashHeaders(bytes), 'x-amz-archive-description': description }
      return String((await post('/archives', bytes, headers)).headers['x-amz-archive-id'])
    },
    start: async (order) => {
      const answer = await post('/jobs', order)
      test.equal(answer.status, 202, answer.body.toString())
      return String(answer.headers['x-amz-job-id'])
    },
  }
}

const inventory = { Type: 'inventory-retrieval' }

t.test('an inventory comes in the service’s JSON, to the byte', async (t) => {
  const { upload, vault, start, get } = await worldFor(t)
  const archiveId = await upload('hello world', 'say "hi", \\')
  await vault.control.takeInventory('docs')
  const jobId = await start({ ...inventory, Description: 'mine' })
  const row =
    `{"ArchiveId":"${archiveId}","ArchiveDescription":"say \\"hi\\", \\\\","CreationDate":"2026-03-01T12:00:00Z",` +
    '"Size":11,"SHA256TreeHash":"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"}'
  const wanted = `{"VaultARN":"${ARN}","InventoryDate":"2026-03-01T12:00:00Z","ArchiveList":[${row}]}`
  const output = await get(`/jobs/${jobId}/output`)
  t.equal(output.body.toString(), wanted)
  t.match(output, {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': String(wanted.length) },
  })
  t.notOk('x-amz-sha256-tree-hash' in output.headers)
  const some = await get(`/jobs/${jobId}/output`, { range: 'bytes=1-8' })
  t.equal(some.body.toString(), wanted.slice(1, 9))
  t.match(some, { status: 206, headers: { 'content-range': `bytes 1-8/${wanted.length}` } })
  t.match((await get(`/jobs/${jobId}`)).json, {
    Action: 'InventoryRetrieval',
    ArchiveId: null,
    ArchiveSizeInBytes: null,
    InventorySizeInBytes: wanted.length,
    InventoryRetrievalParameters: {
      Format: 'JSON',
      StartDate: null,
      EndDate: null,
      Limit: null,
      Marker: null,
    },
    JobDescription: 'mine',
    RetrievalByteRange: null,
    SHA256TreeHash: null,
    Tier: null,
  })
})

t.test('and in its own kind of CSV', async (t) => {
  const { upload, vault, start, get } = await worldFor(t)
  const ids = [await upload('a', 'say "hi", \\'), await upload('b')]
  await vault.control.takeInventory('docs')
  const output = await get(`/jobs/${await start({ ...inventory, Format: 'CSV' })}/output`)
  t.equal(output.headers['content-type'], 'text/csv')
  const hashes = [
    'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb',
    '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',
  ]
  const rows = [
    `${String(ids[0])},"say \\"hi\\", \\",2026-03-01T12:00:00Z,1,${String(hashes[0])}\n`,
    `${String(ids[1])},"",2026-03-01T12:00:00Z,1,${String(hashes[1])}\n`,
  ].sort()
  t.equal(
    output.body.toString(),
    `ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n${rows.join('')}`,
  )
})

t.test(
  'an inventory is as of when it was taken: a day after the first archive, or when it is asked for',
  async (t) => {
    const { upload, vault, time, post, start, get } = await worldFor(t)
    await upload('a')
    t.match(await post('/jobs', inventory), {
      status: 404,
      json: { message: new RegExp(`^Inventory retrieval jobs for vault ${ARN} cannot be initiated yet`) },
    })
    time.time += DAY
    const listed = async (): Promise<number> => {
      const { json } = await get(`/jobs/${await start(inventory)}/output`)
      return (json.ArchiveList as unknown[]).length
    }
    t.equal(await listed(), 1)
    const second = await upload('b')
    t.equal(await listed(), 1, 'not what has come since')
    t.match(await vault.control.takeInventory('docs'), { archiveCount: 2, size: 2 * (1 + 32_768) })
    t.equal(await listed(), 2)
    await send(vault, { method: 'DELETE', path: `/-/vaults/docs/archives/${second}`, time: time.time })
    t.equal(await listed(), 2, 'nor what has gone')
    await upload('c')
    await vault.control.takeInventory('docs')
    t.equal(await listed(), 2)
    await t.rejects(vault.control.takeInventory('none'), /Vault not found/)
  },
)

t.test('inventories may be had more often than daily', async (t) => {
  const { upload, time, get } = await worldFor(t, { inventoryInterval: HOUR })
  await upload('a')
  t.equal((await get('')).json.NumberOfArchives, null)
  time.time += HOUR
  t.equal((await get('')).json.NumberOfArchives, 1)
})

t.test('an inventory is filtered by date, and comes in pieces by limit and marker', async (t) => {
  const { upload, vault, time, start, get } = await worldFor(t)
  const ids: string[] = []
  for (let hour = 0; hour < 5; hour++) {
    ids.push(await upload(`archive ${hour}`))
    time.time += HOUR
  }
  await vault.control.takeInventory('docs')
  const retrieved = async (parameters: object): Promise<{ found: string[]; marker: string | null }> => {
    const jobId = await start({ ...inventory, InventoryRetrievalParameters: parameters })
    const { json } = await get(`/jobs/${jobId}/output`)
    const found = (json.ArchiveList as { ArchiveId: string }[]).map(({ ArchiveId }) => ArchiveId)
    const job = (await get(`/jobs/${jobId}`)).json.InventoryRetrievalParameters as { Marker: string | null }
    return { found, marker: job.Marker }
  }
  const between = await retrieved({ StartDate: '2026-03-01T13:00:00Z', EndDate: '2026-03-01T15:00:00Z' })
  t.strictSame(between.found.sort(), [ids[1], ids[2]].sort(), 'from the start on, and before the end')
  t.strictSame((await retrieved({ StartDate: '2026-03-01T16:00:01Z' })).found, [])
  t.strictSame((await retrieved({ EndDate: '2026-03-01T12:00Z', Marker: null })).found, [])

  const all: string[] = []
  let marker: string | null = null
  const sizes: number[] = []
  do {
    const page: { found: string[]; marker: string | null } = await retrieved({ Limit: '2', Marker: marker })
    sizes.push(page.found.length)
    all.push(...page.found)
    marker = page.marker
  } while (marker !== null)
  t.strictSame(sizes, [2, 2, 1])
  t.strictSame(all.sort(), ids.sort())
})

t.test('a vault without archives has an empty inventory', async (t) => {
  const { vault, start, get } = await worldFor(t)
  await vault.control.takeInventory('docs')
  t.equal(
    (await get(`/jobs/${await start(inventory)}/output`)).body.toString(),
    `{"VaultARN":"${ARN}","InventoryDate":"2026-03-01T12:00:00Z","ArchiveList":[]}`,
  )
})

t.test('what is asked wrongly of a job is refused with the reason', async (t) => {
  const { vault, upload, post } = await worldFor(t)
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  const retrieval = { Type: 'archive-retrieval', ArchiveId: archiveId }
  const parameters = (more: object): object => ({ ...inventory, InventoryRetrievalParameters: more })
  const invalid = { status: 400, json: { code: 'InvalidParameterValueException', type: 'Client' } }
  const missing = { status: 400, json: { code: 'MissingParameterValueException' } }
  const closed = { status: 400, json: { code: 'NoLongerSupportedException', message: /Select/ } }
  for (const [order, refused] of [
    [{}, missing],
    [{ Type: 'archive-retrieval' }, missing],
    [{ Type: 'select', SelectParameters: {} }, closed],
    [{ Type: 'other' }, invalid],
    [{ Type: 7 }, invalid],
    [{ ...retrieval, Tier: 'Slow' }, invalid],
    [{ ...retrieval, SNSTopic: 'http://example.com' }, invalid],
    [{ ...retrieval, Description: 'é' }, invalid],
    [{ ...retrieval, RetrievalByteRange: '0-0' }, { status: 202 }],
    [{ ...retrieval, RetrievalByteRange: '0-1' }, invalid],
    [{ ...retrieval, RetrievalByteRange: 'x' }, invalid],
    [
      { ...retrieval, ArchiveId: 'none' },
      { status: 404, json: { message: 'The archive ID was not found: none' } },
    ],
    [{ ...inventory, Format: 'XML' }, invalid],
    [parameters({ Limit: '0' }), invalid],
    [parameters({ Limit: 5 }), invalid],
    [parameters({ Marker: 'x' }), invalid],
    [parameters({ StartDate: '2026-03-01' }), invalid],
    [parameters({ EndDate: '2026-13-01T00:00:00Z' }), invalid],
    [{ ...inventory, InventoryRetrievalParameters: 'x' }, invalid],
  ] as const) {
    t.match(await post('/jobs', order), refused, JSON.stringify(order))
  }
})

t.test('jobs take their time, can be completed or let fail, and are gone a day after', async (t) => {
  const { vault, time, upload, start, get } = await worldFor(t, { jobDelay: 4 * HOUR })
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  const retrieval = { Type: 'archive-retrieval', ArchiveId: archiveId }
  const marker = inventoryMarkers(ARN).write(archiveId)
  const [first, second] = [
    await start(retrieval),
    await start({ ...inventory, InventoryRetrievalParameters: { Limit: '1', Marker: marker } }),
  ]
  t.match((await get(`/jobs/${second}`)).json, {
    StatusCode: 'InProgress',
    InventorySizeInBytes: null,
    InventoryRetrievalParameters: { Marker: marker, Limit: '1' },
  })
  t.match(await get(`/jobs/${first}/output`), {
    status: 400,
    json: { message: `The job is not currently available for download: ${first}` },
  })
  t.equal(await vault.control.completeJobs('docs'), 2)
  t.equal(await vault.control.completeJobs(), 0, 'those that are over stay as they are')
  t.match((await get(`/jobs/${first}`)).json, { StatusCode: 'Succeeded', Completed: true })
  vault.control.setJobDelay(HOUR)
  const third = await start(retrieval)
  t.equal(await vault.control.failJobs('The disk is on fire.'), 1)
  t.match((await get(`/jobs/${third}`)).json, {
    StatusCode: 'Failed',
    StatusMessage: 'The disk is on fire.',
    Completed: true,
  })
  t.match(await get(`/jobs/${third}/output`), { status: 400 })
  t.strictSame(
    ((await get('/jobs?statuscode=Failed')).json.JobList as { JobId: string }[]).map(({ JobId }) => JobId),
    [third],
  )
  const fourth = await start(retrieval)
  time.time += HOUR
  t.match((await get(`/jobs/${fourth}`)).json, { StatusCode: 'Succeeded' })
  const jobs = join(vault.dir, 'vaults', 'docs', 'jobs')
  await writeFile(join(jobs, 'other.txt'), 'some program’s file')
  vault.control.advanceClock(DAY + 1)
  t.equal(vault.control.time.getTime(), time.time + DAY + 1)
  t.match(await get(`/jobs/${second}/output`), {
    status: 404,
    json: { message: /^The job ID was not found/ },
  })
  t.match((await get('/jobs')).json, { JobList: [] })
  for (const wrong of [-1, NaN, Infinity]) {
    t.throws(
      () => {
        vault.control.advanceClock(wrong)
      },
      { name: 'RangeError' },
    )
    t.throws(
      () => {
        vault.control.setJobDelay(wrong)
      },
      { name: 'RangeError' },
    )
  }
})

t.test('jobs are listed in pages, by the time they were started', async (t) => {
  const { upload, start, get, time } = await worldFor(t)
  const order = { Type: 'archive-retrieval', ArchiveId: await upload('x') }
  const started: string[] = []
  for (let i = 0; i < 5; i++) {
    started.push(await start(order))
    time.time += 1
  }
  const listed: string[] = []
  let marker: unknown = ''
  do {
    const { json } = await get(`/jobs?limit=2&marker=${encodeURIComponent(String(marker))}`)
    listed.push(...(json.JobList as { JobId: string }[]).map(({ JobId }) => JobId))
    marker = json.Marker
  } while (typeof marker === 'string')
  t.strictSame(listed, started)
})

t.test('a retrieval policy limits what Standard retrievals ask for', async (t) => {
  const { vault, time, post, get } = await worldFor(t)
  const bytes = Buffer.alloc(32 * MIB)
  const stored = await post('/archives', bytes, hashHeaders(bytes))
  const retrieval = { Type: 'archive-retrieval', ArchiveId: stored.headers['x-amz-archive-id'] }
  const put = (Rules: unknown): Promise<RawResponse> =>
    send(vault, {
      method: 'PUT',
      path: '/-/policies/data-retrieval',
      body: JSON.stringify({ Policy: { Rules } }),
      time: time.time,
    })
  const denied = {
    status: 400,
    json: {
      code: 'PolicyEnforcedException',
      message: 'InitiateJob request denied by current data retrieval policy.',
    },
  }
  t.match(await put([{ Strategy: 'BytesPerHour', BytesPerHour: 50 * MIB }]), { status: 204 })
  t.match((await get('/-/policies/data-retrieval')).json, {
    Policy: { Rules: [{ Strategy: 'BytesPerHour', BytesPerHour: 50 * MIB }] },
  })
  t.match(await post('/jobs', retrieval), { status: 202 })
  t.match(await post('/jobs', retrieval), denied)
  t.match(
    await post('/jobs', { ...retrieval, Tier: 'Bulk' }),
    { status: 202 },
    'of other tiers as much as one likes',
  )
  t.match(await post('/jobs', { ...retrieval, RetrievalByteRange: `0-${16 * MIB - 1}` }), { status: 202 })
  time.time += HOUR
  t.match(await post('/jobs', retrieval), { status: 202 }, 'in the next hour again')
  t.match(await put([{ Strategy: 'FreeTier' }]), { status: 204 })
  for (let i = 0; i < 9; i++) await post('/jobs', retrieval)
  t.match(await post('/jobs', retrieval), denied, 'a thirtieth of 10 GiB a day is free')
  t.match(await put([{ Strategy: 'None', BytesPerHour: null }]), { status: 204 })
  t.match(await post('/jobs', retrieval), { status: 202 })
  for (const rules of [
    [],
    [{ Strategy: 'None' }, { Strategy: 'None' }],
    [null],
    [5],
    [{ Strategy: 'All' }],
    [{ Strategy: 'BytesPerHour', BytesPerHour: 0.5 }],
    [{ Strategy: 'FreeTier', BytesPerHour: 5 }],
  ]) {
    t.match(
      await put(rules),
      { status: 400, json: { code: 'InvalidParameterValueException' } },
      JSON.stringify(rules),
    )
  }
  for (const rules of [undefined, null, [{ Strategy: 'BytesPerHour' }], [{}]]) {
    t.match(await put(rules), { status: 400, json: { code: 'MissingParameterValueException' } })
  }
  t.match(
    await send(vault, { method: 'PUT', path: '/-/policies/data-retrieval', body: '{}', time: time.time }),
    {
      status: 400,
      json: { code: 'MissingParameterValueException' },
    },
  )
})

/** Where SNS would post, and what was. */
async function subscriber(
  test: Test,
  status: () => number | 'cut' | 'none' = () => 200,
): Promise<{
  endpoint: string
  next: () => Promise<{ headers: IncomingHttpHeaders; json: Record<string, unknown> }>
}> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const json: unknown = JSON.parse(Buffer.concat(chunks).toString())
      const code = status()
      if (code === 'cut') request.socket.destroy()
      else if (code !== 'none') response.writeHead(code).end()
      server.emit('message', { headers: request.headers, json })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = endpointOf(server.address() as Parameters<typeof endpointOf>[0])
  const next = async (): Promise<{ headers: IncomingHttpHeaders; json: Record<string, unknown> }> => {
    const [message] = (await once(server, 'message')) as [
      { headers: IncomingHttpHeaders; json: Record<string, unknown> },
    ]
    return message
  }
  return { endpoint, next }
}

t.test('a job that is done is told to its topic, as SNS would tell a subscriber', async (t) => {
  const { endpoint, next } = await subscriber(t)
  const { vault, upload, start, get, time } = await worldFor(t, { jobDelay: HOUR, snsEndpoint: endpoint })
  const archiveId = await upload('x')
  const jobId = await start({ Type: 'archive-retrieval', ArchiveId: archiveId, SNSTopic: TOPIC })
  const told = next()
  t.equal(await vault.control.completeJobs(), 1)
  const { headers, json } = await told
  t.match(headers, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-topic-arn': TOPIC,
    'x-amz-sns-message-id': json.MessageId,
  })
  t.match(json, { Type: 'Notification', TopicArn: TOPIC, Timestamp: new Date(time.time).toISOString() })
  t.strictSame(JSON.parse(String(json.Message)), (await get(`/jobs/${jobId}`)).json)
})

t.test('and to the vault’s topic, for the events it asks for', async (t) => {
  const { endpoint, next } = await subscriber(t)
  const { vault, upload, start, time } = await worldFor(t, { jobDelay: HOUR, snsEndpoint: endpoint })
  await send(vault, {
    method: 'PUT',
    path: '/-/vaults/docs/notification-configuration',
    body: JSON.stringify({ SNSTopic: TOPIC, Events: ['InventoryRetrievalCompleted'] }),
    time: time.time,
  })
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  await start({ Type: 'archive-retrieval', ArchiveId: archiveId })
  const jobId = await start({ ...inventory, SNSTopic: TOPIC })
  const told = next()
  vault.control.advanceClock(HOUR)
  t.match(JSON.parse(String((await told).json.Message)), { JobId: jobId, Action: 'InventoryRetrieval' })
})

t.test('a message that is not taken is sent again, and one a stopped server left by the next', async (t) => {
  const answers = [500, 'cut' as const, 200]
  const { endpoint, next } = await subscriber(t, () => answers.shift() ?? 200)
  const dir = t.testdir()
  const options = { dir, snsEndpoint: endpoint, jobDelay: HOUR }
  const { vault, upload, start, time } = await worldFor(t, options)
  const order = { Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC }
  await start(order)
  await vault.close()
  time.time += HOUR
  const told = next()
  const second = await startLocalVault({ ...options, now: time.now, createVaults: true })
  const refused = (await told).json
  await next()
  const again = (await next()).json
  t.equal(again.Message, refused.Message)
  await second.close()
})

t.test('what cannot be told keeps nothing from closing', async (t) => {
  const { vault, upload, start } = await worldFor(t, { snsEndpoint: 'http://127.0.0.1:9/' })
  await start({ Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC })
  await vault.close()
  const other = await worldFor(t, {
    snsEndpoint: 'http://127.0.0.1:9/',
    jobDelay: HOUR,
    dir: join(vault.dir, 'other'),
  })
  await other.start({ Type: 'archive-retrieval', ArchiveId: await other.upload('x'), SNSTopic: TOPIC })
  await rm(join(other.vault.dir, 'vaults'), { recursive: true })
  other.vault.control.advanceClock(DAY * 2)
  await other.vault.close()
})

t.test('nor does one who takes a message and never answers', async (t) => {
  const { endpoint, next } = await subscriber(t, () => 'none')
  const { vault, upload, start } = await worldFor(t, { snsEndpoint: endpoint })
  const told = next()
  await start({ Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC })
  await told
  await vault.close()
})
