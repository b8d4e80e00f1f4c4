import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../lib/sizes.js'
import { localVaultFor, type RawResponse } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { DAMAGED, groundFor, initiate, sendPart, store, startJob } from '../../helpers/damaged-vault.js'

/** A path of this machine, which no response may contain. */
const SECRET = 'text of the damaged file'

/** Content of a damaged file of JSON: cut, no JSON, of other types, of another thing. */
function wrongContents(good: string): string[] {
  const other = JSON.parse(good) as Record<string, unknown>
  const field = Object.keys(other)[0] ?? ''
  return [
    '',
    good.slice(0, -2),
    `{"${SECRET}":`,
    'null',
    '[]',
    '7',
    '{}',
    JSON.stringify({ ...other, [field]: { [SECRET]: 1 } }),
  ]
}

/** Tries each wrong content of a file, and puts the right one back. */
async function damaging(path: string, check: (content: string) => Promise<void>): Promise<void> {
  const good = await readFile(path, 'utf8')
  for (const content of wrongContents(good)) {
    await writeFile(path, content)
    await check(content)
  }
  await rm(path)
  await mkdir(path)
  await check('a folder')
  await rm(path, { recursive: true })
  await writeFile(path, good)
}

t.test('a vault that is damaged is a fault of its own, and others go on', async (t) => {
  const ground = await groundFor(t, { snsEndpoint: 'http://127.0.0.1:9', jobDelay: 60_000 })
  const { ask, dir, failures, vault } = ground
  const archiveId = await store(ground, patternBytes(10), 'fine')
  await ask(
    'PUT',
    '/-/policies/data-retrieval',
    {},
    JSON.stringify({ Policy: { Rules: [{ Strategy: 'FreeTier' }] } }),
  )
  await damaging(join(dir, 'vaults', 'docs', 'vault.json'), async (content) => {
    for (const [method, path] of [
      ['GET', '/-/vaults/docs'],
      ['PUT', '/-/vaults/docs'],
      ['DELETE', '/-/vaults/docs'],
      ['GET', '/-/vaults/docs/jobs'],
      ['GET', '/-/vaults/docs/multipart-uploads'],
      ['GET', '/-/vaults/docs/tags'],
    ] as const) {
      const answer = await ask(method, path)
      t.match(answer, DAMAGED, `${method} ${path} of ${content}`)
      t.match(answer.json.message, /^The vault docs is damaged: its vault\.json .*\. Restore it/)
    }
    failures.splice(0)
    t.match(await ask('GET', '/-/vaults'), { status: 200, json: { VaultList: [{ VaultName: 'fine' }] } })
    t.equal(failures.length, 1, 'the server reports it')
    t.match(failures[0]?.cause, { message: new RegExp(`^${join(dir, 'vaults', 'docs', 'vault.json')} `) })
    const order = {
      Type: 'archive-retrieval',
      ArchiveId: archiveId,
      Tier: 'Standard',
      SNSTopic: 'arn:aws:sns:us-east-1:111122223333:x',
    }
    t.match(await ask('POST', '/-/vaults/fine/jobs', {}, JSON.stringify(order)), { status: 202 })
    await vault.control.completeJobs()
    t.match(await ask('GET', '/-/vaults/fine'), { status: 200 })
    await localVaultFor(t, { dir, snsEndpoint: 'http://127.0.0.1:9' })
  })
  t.match(await ask('GET', '/-/vaults/docs'), { status: 200 })
})

t.test(
  'settings that are damaged refuse what they might forbid; the account’s, what they limit',
  async (t) => {
    const ground = await groundFor(t)
    const { ask, dir } = ground
    await ask('POST', '/-/vaults/docs/tags?operation=add', {}, '{"Tags":{"a":"b"}}')
    await ask(
      'PUT',
      '/-/vaults/docs/notification-configuration',
      {},
      JSON.stringify({
        SNSTopic: 'arn:aws:sns:us-east-1:111122223333:x',
        Events: ['ArchiveRetrievalCompleted'],
      }),
    )
    await damaging(join(dir, 'vaults', 'docs', 'settings.json'), async (content) => {
      const answer = await ask('GET', '/-/vaults/docs/multipart-uploads')
      t.match(answer, DAMAGED, content)
      t.match(answer.json.message, /^The settings of the vault docs is damaged/)
      t.match(await ask('GET', '/-/vaults/fine/multipart-uploads'), { status: 200 })
      t.match(await ask('GET', '/-/vaults'), { json: { VaultList: { length: 2 } } })
    })
    await ask(
      'PUT',
      '/-/policies/data-retrieval',
      {},
      JSON.stringify({ Policy: { Rules: [{ Strategy: 'FreeTier' }] } }),
    )
    await ask('POST', '/-/provisioned-capacity')
    await damaging(join(dir, 'account.json'), async (content) => {
      t.match(await ask('GET', '/-/policies/data-retrieval'), DAMAGED, content)
      t.match(await ask('POST', '/-/provisioned-capacity'), DAMAGED)
      t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), { status: 200 })
    })
    t.match(await ask('GET', '/-/provisioned-capacity'), { json: { ProvisionedCapacityList: { length: 1 } } })
  },
)

