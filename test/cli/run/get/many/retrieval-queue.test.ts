import type { VaultJob } from '../../../../../lib/client/vault-client.js'
import t from 'tap'
import { RetrievalQueue, type NextArchive } from '../../../../../lib/cli/run/get/many/retrieval-queue.js'
import { RetrievalRefusedError } from '../../../../../lib/errors.js'
import { GIB } from '../../../../../lib/sizes.js'
import { settled } from '../../../../helpers/gate.js'
import { VirtualClock } from '../../../../helpers/virtual-clock.js'

const HOUR = 3_600_000

interface Item {
  readonly id: string
  readonly size: number
}

/** A service whose jobs are in the state that a test sets. */
class FakeService {
  readonly clock = new VirtualClock()
  readonly interrupt = new AbortController()
  /** The archives whose jobs were started, in order. */
  readonly starts: string[] = []
  readonly states = new Map<string, Partial<VaultJob> | undefined>()
  /** Errors with which the next start of an archive fails, by its ID. */
  readonly refusals = new Map<string, Error>()
  /** The IDs of the jobs in progress, at each wait. */
  readonly waits: string[][] = []
  /** Called before each look at the jobs. */
  onLook: () => void = () => undefined

  queueOf(...archives: Item[]): RetrievalQueue<Item> {
    const service = {
      start: async ({ id }: Item): Promise<string[]> => {
        await settled(1)
        const refusal = this.refusals.get(id)
        this.refusals.delete(id)
        if (refusal) throw refusal
        this.starts.push(id)
        if (!this.states.has(id)) this.states.set(id, { status: 'InProgress' })
        return [id]
      },
      look: (ids: readonly string[]): Promise<(VaultJob | undefined)[]> => {
        this.onLook()
        return Promise.resolve(
          ids.map((jobId) => {
            const state = this.states.get(jobId)
            return state && ({ jobId, ...state } as VaultJob)
          }),
        )
      },
      onWaiting: (jobs: readonly VaultJob[]): unknown => this.waits.push(jobs.map(({ jobId }) => jobId)),
    }
    return new RetrievalQueue(archives, service, this.clock, this.interrupt.signal)
  }

  ready(id: string, hour: number): void {
    this.states.set(id, {
      status: 'Succeeded',
      completionDate: new Date(hour * HOUR).toISOString(),
    })
  }
}

function idOf(next: NextArchive<Item> | undefined): string | undefined {
  return next && ('error' in next ? `${next.archive.id}: ${(next.error as Error).message}` : next.archive.id)
}

const refused = (): Error =>
  new RetrievalRefusedError('later', { operation: 'InitiateJob', serviceCode: 'PolicyEnforcedException' })

t.test('archives are handed out as they become ready, the first to expire first', async (t) => {
  const service = new FakeService()
  const queue = service.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 }, { id: 'c', size: 1 })
  let looks = 0
  service.onLook = () => {
    if (++looks === 3) {
      service.ready('c', 4)
      service.ready('b', 5)
    }
  }
  t.equal(idOf(await queue.next()), 'c')
  t.strictSame(service.starts, ['a', 'b', 'c'])
  t.strictSame(service.waits, [['a', 'b', 'c']], 'the wait is noted once')
  t.strictSame(service.clock.pauses.map(Math.round), [1000, 2000], 'pauses become longer')
  t.equal(idOf(await queue.next()), 'b')
  service.onLook = () => {
    service.states.set('a', { status: 'Failed', statusMessage: 'No.' })
  }
  t.match(idOf(await queue.next()), /^a: .*No\./)
  t.equal(await queue.next(), undefined)
})

