import t from 'tap'
import { ConnectionError, NotFoundError, ServiceError } from '../../../lib/errors.js'
import { plannedJobs } from '../../../lib/retrieve/jobs/archive-job.js'
import { FinishedJob } from '../../../lib/retrieve/jobs/finished-job.js'
import { findJobs, waitForJob } from '../../../lib/retrieve/jobs/job.js'
import type { JobContext } from '../../../lib/retrieve/jobs/job-context.js'
import { ReadingWindow } from '../../../lib/retrieve/jobs/reading-window.js'
import { RenewableJob } from '../../../lib/retrieve/jobs/renewable-job.js'
import { startOnce } from '../../../lib/retrieve/jobs/start-once.js'
import type { JobPlan } from '../../../lib/retrieve/retrieval-plan.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import type { Job, RetrievalStore, StoreRetrieval } from '../../../lib/store/retrieval-store.js'
import { GIB, MIB } from '../../../lib/sizes.js'
import { Retry } from '../../../lib/transfer/retry.js'
import { jobWith } from '../../helpers/jobs.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const HOUR = 3_600_000
const NOW = Date.parse('2026-01-02T00:00:00Z')
const { signal } = new AbortController()

function notFound(): NotFoundError {
  const details = { operation: 'DescribeJob', serviceCode: 'ResourceNotFoundException', status: 404 }
  return new NotFoundError('gone', details)
}

/** A store with a list of jobs, and what is noted of its use. */
class ListedJobs {
  readonly clock = new VirtualClock()
  readonly started: StoreRetrieval[] = []
  readonly described: string[] = []
  readonly used: [jobId: string, found: boolean][] = []
  readonly waitedFor: string[] = []
  /** How often the jobs were listed. */
  lists = 0
  /** The states of the next descriptions. */
  readonly states: Job['status'][] = []
  /** Jobs that are listed, and that the service does not have. */
  readonly gone = new Set<string>()
  listed: readonly Job[]
  /** Starts a job. */
  start: (request: StoreRetrieval) => Promise<string> = () => Promise.resolve(`new${this.started.length}`)

  constructor(...listed: Job[]) {
    this.listed = listed
  }

  get context(): JobContext<RetrievalStore> {
    const store: Pick<RetrievalStore, 'listJobs' | 'describeJob' | 'startRetrieval'> = {
      listJobs: () => {
        this.lists++
        return Promise.resolve({
          items: [...this.listed],
          marker: undefined,
          date: new Date(NOW).toISOString(),
        })
      },
      describeJob: ({ jobId }) => {
        this.described.push(jobId)
        if (this.gone.has(jobId)) return Promise.reject(notFound())
        return Promise.resolve(jobWith({ jobId, status: this.states.shift() ?? 'Succeeded' }))
      },
      startRetrieval: (request) => {
        this.started.push(request)
        return this.start(request)
      },
    }
    return {
      store: store as RetrievalStore,
      retry: new Retry({ clock: this.clock }),
      runtime: { ...systemRuntime, clock: this.clock },
      signal,
      onJob: (...args) => this.used.push(args),
      onWaiting: ({ jobId }) => this.waitedFor.push(jobId),
    }
  }

  /** A job of the archive `a`. */
  renewable(givenJobId?: string): RenewableJob {
    const { context } = this
    const matches = (job: Job): boolean => job.archiveId === 'a'
    const start = (description: string): Promise<string> =>
      context.store.startRetrieval({ archiveId: 'a', description })
    return new RenewableJob(context, { matches, start }, givenJobId)
  }
}

