import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import type { LocalVault, LocalVaultOptions } from '../../../lib/local/index.js'
import { LockHeldError } from '../../../lib/errors.js'
import { damageOf } from '../../../lib/local/disk/damage.js'
import { apiErrorOf, isServerFailure } from '../../../lib/local/transport/thrown-error.js'
import { notFound } from '../../../lib/local/service/api-error.js'
import { MIB } from '../../../lib/sizes.js'
import { runHere, stage } from '../../helpers/command.js'
import { contentOf } from '../../helpers/folder-content.js'
import { hashHeaders, localVaultFor, send, type RawResponse } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { NO_SHELL } from '../../helpers/shell.js'

// What is damaged on disk is a fault of that vault or that item alone, and no answer has a path or what was read.

const DAMAGED = { status: 507, json: { code: 'LocalStorageException', type: 'Server' } }
/** What no answer may have. */
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

interface StoreContext {
  readonly vault: LocalVault
  readonly dir: string
  /** What whoever runs the server was told. */
  readonly failures: Error[]
  readonly ask: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: Buffer | string,
  ) => Promise<RawResponse>
}

/** A local vault with the vaults docs and fine, whose answers are all looked at. */
async function groundFor(t: Test, options: Partial<LocalVaultOptions> = {}): Promise<StoreContext> {
  const dir = options.dir ?? t.testdir()
  const failures: Error[] = []
  const vault = await localVaultFor(t, { ...options, dir, onFailure: (error) => failures.push(error) })
  const ask: StoreContext['ask'] = async (method, path, headers = {}, body = '') => {
    const answer = await send(vault, { method, path, headers, body })
    const text = answer.body.toString('latin1')
    if (text.includes(dir) || text.includes(SECRET)) t.fail(`${method} ${path} tells ${text}`)
    return answer
  }
  for (const name of ['docs', 'fine']) await ask('PUT', `/-/vaults/${name}`)
  return { vault, dir, failures, ask }
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

async function initiate({ ask }: StoreContext): Promise<string> {
  const { headers } = await ask('POST', '/-/vaults/docs/multipart-uploads', {
    'x-amz-part-size': String(MIB),
  })
  return String(headers['x-amz-multipart-upload-id'])
}

async function sendPart(
  { ask }: StoreContext,
  uploadId: string,
  index: number,
  bytes: Buffer,
): Promise<RawResponse> {
  const range = `bytes ${index * MIB}-${index * MIB + bytes.length - 1}/*`
  return ask(
    'PUT',
    `/-/vaults/docs/multipart-uploads/${uploadId}`,
    { ...hashHeaders(bytes), 'content-range': range },
    bytes,
  )
}

async function store({ ask }: StoreContext, bytes: Buffer, vaultName = 'docs'): Promise<string> {
  const { headers } = await ask('POST', `/-/vaults/${vaultName}/archives`, hashHeaders(bytes), bytes)
  return String(headers['x-amz-archive-id'])
}

async function startJob({ ask }: StoreContext, order: object): Promise<string> {
  const { headers } = await ask('POST', '/-/vaults/docs/jobs', {}, JSON.stringify(order))
  return String(headers['x-amz-job-id'])
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
    t.equal(failures.length, 1, 'whoever runs the server is told')
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
      t.match(await ask('GET', '/-/vaults'), { json: { VaultList: [{}, {}] } })
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
    t.match(await ask('GET', '/-/provisioned-capacity'), { json: { ProvisionedCapacityList: [{}] } })
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
  t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), { json: { UploadsList: [] } })
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

