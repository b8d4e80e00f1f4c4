import type { Job } from '../../../lib/store/retrieval-store.js'
import type { VaultJob } from '../../../lib/client/vault-client.js'
import t from 'tap'
import { FinishedJob } from '../../../lib/retrieve/jobs/finished-job.js'
import { JobSchedule, type ScheduledJob } from '../../../lib/retrieve/jobs/job-schedule.js'
import type { RetrievalJob } from '../../../lib/retrieve/jobs/retrieval-job.js'
import { retrieveArchive, startRetrieval } from '../../../lib/vault/retrieve-archive.js'
import type { VaultRetrieval } from '../../../lib/vault/retrieval-options.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import { Retry } from '../../../lib/transfer/retry.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import type { RetrievalRequest } from '../../../lib/client/vault-client.js'
import { GIB, MIB } from '../../../lib/sizes.js'
import { gate, settled } from '../../helpers/gate.js'
import { gathered } from '../../helpers/gather.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const HOUR = 3_600_000
const vaultName = 'backups'

/** A vault of a virtual clock: each range takes a while to read, and jobs take their time and expire. */
class SlowVault extends MemoryVault {
  readonly clock = new VirtualClock()
  /** When each job was started, by its ID, in hours. */
  readonly startedAt = new Map<string, number>()
  /** Jobs of which something was read. */
  readonly readJobs = new Set<string>()
  readonly #msPerRange: number
  readonly #jobMs: number