t.test('an existing job is used if it has the output, and a new one is started otherwise', async (t) => {
  const part = { start: 0, end: 50 }
  const inProgress = { status: 'InProgress', completionDate: undefined } as const
  const planned: JobPlan = { archiveId: 'a', archiveSize: undefined, hash: undefined }
  for (const [name, plan, more, isUsed] of [
    ['the archive', {}, {}, true],
    ['another archive', {}, { archiveId: 'b' }, false],
    ['an inventory', {}, { action: 'InventoryRetrieval' }, false],
    ['no range', {}, { range: undefined }, false],
    ['a part', {}, { range: part }, false],
    ['the end', {}, { range: { start: 50, end: 100 } }, false],
    ['the same part', { range: part }, { range: part }, true],
    ['all, for a part', { range: part }, {}, false],
    ['another start', { range: part }, { range: { start: 1, end: 50 } }, false],
    ['in progress', {}, inProgress, true],
    ['one in progress whose tier is unknown', {}, { ...inProgress, tier: undefined }, true],
    ['a slower one in progress', {}, { ...inProgress, tier: 'Bulk' }, false],
    ['a faster one in progress', {}, { ...inProgress, tier: 'Expedited' }, true],
    ['a slow one for a slow plan', { tier: 'Bulk' }, { ...inProgress, tier: 'Bulk' }, true],
    ['a faster one for a slow plan', { tier: 'Bulk' }, inProgress, true],
    ['a slower one for a fast plan', { tier: 'Expedited' }, inProgress, false],
    ['a finished one of another tier', { tier: 'Expedited' }, { tier: 'Bulk' }, true],
    ['a failed one', {}, { status: 'Failed' }, false],
  ] as [string, Partial<JobPlan>, Partial<Job>, boolean][]) {
    const world = new ListedJobs(jobWith(more))
    const [job] = plannedJobs(world.context, [{ ...planned, ...plan } as JobPlan])
    t.equal(await job?.job.start(), isUsed ? 'job' : 'new1', name)
    t.strictSame(world.used, [[isUsed ? 'job' : 'new1', isUsed]], name)
  }
})

t.test('a job that is listed and does not exist is not used', async (t) => {
  const world = new ListedJobs(jobWith({}))
  world.gone.add('job')
  t.equal(await world.renewable().start(), 'new1')
  t.strictSame(world.used, [['new1', false]])
})

t.test('a planned job states its archive and size, and is started as planned', async (t) => {
  const world = new ListedJobs()
  const snsTopic = 'arn:aws:sns:eu-central-1:111122223333:topic'
  const range = { start: 10, end: 50 }
  const plans: JobPlan[] = [
    { archiveId: 'a', archiveSize: 100, hash: undefined, range, tier: 'Bulk' },
    { archiveId: 'b', archiveSize: 70, hash: undefined },
    { jobId: 'finished' },
    { archiveId: 'a', archiveSize: undefined, hash: undefined, jobId: 'given' },
  ]
  const jobs = plannedJobs({ ...world.context, snsTopic }, plans)
  t.strictSame(
    jobs.map(({ archiveId, size, plan }) => [archiveId, size, plan]),
    [
      ['a', 40, plans[0]],
      ['b', 70, plans[1]],
      [undefined, undefined, plans[2]],
      ['a', undefined, plans[3]],
    ],
  )
  const ids: string[] = []
  for (const { job } of jobs) ids.push(await job.start())
  t.strictSame(ids, ['new1', 'new2', 'finished', 'given'])
  t.match(world.started, [
    { archiveId: 'a', range, tier: 'Bulk', snsTopic, signal },
    { archiveId: 'b', range: undefined, tier: undefined, snsTopic, signal },
  ])
  t.strictSame(world.used, [
    ['new1', false],
    ['new2', false],
    ['given', true],
  ])
})

t.test('a job is described at once, and after pauses that double up to the maximum', async (t) => {
  for (const [delays, chance, pauses] of [
    [undefined, 0, [750, 1500, 3000, 6000]],
    [undefined, 1, [1000, 2000, 4000, 8000]],
    [{ firstMs: 400, maxMs: 1000 }, 1, [400, 800, 1000, 1000]],
    [{ firstMs: 200_000 }, 1, [200_000, 300_000, 300_000, 300_000]],
    [{ firstMs: 4 }, 0.5, [3.5, 7, 14, 28]],
  ] as const) {
    const world = new ListedJobs()
    world.clock.chance = chance
    world.states.push('InProgress', 'InProgress', 'InProgress', 'InProgress')
    const seen: string[] = []
    const request = { jobId: 'job', signal }
    const onSeen = ({ status }: Job): unknown => seen.push(status)
    const job = await waitForJob(world.context.store, request, delays, world.clock, onSeen)
    t.equal(job.status, 'Succeeded')
    t.strictSame(world.clock.pauses, pauses)
    t.strictSame(seen, ['InProgress', 'InProgress', 'InProgress', 'InProgress', 'Succeeded'])
  }
  const failing = new ListedJobs()
  failing.states.push('Failed')
  await t.rejects(
    waitForJob(failing.context.store, { jobId: 'job', signal }, {}, failing.clock, () => undefined),
    { code: 'ERR_JOB_FAILED' },
  )
  t.strictSame(failing.clock.pauses, [])
})

