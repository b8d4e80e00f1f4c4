import t from 'tap'
import { NotFoundError, ServiceError, type ServiceErrorReason } from '../../../lib/errors.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type { RestoreRequest } from '../../../lib/s3/bucket-requests.js'
import type { ObjectFacts } from '../../../lib/s3/bucket-responses.js'
import { Restores } from '../../../lib/s3/restore/restores.js'

const ARCHIVE = 's3://backups/a'
const NOW = Date.parse('2026-03-01T12:00:00Z')

/** An object whose client answers with what a test sets. */
class World {
  facts: Partial<ObjectFacts> = { storageClass: 'DEEP_ARCHIVE' }
  refusal: ServiceErrorReason | undefined
  failures = 0
  readonly restored: RestoreRequest[] = []
  readonly restores = new Restores({
    client: this.#client() as BucketClient,
    ...{ bucket: 'backups', restoreDays: 3, now: () => NOW },
  })

  #client(): Partial<BucketClient> {
    return {
      headObject: () => Promise.resolve(this.facts as ObjectFacts),
      getAttributes: () => {
        if (this.failures-- > 0) return Promise.reject(refused('object-not-found'))
        const hash = { sha256: 'a'.repeat(64), parts: undefined }
        const facts = {
          items: [],
          marker: undefined,
          etag: 'e',
          versionId: undefined,
          storageClass: 'GLACIER',
        }
        return Promise.resolve({ ...facts, size: 5, hash, parts: undefined })
      },
      restoreObject: (request) => {
        this.restored.push(request)
        return this.refusal ? Promise.reject(refused(this.refusal)) : Promise.resolve(false)
      },
      getObject: () => Promise.reject(refused(this.refusal ?? 'object-changed')),
    }
  }
}

/** The reason of the error of a call. */
function reasonOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no error',
    (error: unknown) => (error as ServiceError).reason,
  )
}

function refused(reason: ServiceErrorReason): ServiceError {
  return new ServiceError('refused', { operation: 'Test', serviceCode: 'Refused', status: 409, reason })
}

t.test('an object has a job if it can be read, or will be', async (t) => {
  const world = new World()
  const statusOf = async (facts: Partial<ObjectFacts>): Promise<unknown> => {
    world.facts = facts
    return (await world.restores.list({ archiveId: ARCHIVE })).items[0]?.status
  }
  const [running, done] = [
    { isInProgress: true, expiryDate: undefined },
    { isInProgress: false, expiryDate: '2026-03-09T00:00:00.000Z' },
  ]
  t.equal(await statusOf({ storageClass: 'STANDARD' }), 'Succeeded')
  t.equal(await statusOf({ storageClass: 'A_LATER_CLASS' }), 'Succeeded')
  t.equal(await statusOf({ storageClass: 'GLACIER' }), undefined)
  t.equal(await statusOf({ storageClass: 'GLACIER', restore: running }), 'InProgress')
  t.equal(await statusOf({ storageClass: 'DEEP_ARCHIVE', restore: done }), 'Succeeded')
  const tiered = { storageClass: 'INTELLIGENT_TIERING', archiveStatus: 'ARCHIVE_ACCESS' }
  t.equal(await statusOf(tiered), undefined)
  t.equal(await statusOf({ ...tiered, restore: running }), 'InProgress')
  t.equal(await statusOf({ storageClass: 'INTELLIGENT_TIERING' }), 'Succeeded')
})

t.test('a restore is requested with its days and tier, and is recognized by its description', async (t) => {
  const world = new World()
  const request = { archiveId: ARCHIVE, tier: 'Bulk', description: 'token' } as const
  t.equal(await world.restores.start(request), ARCHIVE)
  t.match(world.restored, [{ bucket: 'backups', key: 'a', days: 3, tier: 'Bulk' }])
  world.facts = { storageClass: 'GLACIER', restore: { isInProgress: true, expiryDate: undefined } }
  const job = await world.restores.describeJob({ jobId: ARCHIVE })
  t.match(job, {
    description: 'token',
    tier: 'Bulk',
    creationDate: '2026-03-01T12:00:00.000Z',
    archiveSize: 5,
  })

  world.facts = { storageClass: 'INTELLIGENT_TIERING', archiveStatus: 'ARCHIVE_ACCESS' }
  await world.restores.start(request)
  t.equal(world.restored.at(-1)?.days, undefined, 'such an object comes back for good')
})

t.test('a restore that another request has started is used, and a refusal is an error', async (t) => {
  const world = new World()
  const start = (): Promise<string> => world.restores.start({ archiveId: ARCHIVE, description: 'token' })
  for (const reason of ['restore-in-progress', 'not-archived'] as const) {
    world.refusal = reason
    t.equal(await start(), ARCHIVE)
    world.facts = { storageClass: 'GLACIER', restore: { isInProgress: true, expiryDate: undefined } }
    t.match(await world.restores.describeJob({ jobId: ARCHIVE }), { description: undefined, tier: undefined })
  }
  world.facts = { storageClass: 'GLACIER' }
  world.refusal = 'wrong-region'
  t.equal(await reasonOf(start()), 'wrong-region')
})

