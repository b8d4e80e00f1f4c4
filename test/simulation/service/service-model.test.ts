import t from 'tap'
import { InventoryCsvParser } from '../../../lib/inventory/inventory-csv.js'
import { InventoryJsonParser } from '../../../lib/inventory/inventory-json.js'
import type { RunWorld } from '../run/run-world.js'
import { ACCOUNT, OTHER_ACCOUNT, VAULT } from './accounts.js'
import { bodyOf, bytesOfSize, listedWorld, type ListedOutcomes } from './listed-world.js'
import { ServiceModel } from './service-model.js'
import { ServiceRefusal, type Caller } from './service.js'
import { treeHashOf } from './tree-hash.js'

const HOUR_MS = 3_600_000
const CALLER: Caller = { accountId: ACCOUNT, vaultName: VAULT }
/** Three parts, the last of which is short. */
const BYTES = bytesOfSize(75)
const TREE_HASH = treeHashOf(BYTES, 16)

function world(outcomes: ListedOutcomes = {}): { readonly world: RunWorld; readonly service: ServiceModel } {
  const made = listedWorld(outcomes)
  return { world: made, service: new ServiceModel(made) }
}

/** Begins an upload and sends the parts that begin at the given bytes. */
function begin(service: ServiceModel, starts: readonly number[] = [0, 32, 64]): string {
  const { uploadId } = service.initiateUpload(CALLER, 32, 'a text')
  for (const start of starts) send(service, uploadId, start)
  return uploadId
}

function send(service: ServiceModel, uploadId: string, start: number, bytes = BYTES): string {
  const part = bytes.subarray(start, start + 32)
  return service.uploadPart(CALLER, uploadId, { start, end: start + part.length }, bodyOf(part)).treeHash
}

function pass(world: RunWorld, hours: number): void {
  world.scheduler.after(hours * HOUR_MS, () => undefined)
  world.scheduler.step()
}

/** The code and the status of the refusal of a request. */
function refusalOf(request: () => unknown): string {
  try {
    request()
  } catch (error) {
    if (error instanceof ServiceRefusal) return `${error.status} ${error.code}`
    throw error
  }
  return 'accepted'
}

const INVALID = '400 InvalidParameterValueException'
const NOT_FOUND = '404 ResourceNotFoundException'

t.test('parts in any order become an archive with the tree hash of its bytes', async (t) => {
  const { service } = world()
  const uploadId = begin(service, [64, 0, 32])
  const { items, upload } = service.listParts(CALLER, uploadId, undefined, undefined)
  t.strictSame(
    items.map(({ start, end }) => [start, end]),
    [
      [0, 32],
      [32, 64],
      [64, 75],
    ],
  )
  t.match(upload, { partSize: 32, description: 'a text', accountId: ACCOUNT })
  const { archiveId, treeHash } = service.completeUpload(CALLER, uploadId, 75, TREE_HASH)
  t.equal(treeHash, TREE_HASH)
  t.strictSame(service.archives.get(archiveId)?.bytes, new Uint8Array(BYTES))
  t.equal(
    refusalOf(() => service.listParts(CALLER, uploadId, undefined, undefined)),
    NOT_FOUND,
  )
  t.strictSame(service.listUploads(CALLER, undefined, undefined).items, [])
})

t.test('a completion that is refused leaves the upload open', async (t) => {
  const { service } = world()
  const uploadId = begin(service, [0, 64])
  t.equal(
    refusalOf(() => service.completeUpload(CALLER, uploadId, 75, TREE_HASH)),
    INVALID,
    'a gap',
  )
  send(service, uploadId, 32)
  t.equal(
    refusalOf(() => service.completeUpload(CALLER, uploadId, 74, TREE_HASH)),
    INVALID,
    'another size',
  )
  t.equal(
    refusalOf(() => service.completeUpload(CALLER, uploadId, 75, '0'.repeat(64))),
    INVALID,
    'another hash',
  )
  t.equal(service.archives.size, 0)
  t.equal(service.completeUpload(CALLER, uploadId, 75, TREE_HASH).treeHash, TREE_HASH)
})