t.test('a finished job is used for twenty hours', async (t) => {
  const completedAt = (ageMs: number): Partial<Job> => ({
    jobId: String(ageMs),
    completionDate: new Date(NOW - ageMs).toISOString(),
  })
  const world = new ListedJobs(
    ...[20 * HOUR + 1, 20 * HOUR, 0, -HOUR].map((ageMs) => jobWith(completedAt(ageMs))),
    jobWith({ jobId: 'failed', status: 'Failed' }),
    jobWith({ jobId: 'other', archiveId: 'b' }),
  )
  const wallClock = { now: () => t.fail('the list states the time') as never }
  const found = await findJobs(world.context.store, {}, (job) => job.archiveId === 'a', wallClock)
  t.strictSame(
    found.map(({ jobId }) => jobId),
    [String(-HOUR), '0', String(20 * HOUR)],
  )
})

t.test('a job that states when its output is deleted is used up to four hours before', async (t) => {
  const expiringIn = (leftMs: number): Job =>
    jobWith({
      jobId: String(leftMs),
      completionDate: new Date(NOW - 48 * HOUR).toISOString(),
      expiryDate: new Date(NOW + leftMs).toISOString(),
    })
  const world = new ListedJobs(...[4 * HOUR - 1, 4 * HOUR, 72 * HOUR, -HOUR].map(expiringIn))
  const found = await findJobs(world.context.store, {}, () => true, { now: () => NOW })
  t.strictSame(
    found.map(({ jobId }) => jobId),
    [String(4 * HOUR), String(72 * HOUR)],
  )
})

t.test('a finished job is described each time, and never renewed', async (t) => {
  const world = new ListedJobs()
  const job = new FinishedJob(world.context, 'finished')
  t.equal(job.lastSeen, undefined)
  t.equal(await job.start(), 'finished')
  t.strictSame(world.described, [])
  await job.look()
  t.match(job.lastSeen, { jobId: 'finished', archiveSize: 100 })
  t.equal(await job.ready(), job.lastSeen)
  t.strictSame(world.described, ['finished', 'finished'])
  const refusal = notFound()
  t.equal(await job.renew(jobWith(), refusal).catch((error: unknown) => error), refusal)
  job.progressed()
})

t.test('a job is chosen once, and described once for its size', async (t) => {
  const world = new ListedJobs()
  const job = world.renewable()
  t.equal(job.lastSeen, undefined)
  t.strictSame(await Promise.all([job.start(), job.start()]), ['new1', 'new1'])
  t.equal(await job.start(), 'new1')
  t.equal(world.lists, 1)
  await job.look()
  await job.look()
  t.strictSame(world.described, ['new1'])
  t.equal(job.lastSeen?.jobId, 'new1')

  const refused = new ListedJobs()
  const [start] = [refused.start]
  refused.start = () =>
    Promise.reject(new ServiceError('no', { operation: 'InitiateJob', serviceCode: 'Denied', status: 403 }))
  const later = refused.renewable()
  await t.rejects(later.start(), { code: 'ERR_SERVICE' })
  refused.start = start
  t.equal(await later.start(), 'new2', 'the next call tries again')
})

t.test('a job in progress is reported once, and each job that takes its place as well', async (t) => {
  const world = new ListedJobs()
  await world.renewable().ready()
  t.strictSame(world.waitedFor, [], 'a finished job is not waited for')
  world.started.pop()
  world.states.push('InProgress', 'InProgress')
  const job = world.renewable()
  const ready = await job.ready()
  t.strictSame(world.waitedFor, ['new1'])
  t.equal(job.lastSeen, ready)
  world.states.push('InProgress')
  t.match(await job.renew(ready, notFound()), { jobId: 'new2', status: 'Succeeded' })
  t.strictSame(world.waitedFor, ['new1', 'new2'])
  await job.renew(ready, notFound())
  t.equal(world.started.length, 2, 'a job that is known to be gone is replaced once')
})

t.test('three jobs are started in succession, and again three after a part has been read', async (t) => {
  const world = new ListedJobs()
  const job = world.renewable()
  let ready = await job.ready()
  for (let i = 0; i < 3; i++) ready = await job.renew(ready, notFound())
  job.progressed()
  for (let i = 0; i < 3; i++) ready = await job.renew(ready, notFound())
  t.equal(world.started.length, 7)
  const refusal = notFound()
  t.equal(await job.renew(ready, refusal).catch((error: unknown) => error), refusal)
  t.equal(world.started.length, 7)
})