t.test('a symbolic link in the place of a folder or file is not followed', async (t) => {
  const base = t.testdir({
    outside: { '00000.part': 'x', 'inventory.jsonl': 'x', written: 'x', archives: {} },
  })
  const outside = join(base, 'outside')
  const dir = join(base, 'dir')
  const ground = await groundFor(t, { dir })
  const { ask, failures } = ground
  const uploadId = await initiate(ground)
  const vaultFolder = join(dir, 'vaults', 'docs')
  await writeFile(join(outside, 'vault.json'), await readFile(join(vaultFolder, 'vault.json')))
  await writeFile(
    join(outside, 'upload.json'),
    await readFile(join(vaultFolder, 'uploads', uploadId, 'upload.json')),
  )
  for (const name of await readdir(outside)) await utimes(join(outside, name), Date.now() / 1000, 1000)
  const states = async (): Promise<string> => (await contentOf(outside)).join('\n')
  const before = await states()
  const bytes = patternBytes(10)
  const all = async (): Promise<number[]> => {
    const answers = [
      await ask('POST', '/-/vaults/docs/archives', hashHeaders(bytes), bytes),
      await sendPart(ground, uploadId, 0, bytes),
      await ask('GET', '/-/vaults/docs/multipart-uploads'),
      await ask('DELETE', '/-/vaults/docs'),
    ]
    return answers.map(({ status }) => status)
  }
  for (const [place, expected] of [
    [join(vaultFolder, 'uploads', uploadId), [201, 507, 200, 400]],
    [join(vaultFolder, 'written'), [507, 204, 200, 400]],
    [join(vaultFolder, 'uploads'), [201, 507, 507, 400]],
    [join(vaultFolder, 'archives'), [507, 204, 200, 507]],
    [vaultFolder, [507, 507, 507, 507]],
  ] as const) {
    await rename(place, join(base, 'away')).catch(() => undefined)
    await symlink(outside, place)
    failures.splice(0)
    t.strictSame(await all(), expected, place.slice(dir.length))
    t.ok(failures.length > 0)
    t.equal(await states(), before, 'nothing outside was changed')
    await rm(place)
    await rename(join(base, 'away'), place).catch(() => undefined)
  }
})

t.test('what is no file is not waited for, and harms no other vault', { skip: NO_SHELL }, async (t) => {
  const ground = await groundFor(t, { inventoryInterval: 0 })
  const { ask, dir, vault } = ground
  const bytes = patternBytes(10)
  const archiveId = await store(ground, bytes)
  const folder = join(dir, 'vaults', 'docs')
  const makers: Record<string, (path: string) => unknown> = {
    'a FIFO': (path) => execFileSync('mkfifo', [path]),
    'a folder': (path) => mkdir(join(path, 'x'), { recursive: true }),
    'a link to itself': (path) => symlink(path, path),
  }
  for (const [kind, make] of Object.entries(makers)) {
    for (const [name, expected] of [
      ['written', { put: 507, vault: 200, costs: true }],
      ['inventory.jsonl', { put: 201, vault: kind === 'a folder' ? 507 : 200, costs: true }],
      ['', { put: 507, vault: kind === 'a link to itself' ? 507 : 404, costs: true }],
    ] as const) {
      const path = join(folder, name)
      await rename(path, join(dir, 'away')).catch(() => undefined)
      await make(path)
      const found = {
        put: (await ask('POST', '/-/vaults/docs/archives', hashHeaders(bytes), bytes)).status,
        vault: (await ask('GET', '/-/vaults/docs')).status,
        costs: await vault.costs().then(
          () => true,
          (error: unknown) => error,
        ),
      }
      const put = kind !== 'a link to itself' && name === '' ? 404 : expected.put
      t.strictSame(found, { ...expected, put }, `${kind} in the place of ${path.slice(dir.length)}`)
      t.match((await ask('GET', '/-/vaults')).status, 200)
      const absent = `${archiveId.slice(0, -4)}AAAA`
      t.match(await ask('DELETE', `/-/vaults/fine/archives/${absent}`), { status: 204 })
      await rm(path, { recursive: true })
      await rename(join(dir, 'away'), path).catch(() => undefined)
    }
  }
})

t.test('a record leads to nothing but its own item', async (t) => {
  const ground = await groundFor(t)
  const { ask, dir, vault } = ground
  const [archiveId, other] = [await store(ground, patternBytes(10)), await store(ground, patternBytes(20))]
  const jobId = await startJob(ground, { Type: 'archive-retrieval', ArchiveId: archiveId })
  const uploadId = await initiate(ground)
  const folder = join(dir, 'vaults', 'docs')
  const altering = async (
    path: string,
    changes: readonly object[],
    check: (label: string) => Promise<void>,
  ) => {
    const good = await readFile(path, 'utf8')
    for (const change of changes) {
      await writeFile(path, JSON.stringify({ ...(JSON.parse(good) as object), ...change }))
      await check(JSON.stringify(change))
    }
    await writeFile(path, good)
  }
  const output = `/-/vaults/docs/jobs/${jobId}/output`
  const ranges = [{ start: 3, end: 1 }, { end: 11 }, { archiveSize: 1 }]
  await altering(join(folder, 'jobs', `${jobId}.json`), ranges, async (label) => {
    t.match(await ask('GET', output), DAMAGED, label)
  })
  const changes = [{ archiveId: other }, { archiveId: '../../..' }, { description: 'a\nb' }]
  await altering(join(folder, 'archives', archiveId, 'archive.json'), changes, async (label) => {
    t.match(await ask('GET', output), DAMAGED, label)
    t.match(await vault.control.takeInventory('docs'), { archiveCount: 1 })
    await rm(join(folder, 'inventory.jsonl'))
  })
  t.match(await ask('GET', output), { status: 200 })
  const archive = JSON.parse(
    await readFile(join(folder, 'archives', archiveId, 'archive.json'), 'utf8'),
  ) as object
  const fate = { date: new Date().toISOString(), archive: { ...archive, archiveId: '../../escaped' } }
  await writeFile(join(folder, 'ended', `${uploadId}.json`), JSON.stringify(fate))
  const headers = { 'x-amz-archive-size': '10', 'x-amz-sha256-tree-hash': treeHashOf(patternBytes(10)) }
  t.match(await ask('POST', `/-/vaults/docs/multipart-uploads/${uploadId}`, headers), DAMAGED)
  t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), { status: 200 })
  t.strictSame((await readdir(join(dir, 'vaults'))).sort(), ['docs', 'fine'], 'nothing is moved elsewhere')
})