t.test('no more jobs are started than can be read within a day', async (t) => {
  const service = new FakeService()
  // At 1 MiB/s, 77 GiB are read in 22 hours.
  const queue = service.queueOf(
    ...['a', 'b', 'c', 'd'].map((id) => ({ id, size: 30 * GIB })),
    { id: 'huge', size: 500 * GIB },
    { id: 'last', size: 1 },
  )
  const first = await queue.startFirst()
  t.strictSame(first.map(idOf), ['a', 'b'])
  t.strictSame(
    queue.waiting.map(({ id }) => id),
    ['c', 'd', 'huge', 'last'],
  )
  service.ready('a', 1)
  t.equal(idOf(await queue.next()), 'a')
  t.strictSame(service.starts, ['a', 'b'], 'the one that is read counts')
  queue.fetched(15 * GIB, 15 * 1024 * 1000)
  await settled()
  await settled()
  t.strictSame(service.starts, ['a', 'b', 'c'], 'another one is started while one is read')
  service.ready('b', 2)
  t.equal(idOf(await queue.next()), 'b')
  queue.fetched(30 * GIB, HOUR / 2)
  await settled()
  await settled()
  t.strictSame(
    service.starts,
    ['a', 'b', 'c', 'd'],
    'at the measured rate, the huge one does not fit with them',
  )
  service.ready('c', 3)
  service.ready('d', 4)
  t.equal(idOf(await queue.next()), 'c')
  t.equal(idOf(await queue.next()), 'd')
  service.ready('huge', 5)
  t.equal(idOf(await queue.next()), 'huge', 'alone it is started, however large')
  t.strictSame(service.starts, ['a', 'b', 'c', 'd', 'huge'])
  service.ready('last', 6)
  t.equal(idOf(await queue.next()), 'last')
})

t.test('a job that the service no longer has is started again, up to three times', async (t) => {
  const service = new FakeService()
  service.states.set('a', undefined)
  const queue = service.queueOf({ id: 'a', size: 1 })
  t.equal(idOf(await queue.next()), 'a', 'then its retrieval is tried, and says why it fails')
  t.strictSame(service.starts, ['a', 'a', 'a', 'a'])
  t.equal(queue.putBack({ id: 'other', size: 1 }), true)
  service.ready('other', 1)
  t.equal(idOf(await queue.next()), 'other')
})

t.test('a refusal for now waits for another archive; any other error is of its archive', async (t) => {
  const service = new FakeService()
  const queue = service.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 }, { id: 'c', size: 1 })
  service.ready('a', 1)
  service.ready('b', 2)
  service.ready('c', 3)
  service.refusals.set('a', new Error('no such archive'))
  t.equal(idOf(await queue.next()), 'a: no such archive')
  t.equal(idOf(await queue.next()), 'b')
  const second = new FakeService()
  const limited = second.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 })
  second.ready('a', 1)
  second.ready('b', 2)
  second.refusals.set('a', refused())
  t.match((await limited.startFirst()).map(idOf), ['b', /^a: .*later/], 'alone, it is an error')
  const third = new FakeService()
  const waiting = third.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 })
  third.ready('a', 1)
  third.ready('b', 2)
  third.refusals.set('b', refused())
  t.equal(idOf(await waiting.next()), 'a')
  t.strictSame(third.starts, ['a'])
  t.equal(idOf(await waiting.next()), 'b', 'it is tried again')
})

t.test('a signal ends the wait, and starts no further jobs', async (t) => {
  const service = new FakeService()
  const queue = service.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 })
  service.onLook = () => {
    service.interrupt.abort()
  }
  await t.rejects(queue.next(), { name: 'AbortError' })
  queue.fetched(1, 1)
  t.strictSame(service.starts, ['a', 'b'])
  const other = new FakeService()
  const stopped = other.queueOf({ id: 'a', size: 1 }, { id: 'b', size: 1 })
  other.refusals.set('a', new Error('stopped'))
  const next = stopped.next()
  other.interrupt.abort()
  await t.rejects(next, { name: 'AbortError' })
  await t.rejects(stopped.startFirst(), { name: 'AbortError' })
  stopped.fetched(1, 1)
  await settled()
  t.strictSame(other.starts, [])
})