  constructor(msPerRange: number, jobMs: number) {
    super()
    this.#msPerRange = msPerRange
    this.#jobMs = jobMs
    this.before = ({ operation, jobId = '' }) => {
      if (operation !== 'getJobOutput') return
      if (this.#expires(jobId) <= this.clock.time) this.expiredJobs.add(jobId)
      else {
        this.readJobs.add(jobId)
        this.clock.time += this.#msPerRange
      }
    }
  }

  /** Started jobs of which nothing was ever read. */
  get unread(): string[] {
    return this.jobs.filter((jobId) => !this.readJobs.has(jobId))
  }

  /** When jobs of an archive were started, in whole hours. */
  hoursOf(archiveId: string): number[] {
    const ofArchive = [...this.startedAt].filter(([jobId]) => jobId.split(/[@#]/)[0] === archiveId)
    return ofArchive.map(([, time]) => Math.round(time / HOUR))
  }

  override async startRetrieval(request: RetrievalRequest): Promise<string> {
    const jobId = await super.startRetrieval(request)
    this.startedAt.set(jobId, this.clock.time)
    return jobId
  }

  override async listJobs(
    request: Parameters<MemoryVault['listJobs']>[0],
  ): ReturnType<MemoryVault['listJobs']> {
    this.#expire()
    return super.listJobs(request)
  }

  override async describeJob(request: { jobId: string }): Promise<VaultJob> {
    this.#expire()
    const job = await super.describeJob({ vaultName, ...request })
    const isDone = this.clock.time >= this.#done(request.jobId)
    return { ...job, status: isDone ? 'Succeeded' : 'InProgress' }
  }

  #done(jobId: string): number {
    return (this.startedAt.get(jobId) ?? 0) + this.#jobMs
  }

  #expires(jobId: string): number {
    return this.#done(jobId) + 24 * HOUR
  }

  #expire(): void {
    for (const jobId of this.jobs) if (this.#expires(jobId) <= this.clock.time) this.expiredJobs.add(jobId)
  }
}

function optionsFor(vault: SlowVault, more: Partial<VaultRetrieval> = {}): VaultRetrieval {
  const { clock } = vault
  return { client: vault, vaultName, archiveId: 'a', rangeSize: MIB, concurrency: 1, clock, ...more }
}

/** Volumes of so many ranges each. */
function volumes(vault: SlowVault, count: number, ranges: number): { archiveId: string[]; bytes: Buffer } {
  const archiveId = Array.from({ length: count }, (_, i) => `v${i + 1}`)
  const bytes = archiveId.map((id, i) => {
    const volume = patternBytes(ranges * MIB, i + 1)
    vault.archives.set(id, volume)
    return volume
  })
  return { archiveId, bytes: Buffer.concat(bytes) }
}

t.test('a set that takes days to read is read with jobs that expire after a day', async (t) => {
  for (const jobMs of [0, 4 * HOUR]) {
    const vault = new SlowVault(2.5 * HOUR, jobMs) // 20 hours a volume
    const { archiveId, bytes } = volumes(vault, 5, 8)
    const found = await gathered(retrieveArchive(optionsFor(vault, { archiveId })))
    t.ok(found.equals(bytes))
    t.ok(vault.clock.time >= 100 * HOUR, `it took ${vault.clock.time / HOUR} hours`)
    t.strictSame(vault.unread, [], 'no job expired unread')
    t.equal(vault.startedAt.size, 5, 'each was paid for once')
  }
})

t.test('an output that takes longer than a day is renewed, and read to its end', async (t) => {
  const vault = new SlowVault(7 * HOUR, HOUR)
  const { archiveId, bytes } = volumes(vault, 2, 10) // 70 hours each
  t.ok((await gathered(retrieveArchive(optionsFor(vault, { archiveId })))).equals(bytes))
  t.strictSame(vault.unread, [])
  t.ok(vault.startedAt.size <= 8, `${vault.startedAt.size} jobs`)
})

t.test('small archives are started together once the first was read from', async (t) => {
  const vault = new SlowVault(1000, 4 * HOUR)
  const { archiveId, bytes } = volumes(vault, 12, 2)
  t.ok((await gathered(retrieveArchive(optionsFor(vault, { archiveId })))).equals(bytes))
  t.ok(vault.clock.time < 9 * HOUR, `they were waited for together, ${vault.clock.time / HOUR} hours`)
  t.equal(vault.startedAt.size, 12)
})

t.test('the jobs of a range are started together', async (t) => {
  const vault = new SlowVault(1000, 4 * HOUR)
  const { bytes } = volumes(vault, 1, 40)
  const range = { start: 3 * MIB + 5, end: 38 * MIB - 7 }
  const options = { archiveId: 'v1', range, archiveSize: 40 * MIB }
  const found = await gathered(retrieveArchive(optionsFor(vault, options)))
  t.ok(found.equals(bytes.subarray(range.start, range.end)))
  t.ok(vault.startedAt.size > 2)
  t.strictSame(new Set(vault.hoursOf('v1')), new Set([0]))
})

t.test('without waiting, those are started that can be read in time', async (t) => {
  const vault = new SlowVault(1000, 0)
  const { archiveId } = volumes(vault, 3, 1)
  t.strictSame(await startRetrieval(optionsFor(vault, { archiveId })), ['v1', 'v2', 'v3'])
  const large = new SlowVault(1000, 0)
  volumes(large, 3, 1)
  const archiveSizes = [40 * GIB, 30 * GIB, 30 * GIB]
  t.strictSame(await startRetrieval(optionsFor(large, { archiveId, archiveSizes })), ['v1', 'v2'])
})

t.test(
  'a job that could not be started ahead is started when its turn comes, and fails only then',
  async (t) => {
    const vault = new SlowVault(1000, 0)
    const { archiveId, bytes } = volumes(vault, 3, 2)
    const act = vault.before
    let refusals = 1
    vault.before = (call) => {
      if (call.operation === 'startRetrieval' && call.archiveId === 'v2' && refusals-- > 0)
        throw new Error('refused')
      return act(call)
    }
    t.ok((await gathered(retrieveArchive(optionsFor(vault, { archiveId })))).equals(bytes))
    const never = new SlowVault(1000, 0)
    volumes(never, 3, 2)
    never.before = ({ operation, archiveId: id }) => {
      if (operation === 'startRetrieval' && id === 'v2') throw new Error('refused')
    }
    const out: Buffer[] = []
    await t.rejects(gathered(retrieveArchive(optionsFor(never, { archiveId })), out), { message: 'refused' })
    t.equal(Buffer.concat(out).length, 2 * MIB, 'the first volume came')
  },
)

t.test('an error is not held up by a job that is being started', async (t) => {
  const vault = new SlowVault(1000, 0)
  const { archiveId } = volumes(vault, 2, 3)
  const act = vault.before
  const isStarting = gate()
  const never = gate()
  vault.before = async (call) => {
    if (call.operation === 'startRetrieval' && call.archiveId === 'v2') {
      isStarting.open()
      await never.opened
    }
    if (call.operation === 'getJobOutput' && call.range?.start === 2 * MIB) {
      await isStarting.opened
      throw new Error('broken')
    }
    await act(call)
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(vault, { archiveId }))), { message: 'broken' })
  t.equal(vault.underWay, 0)
})

