import t from 'tap'
import { ConnectionError, NotFoundError, ServiceError } from '../../../lib/errors.js'
import { retrieveArchive, startRetrieval } from '../../../lib/vault/retrieve-archive.js'
import { findJobs } from '../../../lib/retrieve/jobs/job.js'
import { RenewableJob } from '../../../lib/retrieve/jobs/renewable-job.js'
import type { JobReader } from '../../../lib/retrieve/jobs/retrying-store.js'
import type { Job } from '../../../lib/store/retrieval-store.js'
import { retrying } from '../../../lib/client/retrying-client.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import { Retry } from '../../../lib/transfer/retry.js'
import { MIB } from '../../../lib/sizes.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import { gate } from '../../helpers/gate.js'
import { gathered } from '../../helpers/gather.js'
import { MemoryVault, type SeenCall } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { count, optionsFor } from '../../helpers/retrieval.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const HOUR = 3_600_000
const vaultName = 'backups'

/** The job of a MemoryVault has its archive's name: so that a second one shows, each start is counted. */
function starts(vault: MemoryVault): number {
  return count(vault, 'startRetrieval')
}

function lost(): ConnectionError {
  return new ConnectionError('reset', { operation: 'InitiateJob', serviceCode: 'ECONNRESET' })
}

function notFound(operation: string): NotFoundError {
  return new NotFoundError('gone', { operation, serviceCode: 'ResourceNotFoundException', status: 404 })
}

/** Runs something on the nth request of an operation. */
function onNth(
  nth: number,
  operation: string,
  act: (call: SeenCall) => unknown,
): (call: SeenCall) => unknown {
  let seen = 0
  return (call) => (call.operation === operation && ++seen === nth ? act(call) : undefined)
}

t.test('a job whose answer was lost is found by its token, and paid for once', async (t) => {
  const bytes = patternBytes(3 * MIB)
  for (const lag of [0, 3]) {
    const vault = MemoryVault.holding(bytes)
    // The list must not be good for anything but the token: another client's jobs do not fit, ours is of another tier.
    vault.after = onNth(1, 'startRetrieval', () => {
      throw lost()
    })
    const listJobs = vault.listJobs.bind(vault)
    let lists = 0
    vault.listJobs = async (request) => {
      const page = await listJobs(request)
      lists++
      if (lists === 1 || lists <= 1 + lag) return { ...page, items: [] }
      // On the second page.
      return request.marker === undefined ? { ...page, items: [], marker: 'more' } : page
    }
    const told: unknown[] = []
    const reader = retrieveArchive(optionsFor(vault))
    reader.on('job', (jobId, found) => told.push([jobId, found]))
    t.ok((await gathered(reader)).equals(bytes))
    t.equal(starts(vault), 1, `the list lags ${lag} times`)
    t.strictSame(told, [['a', false]])
    const token = vault.calls.find(({ operation }) => operation === 'startRetrieval')?.description
    t.match(token, /^glacier-pipe [\da-f]{8}-[\da-f-]{27}$/)
  }
})

t.test('a request that was surely not carried out, or left no job, is made again', async (t) => {
  const bytes = patternBytes(MIB)
  const refused = new ConnectionError('refused', { operation: 'InitiateJob', serviceCode: 'ECONNREFUSED' })
  const vault = MemoryVault.holding(bytes)
  vault.before = onNth(1, 'startRetrieval', () => {
    throw refused
  })
  await gathered(retrieveArchive(optionsFor(vault)))
  t.equal(starts(vault), 2)
  t.equal(count(vault, 'listJobs'), 1, 'nothing was searched for')

  const unanswered = MemoryVault.holding(bytes)
  unanswered.before = onNth(1, 'startRetrieval', () => {
    throw lost()
  })
  await gathered(retrieveArchive(optionsFor(unanswered)))
  t.equal(starts(unanswered), 2)
  t.equal(count(unanswered, 'listJobs'), 1 + 5, 'it was searched for')
  const [first, second] = unanswered.calls.filter(({ operation }) => operation === 'startRetrieval')
  t.equal(first?.description, second?.description, 'with the same token: whichever shows is found')

  const failing = MemoryVault.holding(bytes)
  failing.before = ({ operation }) => {
    if (operation === 'startRetrieval') throw lost()
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(failing))), { code: 'ERR_RETRIES_EXHAUSTED' })
})