t.test('a part is refused if its range or a hash is wrong, or if it is one too many', async (t) => {
  const { service } = world()
  const uploadId = begin(service, [])
  const body = bodyOf(BYTES.subarray(0, 32))
  const sendAt = (start: number, end: number, other = body): string =>
    refusalOf(() => service.uploadPart(CALLER, uploadId, { start, end }, other))
  t.equal(sendAt(16, 48), INVALID, 'off a boundary')
  t.equal(sendAt(0, 31), INVALID, 'another length')
  t.equal(sendAt(0, 64, bodyOf(BYTES.subarray(0, 64))), INVALID, 'longer than a part')
  t.equal(sendAt(0, 32, { ...body, treeHash: TREE_HASH }), INVALID)
  t.equal(sendAt(0, 32, { ...body, linearHash: TREE_HASH }), '403 InvalidSignatureException')
  for (let index = 0; index < 6; index++) t.equal(sendAt(index * 32, index * 32 + 32), 'accepted')
  t.equal(sendAt(6 * 32, 7 * 32), INVALID, 'part 7')
  t.equal(sendAt(5 * 32, 6 * 32), 'accepted', 'a part that is sent again')
})

t.test('a part that is sent again takes the place of the first', async (t) => {
  const { service } = world()
  const uploadId = begin(service)
  const other = Buffer.from(BYTES).fill(1, 0, 32)
  send(service, uploadId, 0, other)
  t.equal(
    refusalOf(() => service.completeUpload(CALLER, uploadId, 75, TREE_HASH)),
    INVALID,
  )
  const { archiveId } = service.completeUpload(CALLER, uploadId, 75, treeHashOf(other, 16))
  t.strictSame(service.archives.get(archiveId)?.bytes, new Uint8Array(other))
})

t.test(
  'a repeated completion gives the same archive, and compares the content unless the run decides otherwise',
  async (t) => {
    const name = 'service/completeUpload/upload-1'
    const { service } = world({
      [`${name}/unchecked`]: ['false', 'true'],
      [`${name}/hashless`]: ['false', 'true'],
    })
    const uploadId = begin(service)
    const complete = (treeHash: string) => service.completeUpload(CALLER, uploadId, 75, treeHash)
    const { archiveId } = complete(TREE_HASH)
    t.strictSame([complete(TREE_HASH).archiveId, complete(TREE_HASH).treeHash], [archiveId, TREE_HASH])
    t.equal(
      refusalOf(() => complete('0'.repeat(64))),
      INVALID,
    )
    t.equal(complete('0'.repeat(64)).archiveId, archiveId)
    t.equal(service.archives.size, 1)
  },
)

t.test('a completion is forgotten by choice, and after a day in any case', async (t) => {
  const name = 'service/completeUpload/upload-1/forgotten'
  for (const [outcomes, hours] of [
    [{ [name]: 'true' }, 0],
    [{}, 25],
  ] as const) {
    const { world: made, service } = world(outcomes)
    const uploadId = begin(service)
    service.completeUpload(CALLER, uploadId, 75, TREE_HASH)
    pass(made, hours)
    const again = () => refusalOf(() => service.completeUpload(CALLER, uploadId, 75, TREE_HASH))
    t.strictSame([again(), again()], [NOT_FOUND, NOT_FOUND])
  }
})

t.test('an upload expires 24 hours after its last activity or later, and not before', async (t) => {
  const { world: made, service } = world({ 'service/upload-1/expired': ['false', 'true'] })
  const uploadId = begin(service, [0])
  const list = () => refusalOf(() => service.listParts(CALLER, uploadId, undefined, undefined))
  pass(made, 20)
  send(service, uploadId, 32)
  pass(made, 23)
  t.equal(list(), 'accepted', 'within 24 hours no choice is made')
  pass(made, 1)
  t.equal(list(), 'accepted', 'it may live longer')
  t.equal(list(), NOT_FOUND)
  t.equal(service.uploads.get(uploadId)?.state, 'expired')
  t.equal(made.faults.counts.get('upload-expired'), 1)
})