t.test('no job is started if it is not known whether a listed one exists', async (t) => {
  const world = new ListedJobs(jobWith())
  const { context } = world
  const denied = new ServiceError('no', { operation: 'DescribeJob', serviceCode: 'Denied', status: 403 })
  const store = { ...context.store, describeJob: () => Promise.reject(denied) }
  const job = new RenewableJob({ ...context, store }, { matches: () => true, start: () => t.fail() as never })
  t.equal(await job.start().catch((error: unknown) => error), denied)
})

t.test('a given job is used first, and must exist', async (t) => {
  const world = new ListedJobs(jobWith({ jobId: 'listed' }))
  const job = world.renewable('given')
  const ready = await job.ready()
  t.equal(ready.jobId, 'given')
  t.equal(world.lists, 0)
  t.equal((await job.renew(ready, notFound())).jobId, 'listed')
  t.strictSame(world.used, [
    ['given', true],
    ['listed', true],
  ])
  world.gone.add('missing')
  await t.rejects(world.renewable('missing').ready(), { code: 'ERR_NOT_FOUND' })
  await t.rejects(world.renewable('missing').look(), { code: 'ERR_NOT_FOUND' })
  t.strictSame(world.started, [])
})

t.test('a job that may have been started is searched for five times before another attempt', async (t) => {
  const world = new ListedJobs()
  world.clock.chance = 0.37
  const { context } = world
  const descriptions: string[] = []
  const failures = [
    new ConnectionError('reset', { operation: 'InitiateJob', serviceCode: 'ECONNRESET' }),
    new ConnectionError('refused', { operation: 'InitiateJob', serviceCode: 'ECONNREFUSED' }),
  ]
  const send = (description: string): Promise<string> => {
    descriptions.push(description)
    const failure = failures.shift()
    return failure ? Promise.reject(failure) : Promise.resolve('sent')
  }
  t.equal(await startOnce(context, { start: send }), 'sent')
  t.equal(new Set(descriptions).size, 1)
  t.equal(descriptions.length, 3)
  t.equal(world.lists, 10, 'a later attempt that is refused leaves the first in doubt')
  const searches = world.clock.pauses.filter((ms) => [1000, 2000, 4000, 8000].includes(ms))
  t.strictSame(searches, [1000, 2000, 4000, 8000, 1000, 2000, 4000, 8000])
  t.notOk(world.clock.pauses.includes(0), 'the first search follows at once')

  const found = new ListedJobs()
  const lost = (description: string): Promise<string> => {
    found.listed = [jobWith({ jobId: 'other' }), jobWith({ jobId: 'ours', description })]
    return Promise.reject(
      new ConnectionError('reset', { operation: 'InitiateJob', serviceCode: 'ECONNRESET' }),
    )
  }
  t.equal(await startOnce(found.context, { start: lost }), 'ours')
  t.equal(found.lists, 1)
})

t.test('outputs are read in time at 1 MiB/s, until a higher rate has been measured for long', (t) => {
  const inTime = 22 * 3600 * MIB
  const window = new ReadingWindow()
  t.equal(window.isMeasured, false)
  t.ok(window.fits(inTime))
  t.notOk(window.fits(inTime + MIB))
  window.fetched(MIB, 0)
  t.equal(window.isMeasured, true)
  t.ok(window.fits(inTime), 'bytes that took no time')
  t.notOk(window.fits(inTime + MIB))

  const fast = new ReadingWindow()
  fast.fetched(10 * 599 * MIB, 599_000)
  t.notOk(fast.fits(inTime + MIB), 'ten times as fast, for less than ten minutes')
  fast.fetched(10 * MIB, 1000)
  t.ok(fast.fits(10 * inTime), 'for ten minutes')
  t.notOk(fast.fits(10 * inTime + 10 * MIB))

  const slow = new ReadingWindow()
  slow.fetched(MIB, 2000)
  t.ok(slow.fits(inTime / 2), 'a lower rate counts at once')
  t.notOk(slow.fits(inTime / 2 + MIB))
  slow.fetched(3 * MIB, 2000)
  t.ok(slow.fits(inTime), 'the rate is that of all ranges together')
  t.notOk(slow.fits(GIB * 100))
  t.end()
})