t.test('a client that repeats requests does not repeat one that starts a job', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  vault.before = () => {
    throw lost()
  }
  const patient = retrying(vault, new Retry({ clock: new VirtualClock() }))
  await t.rejects(patient.startRetrieval({ vaultName, archiveId: 'a' }), { code: 'ERR_CONNECTION' })
  await t.rejects(patient.startInventory({ vaultName, format: 'JSON' }), { code: 'ERR_CONNECTION' })
  t.equal(vault.calls.length, 2)
})

t.test('how old a job is, is a matter of the service’s clock', async (t) => {
  const now = Date.now()
  for (const [what, completed, service, isUsed] of [
    ['this clock is a day ahead', now - 30 * HOUR, now - 29 * HOUR, true],
    ['this clock is a day behind', now, now + 30 * HOUR, false],
    ['the service does not say', now, undefined, true],
    ['the service does not say, of an old one', now - 30 * HOUR, undefined, false],
  ] as const) {
    const vault = MemoryVault.holding(patternBytes(MIB))
    vault.jobs.push('a')
    vault.completionDate = new Date(completed).toISOString()
    vault.serviceTime = service === undefined ? undefined : new Date(service).toISOString()
    await gathered(retrieveArchive(optionsFor(vault)))
    t.equal(starts(vault), isUsed ? 0 : 1, what)
  }
})

t.test('finished jobs are preferred, the latest first; of the others, the earliest', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  vault.jobs.push('a')
  const [job] = (await vault.listJobs({ vaultName })).items
  const at = (hour: number): string => new Date(hour * HOUR).toISOString()
  const jobs = [
    { ...job, jobId: 'second', completionDate: undefined, creationDate: at(2) },
    { ...job, jobId: 'early', completionDate: at(3) },
    { ...job, jobId: 'first', completionDate: undefined, creationDate: at(1) },
    { ...job, jobId: 'late', completionDate: at(4) },
  ] as Job[]
  const store: JobReader = {
    describeJob: () => Promise.reject(new Error('not needed')),
    listJobs: () => Promise.resolve({ items: jobs, marker: undefined }),
  }
  const found = await findJobs(store, {}, () => true, { now: () => 5 * HOUR })
  t.strictSame(
    found.map(({ jobId }) => jobId),
    ['late', 'early', 'first', 'second'],
  )
})

t.test('jobs that are listed and are not there lead to another, however many', async (t) => {
  const bytes = patternBytes(2 * MIB)
  for (const dead of ['describeJob', 'getJobOutput'] as const) {
    const vault = MemoryVault.holding(bytes)
    const listed = ['a#91', 'a#92', 'a#93', 'a#94', 'a#95', 'a#96']
    vault.jobs.push(...listed)
    vault.before = ({ operation, jobId = '' }) => {
      if (operation === dead && listed.includes(jobId)) throw notFound('DescribeJob')
    }
    t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes), dead)
    t.equal(starts(vault), 1)
    const seen = vault.calls.flatMap(({ operation, jobId }) => (operation === 'describeJob' ? jobId : []))
    for (const jobId of listed)
      t.ok(seen.filter((other) => other === jobId).length <= 2, `${jobId} once, not for ever`)
  }
  const failed = MemoryVault.holding(bytes)
  failed.jobs.push('a#91')
  failed.jobStates.push('Failed')
  t.ok(
    (await gathered(retrieveArchive(optionsFor(failed)))).equals(bytes),
    'one that has failed since is passed over',
  )
  t.equal(starts(failed), 1)
  const broken = MemoryVault.holding(bytes)
  broken.jobs.push('a')
  broken.before = ({ operation }) => {
    if (operation === 'describeJob') throw new Error('broken')
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(broken))), { message: 'broken' })
})

t.test('a job that disappears while it is waited for is started again', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const vault = MemoryVault.holding(bytes)
  vault.jobStates.push('InProgress', 'InProgress')
  vault.before = onNth(3, 'describeJob', () => vault.expiredJobs.add('a'))
  t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
  t.equal(starts(vault), 2)
})