t.test(
  'a restore that began since the jobs were listed is not requested again with a faster tier',
  async (t) => {
    const world = new World()
    world.facts = { storageClass: 'GLACIER', restore: { isInProgress: true, expiryDate: undefined } }
    t.equal(await world.restores.start({ archiveId: ARCHIVE, tier: 'Expedited' }), ARCHIVE)
    t.strictSame(world.restored, [])
    world.facts = { storageClass: 'GLACIER', restore: { isInProgress: false, expiryDate: undefined } }
    await world.restores.start({ archiveId: ARCHIVE })
    t.equal(world.restored.length, 1, 'the time of a copy is changed')
  },
)

t.test(
  'an object that has replaced the one that was described is neither restored nor waited for',
  async (t) => {
    const world = new World()
    await world.restores.describe(ARCHIVE, undefined)
    world.facts = { storageClass: 'GLACIER', etag: '"other"' }
    t.equal(await reasonOf(world.restores.start({ archiveId: ARCHIVE })), 'object-changed')
    t.equal(await reasonOf(world.restores.list({ archiveId: ARCHIVE })), 'object-changed')
    t.equal(await reasonOf(world.restores.describeJob({ jobId: ARCHIVE })), 'object-changed')
    t.strictSame(world.restored, [])
    for (const etag of ['"e"', undefined]) {
      world.facts = { storageClass: 'GLACIER', etag }
      t.equal(await world.restores.start({ archiveId: ARCHIVE }), ARCHIVE)
    }
  },
)

t.test(
  'a job without a restored copy does not exist any more, and the next one has another ID',
  async (t) => {
    const world = new World()
    await t.rejects(world.restores.describeJob({ jobId: ARCHIVE }), NotFoundError)
    t.equal(await world.restores.start({ archiveId: ARCHIVE }), `${ARCHIVE} (restore 2)`)
    world.refusal = 'not-restored'
    const range = { start: 0, end: 5 }
    await t.rejects(world.restores.output({ jobId: `${ARCHIVE} (restore 2)`, range }), NotFoundError)
    world.refusal = undefined
    const next = await world.restores.start({ archiveId: ARCHIVE })
    t.equal(next, `${ARCHIVE} (restore 3)`)
    t.equal(await reasonOf(world.restores.output({ jobId: next, range })), 'object-changed')
  },
)

t.test('a restored copy that was refused is a job again once a restore was requested', async (t) => {
  const world = new World()
  const jobs = async (): Promise<number> => (await world.restores.list({ archiveId: ARCHIVE })).items.length
  const copyUntil = (expiryDate: string | undefined): void => {
    world.facts = { storageClass: 'GLACIER', restore: { isInProgress: false, expiryDate } }
  }
  for (const expiryDate of ['2026-03-09T00:00:00.000Z', undefined]) {
    copyUntil(expiryDate)
    t.equal(await jobs(), 1)
    world.refusal = 'not-restored'
    const { jobId = '' } = (await world.restores.list({ archiveId: ARCHIVE })).items[0] ?? {}
    await t.rejects(world.restores.output({ jobId, range: { start: 0, end: 5 } }), NotFoundError)
    t.equal(await jobs(), 0, 'HEAD states the copy, and GET has refused it')
    copyUntil('2026-03-10T00:00:00.000Z')
    t.equal(await jobs(), 1, 'another copy')
    copyUntil(expiryDate)
    world.refusal = undefined
    await world.restores.start({ archiveId: ARCHIVE })
    t.equal(await jobs(), 1, 'a restore was requested since')
  }
})

t.test('copies that are stated in turn and all refused are no job', async (t) => {
  const world = new World()
  world.refusal = 'not-restored'
  const dates = ['2026-03-09T00:00:00.000Z', '2026-03-10T00:00:00.000Z']
  const jobs: (string | undefined)[] = []
  for (let i = 0; i < 6; i++) {
    world.facts = { storageClass: 'GLACIER', restore: { isInProgress: false, expiryDate: dates[i % 2] } }
    const { jobId } = (await world.restores.list({ archiveId: ARCHIVE })).items[0] ?? {}
    jobs.push(jobId)
    const range = { start: 0, end: 5 }
    if (jobId !== undefined) await t.rejects(world.restores.output({ jobId, range }), NotFoundError)
  }
  t.strictSame(jobs, [ARCHIVE, `${ARCHIVE} (restore 2)`, ...Array<undefined>(4).fill(undefined)])
})

t.test('a description that failed is tried again, and an archive of another bucket is refused', async (t) => {
  const world = new World()
  world.failures = 1
  t.equal(await reasonOf(world.restores.describe(ARCHIVE, undefined)), 'object-not-found')
  t.match(await world.restores.describe(ARCHIVE, undefined), { size: 5, etag: '"e"' })
  for (const archiveId of ['s3://other/a', 's3://backups', 'a'])
    await t.rejects(world.restores.describe(archiveId, undefined), { name: 'RangeError' })
})
