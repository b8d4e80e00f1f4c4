import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { inventoryMarkers } from '../../../lib/local/jobs/job-description.js'
import { MIB } from '../../../lib/sizes.js'
import { hashHeaders, send, type RawResponse } from '../../helpers/local-vault.js'
import { worldFor } from '../../helpers/job-world.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`
const inventory = { Type: 'inventory-retrieval' }

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
  t.match((await get('/jobs')).json, { JobList: { length: 0 } })
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