t.test('an upload that is damaged is left out of lists, and expires', async (t) => {
  const ground = await groundFor(t)
  const { ask, dir, failures, vault } = ground
  const [bad, good] = [await initiate(ground), await initiate(ground)]
  await sendPart(ground, bad, 0, patternBytes(10))
  const folder = join(dir, 'vaults', 'docs', 'uploads', bad)
  await damaging(join(folder, 'upload.json'), async (content) => {
    const answer = await ask('GET', `/-/vaults/docs/multipart-uploads/${bad}`)
    t.match(answer, DAMAGED, content)
    t.match(String(answer.json.message), `The upload ${bad} in the vault docs is damaged: its upload.json`)
    t.match(await sendPart(ground, bad, 0, patternBytes(10)), DAMAGED)
    failures.splice(0)
    const list = await ask('GET', '/-/vaults/docs/multipart-uploads')
    t.match(list, { status: 200, json: { UploadsList: [{ MultipartUploadId: good }] } })
    t.equal((list.json.UploadsList as unknown[]).length, 1)
    t.equal(failures.length, 1)
  })
  t.strictSame((await readdir(folder)).sort(), ['00000.part', 'upload.json'], 'nothing was removed')
  const end = join(dir, 'vaults', 'docs', 'ended', `${bad}.json`)
  await writeFile(end, '{')
  t.match(await ask('DELETE', `/-/vaults/docs/multipart-uploads/${bad}`), DAMAGED)
  t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), {
    json: { UploadsList: [{ MultipartUploadId: good }] },
  })
  await rm(end)
  await writeFile(join(folder, 'upload.json'), '{')
  const others = join(dir, 'vaults', 'docs', 'uploads', 'x'.repeat(92))
  await mkdir(others)
  vault.control.advanceClock(25 * 3_600_000)
  t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), { json: { UploadsList: { length: 0 } } })
  t.strictSame(
    await readdir(join(dir, 'vaults', 'docs', 'uploads')),
    ['x'.repeat(92)],
    'a folder of others stays',
  )
})

t.test('a part that is damaged is not listed, and can be sent again', async (t) => {
  const ground = await groundFor(t)
  const { ask, dir } = ground
  const uploadId = await initiate(ground)
  const bytes = patternBytes(2 * MIB)
  const path = `/-/vaults/docs/multipart-uploads/${uploadId}`
  for (const at of [0, 1]) await sendPart(ground, uploadId, at, bytes.subarray(at * MIB, (at + 1) * MIB))
  const part = join(dir, 'vaults', 'docs', 'uploads', uploadId, '00000.part')
  const good = await readFile(part)
  const complete = (): Promise<RawResponse> =>
    ask('POST', path, {
      'x-amz-archive-size': String(bytes.length),
      'x-amz-sha256-tree-hash': treeHashOf(bytes),
    })
  const flipped = Buffer.from(good)
  flipped.writeUInt8(flipped.readUInt8(MIB + 3) ^ 1, MIB + 3)
  for (const wrong of [0, 7, 64, MIB, MIB + 63].map((size) => good.subarray(0, size)).concat(flipped)) {
    await writeFile(part, wrong)
    t.match(await ask('GET', path), {
      status: 200,
      json: { Parts: [{ RangeInBytes: `${MIB}-${2 * MIB - 1}` }] },
    })
    const answer = await complete()
    t.match(answer, DAMAGED, String(wrong.length))
    t.match(String(answer.json.message), `The upload ${uploadId} in the vault docs is damaged: a part of it`)
  }
  await rm(part)
  await mkdir(part)
  t.match(await complete(), DAMAGED, 'a folder in its place')
  await rm(part, { recursive: true })
  t.equal((await sendPart(ground, uploadId, 0, bytes.subarray(0, MIB))).status, 204)
  t.equal((await complete()).status, 201)
})

