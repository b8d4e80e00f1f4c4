import t from 'tap'
import { ProgressMeter, type TransferProgress } from '../../lib/transfer/progress.js'

function meter(totalBytes?: number): {
  meter: ProgressMeter
  reports: TransferProgress[]
  at: (ms: number) => void
} {
  const reports: TransferProgress[] = []
  let now = 0
  const clock = { now: () => now, sleep: () => Promise.resolve(), random: () => 0 }
  const report = (progress: TransferProgress): void => void reports.push(progress)
  const at = (ms: number): void => {
    now = ms
  }
  return { meter: new ProgressMeter(clock, report, totalBytes), reports, at }
}

t.test('progress is reported at most ten times a second, and the last snapshot always', async (t) => {
  const { meter: progress, reports, at } = meter(100)
  await progress.inFlight((onBytes) => {
    for (let ms = 0; ms < 1000; ms++) {
      at(ms)
      onBytes(1)
    }
    return Promise.resolve()
  })
  t.equal(reports.length, 10)
  progress.finish()
  t.equal(reports.length, 11)
  t.match(reports.at(-1), { sentBytes: 1000, doneBytes: 0, inFlightBytes: 0, totalBytes: 100 })
  progress.finish()
  t.equal(reports.length, 11, 'a snapshot is not reported twice')
})

t.test('parts, skipped bytes and requests in flight are counted', async (t) => {
  const { meter: progress, reports, at } = meter()
  const run = progress.inFlight(async (onBytes) => {
    t.equal(progress.progress.requestsInFlight, 1)
    onBytes(7)
    t.match(progress.progress, { inFlightBytes: 7, sentBytes: 7 }, 'also while the request is in flight')
  })
  await run
  progress.partDone(7, false)
  at(100)
  progress.partDone(5, true)
  t.strictSame(reports.at(-1), {
    doneBytes: 12,
    skippedBytes: 5,
    sentBytes: 7,
    totalBytes: undefined,
    inFlightBytes: 0,
    partsDone: 2,
    partsSkipped: 1,
    requestsInFlight: 0,
    retries: 0,
  })
  const cut = progress.inFlight((onBytes) => {
    onBytes(3)
    return Promise.reject(new Error('cut'))
  })
  await t.rejects(cut)
  progress.retried()
  t.match(
    progress.progress,
    { requestsInFlight: 0, inFlightBytes: 0, sentBytes: 10, retries: 1 },
    'the bytes of a request that failed are no position of the transfer',
  )
})

t.test('each change is reported, if the last report was 100 ms before', async (t) => {
  const { meter: progress, reports, at } = meter()
  let now = 0
  const changes: [() => void, Partial<TransferProgress>][] = [
    [() => void progress.inFlight(() => new Promise(() => undefined)), { requestsInFlight: 1 }],
    [
      () => {
        progress.setTotalBytes(50)
      },
      { totalBytes: 50 },
    ],
    [
      () => {
        progress.partDone(3, false)
      },
      { doneBytes: 3, partsSkipped: 0, skippedBytes: 0 },
    ],
    [
      () => {
        progress.retried()
      },
      { retries: 1 },
    ],
    [
      () => {
        progress.setTotalBytes(undefined)
      },
      { totalBytes: undefined },
    ],
  ]
  for (const [i, [change, expected]] of changes.entries()) {
    change()
    t.equal(reports.length, i + 1)
    t.match(reports.at(-1), expected)
    now += 99
    at(now)
    progress.setTotalBytes(progress.progress.totalBytes)
    t.equal(reports.length, i + 1, 'not within 100 ms')
    at(++now)
  }
  progress.finish()
  t.equal(reports.length, changes.length + 1)
})

t.test('the end of a request is reported, and the first report is not delayed', async (t) => {
  const { meter: progress, reports, at } = meter()
  progress.finish()
  t.equal(reports.length, 1)
  at(100)
  await progress.inFlight(async () => {
    at(200)
  })
  t.strictSame(
    reports.map(({ requestsInFlight }) => requestsInFlight),
    [0, 1, 0],
  )
  progress.finish()
  t.equal(reports.length, 3)
})