t.test('a job that disappears between jobs is started again', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const vault = MemoryVault.holding(bytes)
  vault.archives.set('b', patternBytes(MIB, 2))
  let isStarted = false
  vault.before = ({ operation, archiveId, jobId, range }) => {
    if (operation === 'startRetrieval' && archiveId === 'b') isStarted = true
    const isLastOfFirst = operation === 'getJobOutput' && jobId === 'a' && range?.start === 3 * MIB
    if (isLastOfFirst && isStarted) vault.expiredJobs.add('b')
  }
  const found = await gathered(
    retrieveArchive(optionsFor(vault, { archiveId: ['a', 'b'], archiveSizes: [4 * MIB, MIB] })),
  )
  t.ok(found.equals(Buffer.concat([bytes, patternBytes(MIB, 2)])))
  t.ok(vault.expiredJobs.has('b'), 'the second was started while the first was read')
  t.strictSame(
    vault.calls.flatMap(({ operation, archiveId }) => (operation === 'startRetrieval' ? archiveId : [])),
    ['a', 'b', 'b'],
  )
})

t.test('a job that disappears while it is read is started again', async (t) => {
  const bytes = patternBytes(6 * MIB)
  const vault = MemoryVault.holding(bytes)
  vault.before = onNth(3, 'getJobOutput', () => vault.expiredJobs.add('a'))
  t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
  t.equal(starts(vault), 2)
})

t.test('a job that disappears before its size is read is started again', async (t) => {
  const sizes = [2 * MIB, 3 * MIB]
  const archiveId = ['a', 'b']
  const make = (): MemoryVault => {
    const vault = MemoryVault.holding(patternBytes(sizes[0] ?? 0))
    vault.archives.set('b', patternBytes(sizes[1] ?? 0, 2))
    vault.before = ({ operation }) => {
      if (operation === 'describeJob' && count(vault, 'describeJob') === 1) vault.expiredJobs.add('a')
    }
    return vault
  }
  const vault = make()
  const read = await gathered(retrieveArchive(optionsFor(vault, { archiveId })))
  t.ok(read.equals(Buffer.concat([...vault.archives.values()])))
  t.equal(count(vault, 'startRetrieval'), 3)
  const options = optionsFor(make(), { archiveId })
  const [first = ''] = await startRetrieval(options)
  t.match(first, /^a#/, 'the ID is that of the job that exists')
})

t.test('a service that forgets every job ends in an error, in each of the cases', async (t) => {
  for (const [operation, jobStates] of [
    ['describeJob', []],
    ['describeJob', ['InProgress']],
    ['getJobOutput', []],
  ] as const) {
    const vault = MemoryVault.holding(patternBytes(2 * MIB))
    vault.jobStates.push(...jobStates)
    const after = jobStates.length
    let seen = 0
    vault.before = (call) => {
      if (call.operation === operation && ++seen > after) vault.expiredJobs.add(call.jobId ?? '')
    }
    await t.rejects(gathered(retrieveArchive(optionsFor(vault))), { code: 'ERR_NOT_FOUND' }, operation)
    t.equal(starts(vault), 4)
  }
})

t.test(
  'a job that is started again under the ID of the one that is gone is given up as any other',
  async (t) => {
    for (const operation of ['describeJob', 'getJobOutput'] as const) {
      const vault = MemoryVault.holding(patternBytes(2 * MIB))
      const stop = new AbortController()
      vault.before = async (call) => {
        if (call.operation !== operation) return
        if (count(vault, operation) > 100) stop.abort()
        await new Promise(setImmediate) // otherwise nothing could stop requests that are repeated for ever
        throw notFound(operation)
      }
      const reader = retrieveArchive({ ...optionsFor(vault), signal: stop.signal })
      await t.rejects(gathered(reader), { code: 'ERR_NOT_FOUND' }, operation)
      t.equal(starts(vault), 4)
    }
  },
)

t.test('no vault and no archive are no jobs that disappeared', async (t) => {
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  vault.before = ({ operation }) => {
    if (operation === 'getJobOutput')
      vault.before = () => {
        throw notFound('ListJobs')
      }
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(vault))), {
    code: 'ERR_NOT_FOUND',
    operation: 'ListJobs',
  })
  t.equal(starts(vault), 1)
  const deleted = MemoryVault.holding(patternBytes(2 * MIB))
  deleted.before = onNth(1, 'getJobOutput', () => {
    deleted.expiredJobs.add('a')
    deleted.archives.delete('a')
    throw notFound('GetJobOutput')
  })
  await t.rejects(gathered(retrieveArchive(optionsFor(deleted))), {
    code: 'ERR_NOT_FOUND',
    operation: 'InitiateJob',
  })
})