/** A job of so many bytes that notes when it is started. */
function fakeJob(name: string, size: number | undefined, started: string[]): ScheduledJob {
  const job: RetrievalJob = {
    lastSeen: undefined,
    start: () => {
      if (!started.includes(name)) started.push(name)
      return Promise.resolve(name)
    },
    look: () => Promise.resolve(),
    ready: () => Promise.resolve({ jobId: name } as Job),
    renew: () => Promise.reject(new Error('it is not renewed')),
    progressed: () => undefined,
  }
  return { job, archiveId: name, size }
}

t.test('jobs are started ahead at the measured rate, when they can be read within the day', async (t) => {
  const started: string[] = []
  const clock = new VirtualClock()
  const jobs = ['a', 'b', 'c'].map((name) => fakeJob(name, 200 * GIB, started))
  const schedule = new JobSchedule(jobs, clock)
  await schedule.ready(jobs[0] as ScheduledJob)
  await settled()
  t.strictSame(started, ['a'], '200 GiB are not read within a day at the assumed rate')
  // 20 GiB an hour: a volume takes ten hours.
  const read = async (hour: number): Promise<void> => {
    clock.time += HOUR
    schedule.progressed(hour * 20 * GIB, 20 * GIB)
    await settled()
  }
  // A moment of great speed is no rate yet: buffers were filled.
  clock.time += 10
  schedule.progressed(GIB, GIB)
  await settled()
  t.strictSame(started, ['a'])
  await read(1)
  t.strictSame(started, ['a', 'b'], 'two volumes are, at the measured rate')
  for (let hour = 2; hour <= 7; hour++) await read(hour)
  t.strictSame(started, ['a', 'b'])
  await read(8)
  t.strictSame(started, ['a', 'b', 'c'], 'with two hours of the first left, three are')
  await schedule.settled()
})

t.test('what the caller has already counts as read, but not for the rate', async (t) => {
  const started: string[] = []
  const clock = new VirtualClock()
  const jobs = ['a', 'b'].map((name) => fakeJob(name, 60 * GIB, started))
  const schedule = new JobSchedule(jobs, clock)
  await schedule.ready(jobs[0] as ScheduledJob)
  await settled()
  t.strictSame(started, ['a'])
  clock.time += HOUR
  schedule.progressed(50 * GIB, 0)
  await settled()
  t.strictSame(started, ['a'])
  clock.time += 1000
  schedule.progressed(50 * GIB + 2 * MIB, 2 * MIB)
  await settled()
  t.strictSame(started, ['a', 'b'], 'ten of the first and all of the second are read in time')
})

t.test('a job is started ahead at most once, and not after its output was needed', async (t) => {
  for (const size of [GIB, 200 * GIB]) {
    const calls: string[] = []
    const clock = new VirtualClock()
    const jobs = ['a', 'b', 'c'].map((name): ScheduledJob => {
      const { job } = fakeJob(name, size, [])
      const start = (): Promise<string> => {
        calls.push(name)
        return job.start()
      }
      return { job: { ...job, start }, archiveId: 'v', size }
    })
    const schedule = new JobSchedule(jobs, clock)
    for (const [i, scheduled] of jobs.entries()) {
      await schedule.ready(scheduled)
      await settled()
      const ahead = size === GIB ? ['b', 'c'] : []
      // The start of a job that was started ahead is looked up when its output is needed.
      t.strictSame(calls, ['a', ...ahead, ...['b', 'c'].slice(0, i)])
    }
  }
})

