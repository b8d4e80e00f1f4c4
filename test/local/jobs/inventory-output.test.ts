import t from 'tap'
import { send } from '../../helpers/local-vault.js'
import { worldFor } from '../../helpers/job-world.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`
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
