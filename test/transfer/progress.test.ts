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
  for (let ms = 0; ms < 1000; ms++) {
    at(ms)
    progress.sent(1)
  }
  t.equal(reports.length, 10)
  progress.finish()
  t.equal(reports.length, 11)
  t.match(reports.at(-1), { sentBytes: 1000, doneBytes: 0, totalBytes: 100 })
  progress.finish()
  t.equal(reports.length, 11, 'a snapshot is not reported twice')
})

t.test('parts, skipped bytes and requests in flight are counted', async (t) => {
  const { meter: progress, reports, at } = meter()
  const run = progress.inFlight(async () => {
    t.equal(progress.progress.requestsInFlight, 1)
    progress.sent(7)
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
    partsDone: 2,
    requestsInFlight: 0,
  })
  await t.rejects(progress.inFlight(() => Promise.reject(new Error('cut'))))
  t.equal(progress.progress.requestsInFlight, 0)
})