t.test('an abort removes an upload, and may be repeated for a short time', async (t) => {
  const { world: made, service } = world()
  const uploadId = begin(service)
  const abort = () =>
    refusalOf(() => {
      service.abortUpload(CALLER, uploadId)
    })
  t.strictSame([abort(), abort()], ['accepted', 'accepted'])
  t.equal(
    refusalOf(() => send(service, uploadId, 0)),
    NOT_FOUND,
  )
  pass(made, 2)
  t.equal(abort(), NOT_FOUND)
})

t.test('another account does not find an upload, an archive or a job', async (t) => {
  const { world: made, service } = world({ 'service/other-vault': 'true' })
  const other = { accountId: OTHER_ACCOUNT, vaultName: VAULT }
  const uploadId = begin(service)
  const { archiveId } = service.uploadArchive(CALLER, undefined, bodyOf(BYTES.subarray(0, 40)))
  t.equal(
    refusalOf(() => service.listParts(other, uploadId, undefined, undefined)),
    NOT_FOUND,
  )
  t.equal(
    refusalOf(() => {
      service.deleteArchive(other, archiveId)
    }),
    NOT_FOUND,
  )
  t.equal(made.faults.counts.get('other-account'), 2)
  t.strictSame(service.listUploads(other, undefined, undefined).items, [])
})

t.test('lies and damage of the service take effect and are counted', async (t) => {
  const name = 'service/uploadPart/upload-1-0'
  const { world: made, service } = world({
    [`${name}/wrong-hash`]: ['true'],
    [`${name}/stored-damaged`]: ['false', 'true'],
  })
  const uploadId = begin(service, [])
  const right = bodyOf(BYTES.subarray(0, 32)).treeHash
  t.equal(send(service, uploadId, 0).slice(0, 63), right.slice(0, 63), 'only the last digit is wrong')
  const [listed] = service.listParts(CALLER, uploadId, undefined, undefined).items
  t.equal(listed?.treeHash, right)
  const damaged = send(service, uploadId, 0)
  t.not(damaged, right)
  t.equal(service.listParts(CALLER, uploadId, undefined, undefined).items[0]?.treeHash, damaged)
  t.strictSame(Object.fromEntries(made.faults.counts), { 'wrong-hash': 1, 'stored-damaged': 1 })
})

t.test('a list is complete whatever the length of its pages', async (t) => {
  const short = ['true', 'true', 'false', 'true']
  const { service } = world({
    'service/listParts/short-page': short,
    'service/listParts/page-length': ['0', '1'],
  })
  const uploadId = begin(service)
  const starts: number[] = []
  let marker: string | undefined
  let pages = 0
  do {
    const page = service.listParts(CALLER, uploadId, marker, 2)
    starts.push(...page.items.map(({ start }) => start))
    marker = page.marker
    pages++
  } while (marker !== undefined)
  t.strictSame([starts, pages], [[0, 32, 64], 3])
})

