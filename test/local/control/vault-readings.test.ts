import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type LocalVault } from '../../../lib/local/index.js'
import { MIB } from '../../../lib/sizes.js'
import { clock, hashHeaders, localVaultFor, send } from '../../helpers/local-vault.js'
import { order } from '../../helpers/controls.js'

const HOUR = 3_600_000
const SECRET = 'a-secret-of-twenty-two'

/** The response of a reading control. */
async function reading(vault: LocalVault, path: string, status = 200): Promise<Record<string, unknown>> {
  const told = await order(vault, 'GET', path)
  t.equal(told.status, status, path)
  return told.json
}

t.test('vaults, archives, uploads, parts and jobs are read over HTTP, page by page', async (t) => {
  const time = clock(Date.parse('2026-03-01T12:00:00.000Z'))
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET })
  const ask = (method: string, path: string, more: object = {}): ReturnType<typeof send> =>
    send(vault, { method, path: `/-/vaults${path}`, time: time.time, ...more })
  const at = '2026-03-01T12:00:00.000Z'
  t.match(await reading(vault, 'overview'), {
    time: at,
    jobDelay: { expedited: 0, standard: 0, bulk: 0, inventory: 0 },
    places: [{ region: 'us-east-1', accountId: '111122223333' }],
    readings: ['GET overview', 'GET clock'],
    faultKinds: ['timeout'],
    operations: ['AbortMultipartUpload'],
  })
  t.strictSame(await reading(vault, 'vaults'), { vaults: [], marker: null, total: 0 })
  for (const name of ['docs', 'empty', 'photos']) await ask('PUT', `/${name}`)
  const bytes = Buffer.from('x')
  for (const description of ['one', 'two', 'three']) {
    const headers = { ...hashHeaders(bytes), 'x-amz-archive-description': description }
    t.equal((await ask('POST', '/docs/archives', { body: bytes, headers })).status, 201)
  }
  const all = (await reading(vault, 'archives?vaultName=docs')).archives as { archiveId: string }[]
  t.equal(all.length, 3)
  t.match(all[0], { description: String, size: 1, treeHash: /^[0-9a-f]{64}$/, creationDate: at })

  const first = await reading(vault, 'archives?vaultName=docs&limit=2')
  t.strictSame(first, { archives: all.slice(0, 2), marker: all[2]?.archiveId, total: 3 })
  const next = `archives?vaultName=docs&limit=2&marker=${String(first.marker)}`
  t.strictSame(await reading(vault, next), { archives: all.slice(2), marker: null, total: 3 })
  await writeFile(join(vault.dir, 'vaults', 'docs', 'archives', String(first.marker), 'archive.json'), '{')
  t.strictSame(await reading(vault, 'archives?vaultName=docs&limit=2'), first, 'only a page is looked into')
  await reading(vault, next, 507)
  await rm(join(vault.dir, 'vaults', 'docs', 'archives', String(first.marker)), { recursive: true })
  t.strictSame(
    await reading(vault, next),
    { archives: [], marker: null, total: 2 },
    'what has gone meanwhile',
  )
  await mkdir(join(vault.dir, 'vaults', 'docs', 'archives', 'x'.repeat(138)))
  t.equal(
    ((await reading(vault, 'archives?vaultName=docs')).archives as []).length,
    2,
    'a folder that is no archive',
  )
  await rm(join(vault.dir, 'vaults', 'docs', 'archives', 'x'.repeat(138)), { recursive: true })

  for (const [path, status, message] of [
    ['archives?vaultName=docs&limit=0', 400, /whole number from 1 to 100/],
    ['archives?vaultName=docs&limit=101', 400, /whole number from 1 to 100/],
    ['archives?vaultName=docs&limit=1e1', 400, /whole number from 1 to 100/],
    ['archives', 400, /has no vaultName/],
    ['archives?vaultName=none', 404, /Vault not found/],
    ['archives?vaultName=..', 404, /Vault not found/],
    ['uploads?vaultName=none', 404, /Vault not found/],
    ['jobs?vaultName=none', 404, /Vault not found/],
    ['parts?vaultName=docs', 400, /has no uploadId/],
    ['parts?vaultName=docs&uploadId=none', 404, /upload ID was not found/],
    ['vaults?region=eu-west-1', 404, /No account 111122223333 is served in the region eu-west-1/],
    ['vaults?accountId=000000000000', 404, /No account 000000000000/],
  ] as const) {
    t.match(await reading(vault, path, status), { message }, path)
  }
  t.match(await reading(vault, 'vaults?region=us-east-1&accountId=111122223333&limit=2'), {
    vaults: [
      { vaultName: 'docs', creationDate: at, archiveCount: 2, uploadCount: 0, jobCount: 0, inventory: null },
      { vaultName: 'empty', archiveCount: 0 },
    ],
    marker: 'photos',
    total: 3,
  })
})