t.test('a job that was given must be there once; then it is started again as any other', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const vault = MemoryVault.holding(bytes)
  vault.expiredJobs.add('a')
  await t.rejects(gathered(retrieveArchive(optionsFor(vault, { jobId: 'a' }))), { code: 'ERR_NOT_FOUND' })
  t.equal(starts(vault), 0)
  const later = MemoryVault.holding(bytes)
  later.jobStates.push('InProgress')
  later.before = onNth(2, 'describeJob', () => later.expiredJobs.add('a'))
  t.ok((await gathered(retrieveArchive(optionsFor(later, { jobId: 'a' })))).equals(bytes))
  t.equal(starts(later), 1)
})

t.test(
  'an answer that is of something else is asked for a few times more, and is an error then',
  async (t) => {
    const bytes = patternBytes(2 * MIB)
    const wrong = new ServiceError('another range', {
      operation: 'GetJobOutput',
      serviceCode: 'UnexpectedResponse',
    })
    const vault = MemoryVault.holding(bytes)
    vault.before = onNth(1, 'getJobOutput', () => {
      throw wrong
    })
    t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
    const never = MemoryVault.holding(bytes)
    never.before = ({ operation }) => {
      if (operation === 'getJobOutput') throw wrong
    }
    await t.rejects(gathered(retrieveArchive(optionsFor(never, { concurrency: 1 }))), wrong)
    t.equal(count(never, 'getJobOutput'), 4)
    const sizes = never.calls.flatMap(({ operation, outputSize }) =>
      operation === 'getJobOutput' ? outputSize : [],
    )
    t.strictSame(new Set(sizes), new Set([2 * MIB]), 'the size of a whole archive is held against the answer')
  },
)

t.test('two requests that find out together that a job is gone start one other job', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  const second = gate()
  vault.before = async ({ operation, jobId }) => {
    if (operation !== 'describeJob' || jobId !== 'a') return
    if (count(vault, 'describeJob') === 2) second.open()
    await second.opened
    throw notFound('DescribeJob')
  }
  const runtime = { ...systemRuntime, clock: new VirtualClock() }
  const store = vaultStore(vault, { vaultName })
  const context = {
    store,
    retry: new Retry({ clock: runtime.clock }),
    runtime,
    signal: new AbortController().signal,
  }
  const chosen: string[] = []
  const job = new RenewableJob(
    { ...context, onJob: (jobId) => chosen.push(jobId), onWaiting: () => undefined },
    {
      matches: () => false,
      start: async () => {
        const jobId = await store.startRetrieval({ archiveId: 'a', signal: context.signal })
        vault.expiredJobs.add('a')
        return jobId
      },
    },
  )
  await job.start()
  await Promise.all([job.ready(), job.look()])
  t.equal(chosen.length, 2, 'the first job, and the one in its place')
})

t.test('a list that names a new job after each one that disappears ends in an error', async (t) => {
  const vault = MemoryVault.holding(patternBytes(MIB))
  let listed = 0
  const listJobs = vault.listJobs.bind(vault)
  vault.listJobs = (request) => {
    vault.jobs.push(`a#${++listed}`) // another job for the same archive
    return listJobs(request)
  }
  vault.before = ({ operation, jobId }) => {
    if (operation !== 'getJobOutput') return
    vault.jobs.splice(0)
    throw notFound(String(jobId))
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(vault))), { code: 'ERR_NOT_FOUND' })
  t.equal(listed, 1002)
})

t.test('of a list of many jobs, the thousand best are considered', async (t) => {
  const store = vaultStore(MemoryVault.holding(patternBytes(MIB)), { vaultName })
  const [job] = (await store.listJobs({})).items
  const time = (n: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + n * 1000).toISOString()
  let page = 0
  const reader: JobReader = {
    ...store,
    listJobs: () => {
      const items = Array.from({ length: 900 }, (_, i) => ({
        ...(job as Job),
        completionDate: time(page * 900 + i),
      }))
      return Promise.resolve({ items, marker: ++page < 3 ? `m${page}` : undefined, date: time(0) })
    },
  }
  const found = await findJobs(reader, {}, () => true, systemRuntime.wallClock)
  t.equal(found.length, 1000)
  t.equal(found[0]?.completionDate, time(2699))
})