t.test('an archive that is damaged is a fault of its own, and can be deleted', async (t) => {
  const ground = await groundFor(t, { inventoryInterval: 0 })
  const { ask, dir, failures, vault } = ground
  const [bad, good] = [await store(ground, patternBytes(MIB + 5)), await store(ground, patternBytes(10))]
  const jobId = await startJob(ground, { Type: 'archive-retrieval', ArchiveId: bad })
  const folder = join(dir, 'vaults', 'docs', 'archives', bad)
  await damaging(join(folder, 'archive.json'), async (content) => {
    for (const [method, path, body] of [
      ['GET', `/-/vaults/docs/jobs/${jobId}/output`, ''],
      ['POST', '/-/vaults/docs/jobs', JSON.stringify({ Type: 'archive-retrieval', ArchiveId: bad })],
    ] as const) {
      const answer = await ask(method, path, {}, body)
      t.match(answer, DAMAGED, content)
      t.match(
        String(answer.json.message),
        `The archive ${bad} in the vault docs is damaged: its archive.json`,
      )
    }
    await rm(join(dir, 'vaults', 'docs', 'inventory.jsonl'), { force: true })
    failures.splice(0)
    t.match(await vault.control.takeInventory('docs'), { archiveCount: 1 }, 'an inventory goes on without it')
    t.ok(failures.length > 0)
    t.ok(await startJob(ground, { Type: 'archive-retrieval', ArchiveId: good }))
  })
  t.match(await vault.control.takeInventory('docs'), { archiveCount: 2 })
  const rows = join(dir, 'vaults', 'docs', 'inventory.jsonl')
  for (const content of ['{', '{"archiveId":"\n', '{}\n', `${await readFile(rows, 'utf8')}{"arch`]) {
    await writeFile(rows, content)
    const order = JSON.stringify({ Type: 'inventory-retrieval' })
    t.match(await ask('POST', '/-/vaults/docs/jobs', {}, order), DAMAGED, 'an inventory that is damaged')
    t.match(await vault.control.takeInventory('docs'), { archiveCount: 2 }, 'is made anew')
  }
  const part = join(folder, '00000.part')
  for (const size of [MIB + 68, 9, 0]) {
    await truncate(part, size)
    const answer = await ask('GET', `/-/vaults/docs/jobs/${jobId}/output`)
    t.match(answer, DAMAGED)
    t.match(
      String(answer.json.message),
      `The archive ${bad} in the vault docs is damaged: its part 1 is missing`,
    )
  }
  await writeFile(join(folder, 'archive.json'), '{')
  t.match(await ask('DELETE', `/-/vaults/docs/archives/${bad}`), { status: 204 })
  t.strictSame(await readdir(join(dir, 'vaults', 'docs', 'archives')), [good])
})

t.test('a job that is damaged is left out of lists', async (t) => {
  const ground = await groundFor(t)
  const { ask, dir, failures, vault } = ground
  const archiveId = await store(ground, patternBytes(10))
  await vault.control.takeInventory('docs')
  const retrieval = await startJob(ground, { Type: 'archive-retrieval', ArchiveId: archiveId })
  const inventory = await startJob(ground, { Type: 'inventory-retrieval' })
  for (const [bad, good] of [
    [retrieval, inventory],
    [inventory, retrieval],
  ] as const) {
    await damaging(join(dir, 'vaults', 'docs', 'jobs', `${bad}.json`), async (content) => {
      const answer = await ask('GET', `/-/vaults/docs/jobs/${bad}`)
      t.match(answer, DAMAGED, content)
      t.match(String(answer.json.message), `The job ${bad} in the vault docs is damaged: its record`)
      failures.splice(0)
      const { json } = await ask('GET', '/-/vaults/docs/jobs')
      t.match(json, { JobList: [{ JobId: good }] })
      t.equal(failures.length, 1)
    })
  }
  const output = join(dir, 'vaults', 'docs', 'jobs', `${inventory}.output`)
  for (const break_ of [() => truncate(output, 3), () => rm(output)]) {
    await break_()
    const answer = await ask('GET', `/-/vaults/docs/jobs/${inventory}/output`)
    t.match(answer, DAMAGED)
    t.match(String(answer.json.message), 'its output is missing or incomplete')
  }
})

t.test('a notification that is damaged names no other file, and others are told', async (t) => {
  const dir = t.testdir()
  const jobs = join(dir, 'vaults', 'docs', 'jobs')
  await groundFor(t, { dir })
  const jobId = 'j'.repeat(92)
  const victim = join(dir, 'victim.notify')
  await writeFile(victim, 'x')
  await writeFile(
    join(jobs, `${jobId}.notify`),
    JSON.stringify({ vaultName: 'docs', jobId: '../../../victim', topics: [] }),
  )
  const { failures } = await groundFor(t, { dir, snsEndpoint: 'http://127.0.0.1:9' })
  await new Promise((resolve) => setImmediate(resolve))
  t.match(failures, [{ message: /^The notification of a job in the vault docs is damaged/ }])
  t.equal(await readFile(victim, 'utf8'), 'x')
})