t.test('a job that the service describes with a range is of that range', async (t) => {
  const started: string[] = []
  const jobs = ['a', 'b'].map((name) => fakeJob(name, undefined, started))
  const lastSeen = { jobId: 'a', archiveSize: 200 * GIB, range: { start: 100 * GIB, end: 101 * GIB } }
  Object.assign(jobs[0]?.job ?? {}, { lastSeen })
  t.strictSame(await new JobSchedule(jobs, new VirtualClock()).startFirst(), ['a', 'b'])
})

t.test('after a job that could not be started ahead, no other is before its turn', async (t) => {
  const started: string[] = []
  const jobs = ['a', 'b', 'c', 'd'].map((name) => ({ ...fakeJob(name, MIB, started), archiveId: 'v' }))
  const [a, b] = jobs as [ScheduledJob, ScheduledJob]
  let refusals = 1
  const start = (): Promise<string> => {
    if (refusals-- > 0) return Promise.reject(new Error('refused'))
    started.push('b')
    return Promise.resolve('b')
  }
  Object.assign(b.job, { start })
  const schedule = new JobSchedule(jobs, new VirtualClock())
  await schedule.ready(a)
  await settled()
  t.strictSame(started, ['a'])
  await schedule.ready(b)
  await settled()
  t.strictSame(started, ['a', 'b', 'c', 'd'])
})

t.test('sizes that nobody knows start nothing ahead', async (t) => {
  const started: string[] = []
  const jobs = ['a', 'b'].map((name) => fakeJob(name, undefined, started))
  const schedule = new JobSchedule(jobs, new VirtualClock())
  t.strictSame(await schedule.startFirst(), ['a'])
})

t.test('a job that the service describes without a range is of the whole archive', async (t) => {
  for (const [archiveSize, expected] of [
    [GIB, ['a', 'b']],
    [200 * GIB, ['a']],
  ] as const) {
    const started: string[] = []
    const jobs = ['a', 'b'].map((name) => fakeJob(name, undefined, started))
    const [first] = jobs
    Object.assign(first?.job ?? {}, { lastSeen: { jobId: 'a', archiveSize } })
    const schedule = new JobSchedule(jobs, new VirtualClock())
    t.strictSame(await schedule.startFirst(), expected, `${archiveSize} bytes each`)
  }
})

t.test('finished jobs of unknown size are described to decide on the next', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  vault.archives.set('b', patternBytes(MIB))
  const store = vaultStore(vault, { vaultName })
  const { signal } = new AbortController()
  const runtime = { ...systemRuntime, clock: new VirtualClock() }
  const context = {
    store,
    retry: new Retry({}),
    runtime,
    signal,
    onJob: () => undefined,
    onWaiting: () => undefined,
  }
  const jobs = ['a', 'b'].map((jobId) => {
    return { job: new FinishedJob(context, jobId), archiveId: undefined, size: undefined }
  })
  t.strictSame(await new JobSchedule(jobs, runtime.clock).startFirst(), ['a', 'b'])
  t.strictSame(vault.operations, ['describeJob'])
  const last = { job: new FinishedJob(context, 'a'), archiveId: undefined, size: undefined }
  t.strictSame(await new JobSchedule([last], runtime.clock).startFirst(), ['a'])
  t.strictSame(vault.operations, ['describeJob'], 'the size of the last job decides on no other')
})

t.test('a job is described at its start only if its size decides on the job after it', async (t) => {
  const lookedAt = async (...sizes: (number | undefined)[]): Promise<readonly string[]> => {
    const looked: string[] = []
    const jobs = sizes.map((size, i) => {
      const scheduled = fakeJob(String(i), size, [])
      return {
        ...scheduled,
        job: { ...scheduled.job, look: () => Promise.resolve(void looked.push(String(i))) },
      }
    })
    const schedule = new JobSchedule(jobs, new VirtualClock())
    await schedule.ready(jobs[0] as ScheduledJob)
    await schedule.settled()
    return looked
  }
  t.strictSame(await lookedAt(undefined), [], 'there is no job after it')
  t.strictSame(await lookedAt(GIB, undefined), [], 'its size is known')
  t.strictSame(await lookedAt(undefined, GIB), ['0'])
})