t.test('a retrieval gives the bytes of its range, with the hash of a node of the tree', async (t) => {
  const { world: made, service } = world()
  const uploadId = begin(service)
  const { archiveId } = service.completeUpload(CALLER, uploadId, 75, TREE_HASH)
  const start = (range?: { start: number; end: number }): string =>
    service.startRetrieval(CALLER, { archiveId, range, tier: undefined, description: 'why' }).jobId
  t.equal(
    refusalOf(() => start({ start: 8, end: 16 })),
    INVALID,
  )
  t.equal(
    refusalOf(() => start({ start: 16, end: 80 })),
    INVALID,
  )
  const whole = start()
  const unaligned = start({ start: 16, end: 75 })
  t.match(service.describeJob(CALLER, whole), {
    status: 'InProgress',
    treeHash: undefined,
    description: 'why',
  })
  t.equal(
    refusalOf(() => service.jobOutput(CALLER, whole, undefined)),
    INVALID,
    'no output yet',
  )
  pass(made, 1)
  const job = service.describeJob(CALLER, whole)
  t.match(job, { status: 'Succeeded', treeHash: TREE_HASH, range: { start: 0, end: 75 }, archiveSize: 75 })
  t.equal(service.describeJob(CALLER, unaligned).treeHash, undefined)
  const output = service.jobOutput(CALLER, whole, { start: 64, end: 75 })
  t.strictSame([output.bytes, output.size], [new Uint8Array(BYTES.subarray(64)), 75])
  t.equal(output.treeHash, treeHashOf(BYTES.subarray(64), 16))
  t.equal(service.jobOutput(CALLER, whole, { start: 16, end: 48 }).treeHash, undefined)
  t.equal(service.jobOutput(CALLER, unaligned, { start: 0, end: 16 }).treeHash, undefined)
  t.equal(
    refusalOf(() => service.jobOutput(CALLER, whole, { start: 75, end: 80 })),
    INVALID,
  )
  t.equal(service.listJobs(CALLER, undefined, undefined, false).items.length, 0)
})

t.test('an output is kept for 24 hours or longer', async (t) => {
  const { world: made, service } = world({
    'service/job-1/output-expired': 'true',
    'service/job-1/expired': ['false', 'false', 'true'],
  })
  const { archiveId } = service.uploadArchive(CALLER, undefined, bodyOf(BYTES.subarray(0, 40)))
  const { jobId } = service.startRetrieval(CALLER, {
    ...{ archiveId, range: undefined, tier: 'Expedited', description: undefined },
  })
  const read = () => refusalOf(() => service.jobOutput(CALLER, jobId, undefined))
  pass(made, 24)
  t.equal(read(), 'accepted')
  pass(made, 1)
  t.equal(read(), NOT_FOUND)
  t.match(service.describeJob(CALLER, jobId), { status: 'Succeeded' }, 'the job is described for longer')
  t.strictSame(service.listJobs(CALLER, undefined, undefined).items, [])
})

t.test(
  'an inventory lists the archives at the time at which it was taken, as the library reads it',
  async (t) => {
    const { world: made, service } = world()
    const store = (description: string): string =>
      service.uploadArchive(CALLER, description, bodyOf(BYTES.subarray(0, 40))).archiveId
    t.equal(
      refusalOf(() => service.startInventory(CALLER, undefined)),
      NOT_FOUND,
    )
    const first = store('with "quotes"')
    const deleted = store('deleted later')
    pass(made, 11)
    t.equal(
      refusalOf(() => service.startInventory(CALLER, undefined)),
      NOT_FOUND,
      'none is taken yet',
    )
    pass(made, 2)
    service.deleteArchive(CALLER, deleted)
    store('stored later')
    for (const format of ['JSON', 'CSV'] as const) {
      const { jobId } = service.startInventory(CALLER, undefined, format)
      pass(made, 1)
      const { bytes, treeHash } = service.jobOutput(CALLER, jobId, undefined)
      const parser = format === 'CSV' ? new InventoryCsvParser() : new InventoryJsonParser()
      const rows = parser.end(Buffer.from(bytes).toString())
      t.strictSame(
        rows.map(({ archiveId, description }) => [archiveId, description]),
        [
          [first, 'with "quotes"'],
          [deleted, 'deleted later'],
        ],
      )
      t.match(rows[0], { size: 40, treeHash: treeHashOf(BYTES.subarray(0, 40), 16) })
      t.equal(treeHash, undefined)
      t.match(service.describeJob(CALLER, jobId), { inventorySize: bytes.length, inventoryFormat: format })
    }
    const before = service.describeVault(CALLER).lastInventoryMs ?? 0
    pass(made, 24)
    t.equal(service.describeVault(CALLER).lastInventoryMs, before + 24 * HOUR_MS)
    pass(made, 24)
    t.equal(service.describeVault(CALLER).lastInventoryMs, before + 24 * HOUR_MS, 'nothing has changed since')
  },
)