t.test('uploads are read with the parts they have, until they expire', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET, createVaults: true })
  const path = '/-/vaults/docs/multipart-uploads'
  const begun = await send(vault, {
    method: 'POST',
    path,
    headers: { 'x-amz-part-size': String(MIB), 'x-amz-archive-description': 'weekly' },
  })
  const uploadId = String(begun.headers['x-amz-multipart-upload-id'])
  for (const [index, size] of [
    [0, MIB],
    [1, 5],
    [3, MIB],
  ] as const) {
    const body = Buffer.alloc(size, index)
    const range = `bytes ${index * MIB}-${index * MIB + size - 1}/*`
    const headers = { ...hashHeaders(body), 'content-range': range }
    t.equal((await send(vault, { method: 'PUT', path: `${path}/${uploadId}`, body, headers })).status, 204)
  }
  const uploads = { uploads: [{ uploadId, description: 'weekly', partSize: MIB, partCount: 3 }], total: 1 }
  t.match(await reading(vault, 'uploads?vaultName=docs'), uploads)
  t.strictSame((await reading(vault, 'uploads?vaultName=docs')).uploads, [
    {
      ...(uploads.uploads[0] as object),
      creationDate: new Date(time.time).toISOString(),
      runs: [
        [0, 1],
        [3, 3],
      ],
    },
  ])
  const parts = `parts?vaultName=docs&uploadId=${uploadId}`
  t.match(await reading(vault, `${parts}&limit=2`), {
    parts: [
      { index: 0, start: 0, end: MIB, size: MIB, treeHash: /^[0-9a-f]{64}$/ },
      { index: 1, start: MIB, end: MIB + 5, size: 5 },
    ],
    marker: '00003',
    total: 3,
  })
  t.match(await reading(vault, `${parts}&marker=00003`), { parts: [{ index: 3 }], marker: null })
  t.strictSame(await reading(vault, `${parts}&marker=00004`), { parts: [], marker: null, total: 3 })
  t.match(await reading(vault, 'vaults'), { vaults: [{ vaultName: 'docs', uploadCount: 1 }] })
  vault.control.advanceClock(25 * HOUR)
  t.match(await reading(vault, 'vaults'), { vaults: [{ vaultName: 'docs', uploadCount: 0 }] })
  t.strictSame(await reading(vault, 'uploads?vaultName=docs'), { uploads: [], marker: null, total: 0 })
})

t.test(
  'jobs are read, the newest first; to read takes no inventory, and stops at no vault that is broken',
  async (t) => {
    const time = clock()
    const vault = await localVaultFor(t, {
      now: time.now,
      controlSecret: SECRET,
      createVaults: true,
      jobDelay: { expedited: HOUR, standard: HOUR, bulk: HOUR, inventory: HOUR },
    })
    const body = Buffer.from('x')
    await send(vault, { method: 'POST', path: '/-/vaults/docs/archives', body, headers: hashHeaders(body) })
    vault.control.advanceClock(25 * HOUR)
    t.match(
      await reading(vault, 'vaults'),
      { vaults: [{ vaultName: 'docs', inventory: null }] },
      'it is due, and not taken',
    )
    const { date } = await vault.control.takeInventory('docs')
    t.match(await reading(vault, 'vaults'), {
      vaults: [{ inventory: { date, archiveCount: 1, size: 32_769 } }],
    })
    const ids: string[] = []
    for (const Description of ['one', 'two', 'three']) {
      const job = JSON.stringify({ Type: 'inventory-retrieval', Description })
      const { headers } = await send(vault, { method: 'POST', path: '/-/vaults/docs/jobs', body: job })
      ids.unshift(String(headers['x-amz-job-id']))
      vault.control.advanceClock(1000)
    }
    const first = await reading(vault, 'jobs?vaultName=docs&limit=2')
    t.match(first, {
      jobs: [
        { JobId: ids[0], JobDescription: 'three', StatusCode: 'InProgress' },
        { JobId: ids[1], JobDescription: 'two' },
      ],
      total: 3,
    })
    const { jobs, marker } = await reading(
      vault,
      `jobs?vaultName=docs&limit=2&marker=${String(first.marker)}`,
    )
    t.match([jobs, marker], [[{ JobId: ids[2] }], null])
    t.match(await reading(vault, 'vaults'), { vaults: [{ vaultName: 'docs', jobCount: 3 }] })
    t.match((await reading(vault, 'overview')).jobDelay, { standard: HOUR, inventory: HOUR })

    for (const name of ['broken', 'gone']) await send(vault, { method: 'PUT', path: `/-/vaults/${name}` })
    await writeFile(join(vault.dir, 'vaults', 'broken', 'vault.json'), '{')
    await rm(join(vault.dir, 'vaults', 'gone', 'vault.json'))
    t.match((await reading(vault, 'vaults')).vaults, [
      { vaultName: 'broken', unreadable: true },
      { vaultName: 'docs' },
    ])
  },
)