t.test('a vault is not made where something else is', async (t) => {
  const { ask, dir, failures } = await groundFor(t)
  await rm(join(dir, 'vaults', 'docs', 'vault.json'))
  await writeFile(join(dir, 'vaults', 'a-file'), '')
  for (const name of ['docs', 'a-file']) {
    const told = { message: new RegExp(`^The vault ${name} is damaged: its vault.json is missing`) }
    t.match(await ask('PUT', `/-/vaults/${name}`), { ...DAMAGED, json: told })
  }
  t.equal(failures.length, 2)
})

t.test(
  'a failure that nobody expected is answered without a path, and told to whoever runs the server',
  async (t) => {
    const path = '/a/path/of/this/machine'
    const held = new LockHeldError(`The lock of ${path}`, { host: 'h', pid: 1, since: 'now' })
    for (const [error, message] of [
      [new Error(path), 'The local vault failed: an internal error.'],
      [new TypeError(path), 'The local vault failed: an internal error.'],
      [held, 'Another process has been changing the same thing for too long. Try again.'],
    ] as const) {
      t.match(apiErrorOf(error), {
        status: 500,
        code: 'ServiceUnavailableException',
        type: 'Server',
        message,
      })
      t.equal(isServerFailure(error), true)
    }
    t.equal(
      isServerFailure(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
      false,
      'a client that hung up',
    )
    t.equal(isServerFailure(notFound('there is none')), false)
    const passing = Object.assign(new Error('x'), { code: 'EMFILE' })
    t.equal(
      damageOf(passing, 'The vault docs', 'its vault.json', path),
      passing,
      'too many open files are no damage',
    )

    const controlSecret = 'c'.repeat(16)
    const { ask, dir, failures, vault } = await groundFor(t, { controlSecret })
    await rm(join(dir, 'locks'), { recursive: true })
    await writeFile(join(dir, 'locks'), '')
    const told = { message: 'The local vault failed: not a directory (ENOTDIR).' }
    t.match(await ask('PUT', '/-/vaults/more'), { status: 500, json: told })
    const order = await fetch(`${vault.endpoint}/.control/inventory`, {
      method: 'POST',
      headers: { authorization: `Bearer ${controlSecret}` },
      body: '{"vaultName":"docs"}',
    })
    t.equal(order.status, 500)
    t.strictSame(await order.json(), told)
    t.match(failures, [
      { code: 'ENOTDIR', message: /\/locks\// },
      { code: 'ENOTDIR', message: /\/locks\// },
    ])
  },
)

t.test(
  'a command warns of what fails in the local vault, once, with control characters escaped',
  async (t) => {
    const dir = join(t.testdir(), 'a\u001b[31mb')
    await groundFor(t, { dir })
    await writeFile(join(dir, 'vaults', 'docs', 'vault.json'), '{')
    const it = stage()
    t.equal(await runHere(['vault', 'show', 'docs', '--local-dir', dir], it), 1)
    const [warning, failure, ...more] = it.err().trim().split('\n')
    t.match(
      warning,
      /^glacier-pipe: WARNING: the local vault in \S+a\\u001b\[31mb: The vault docs is damaged: .*vault\.json is not valid\.$/,
    )
    t.match(failure, /^glacier-pipe: DescribeVault: The vault docs is damaged: its vault\.json is not valid/)
    t.strictSame(more, [])
  },
)
