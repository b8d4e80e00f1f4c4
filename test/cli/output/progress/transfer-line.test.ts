import fc from 'fast-check'
import t from 'tap'
import { fittedLine } from '../../../../lib/cli/output/progress/fitted-line.js'
import { GET, INVENTORY, openJob, openVolume, PUT } from '../../../../lib/cli/output/progress/operation.js'
import {
  endJson,
  progressJson,
  readyJson,
  waitingJson,
} from '../../../../lib/cli/output/progress/progress-json.js'
import { summaryLine, transferLine } from '../../../../lib/cli/output/progress/transfer-line.js'
import type { TransferSnapshot } from '../../../../lib/cli/output/progress/transfer-model.js'
import { waitFor, waitingLine, type Wait } from '../../../../lib/cli/output/progress/waiting-line.js'
import { GIB, MIB } from '../../../../lib/sizes.js'
import { counts } from '../../../helpers/transfer-counts.js'

const HOUR_MS = 3_600_000

function snapshot(given: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return {
    counts: counts(),
    positionBytes: 0,
    percent: undefined,
    bytesPerSecond: undefined,
    averageBytesPerSecond: undefined,
    etaMs: undefined,
    elapsedMs: 0,
    waitedMs: 0,
    ...given,
  }
}

const BUSY = snapshot({
  counts: counts({
    doneBytes: 4.5 * GIB,
    skippedBytes: GIB,
    sentBytes: 3.75 * GIB,
    inFlightBytes: 0.25 * GIB,
    totalBytes: 10 * GIB,
    partsDone: 288,
    partsSkipped: 64,
    requestsInFlight: 8,
    retries: 2,
  }),
  positionBytes: 4.75 * GIB,
  percent: 47,
  bytesPerSecond: 25.3 * MIB,
  averageBytesPerSecond: 24.8 * MIB,
  etaMs: 212_000,
  elapsedMs: 155_000,
})
const VOLUME = { noun: 'volume', number: 2, count: undefined } as const

t.test('a line has as many pieces as fit, the important ones first', async (t) => {
  const lines: [number, string][] = [
    [
      199,
      'storing 47 % of 10.0 GiB: 4.75 GiB in 288 parts (64 already there), 3.75 GiB sent, 25.3 MiB/s (average 24.8 MiB/s), 8 in flight, 2 retries, volume 2, 2:35, 3:32 left',
    ],
    [
      119,
      'storing 47 % of 10.0 GiB: 4.75 GiB in 288 parts, 25.3 MiB/s, 8 in flight, 2 retries, volume 2, 3:32 left',
    ],
    [80, 'storing 47 % of 10.0 GiB: 4.75 GiB, 25.3 MiB/s, 8 in flight, volume 2, 3:32 left'],
    [39, 'storing 47 %, 25.3 MiB/s, 3:32 left'],
    [20, '47 %, 25.3 MiB/s'],
    [4, '47 %'],
    [3, ''],
  ]
  for (const [maxLength, line] of lines)
    t.equal(transferLine(BUSY, PUT, VOLUME, maxLength), line, String(maxLength))
  const unknown = snapshot({
    counts: counts({ doneBytes: MIB, partsDone: 1 }),
    positionBytes: MIB,
    elapsedMs: 1000,
  })
  t.equal(transferLine(unknown, GET, undefined, 79), 'retrieving 1.00 MiB in 1 part, 0:01')
  t.equal(transferLine(unknown, GET, undefined, 12), '1.00 MiB')
  t.equal(transferLine(BUSY, PUT, { noun: 'job', number: 2, count: 3 }, 199).includes('job 2 of 3'), true)
  const one = { ...BUSY, counts: { ...BUSY.counts, retries: 1 } }
  t.match(transferLine(one, PUT, undefined, 199), ', 1 retry, ')
})

t.test('no line is longer than it may be, and none has a piece that is cut', async (t) => {
  const size = fc.double({ min: 0, max: 2 ** 50, noNaN: true })
  const count = fc.nat({ max: 10_000 })
  const maybe = fc.option(size, { nil: undefined })
  const snapshots = fc
    .record({
      counts: fc.record({
        doneBytes: size,
        skippedBytes: size,
        sentBytes: size,
        totalBytes: maybe,
        inFlightBytes: size,
        partsDone: count,
        partsSkipped: count,
        requestsInFlight: count,
        retries: count,
      }),
      percent: fc.option(fc.nat({ max: 100 }), { nil: undefined }),
      bytesPerSecond: maybe,
      averageBytesPerSecond: maybe,
      etaMs: maybe,
      elapsedMs: size,
      waitedMs: size,
      positionBytes: size,
    })
    .map((given) => snapshot(given))
  const run = fc.property(snapshots, fc.nat({ max: 220 }), (given, maxLength) => {
    const whole = transferLine(given, PUT, VOLUME, Infinity)
    const line = transferLine(given, PUT, VOLUME, maxLength)
    if (line.length > maxLength) throw new Error(`${line.length} of ${maxLength}: ${line}`)
    if (/NaN|Infinity|undefined/.test(whole)) throw new Error(whole)
    // Every number of the line is one of the whole line: none has lost a digit.
    const numbers = new Set(whole.match(/[\d.:]+\d/g))
    for (const number of line.match(/[\d.:]+\d/g) ?? [])
      if (!numbers.has(number)) throw new Error(`${number} of ${line} is not in ${whole}`)
    // A wider terminal shows at least as much.
    if (transferLine(given, PUT, VOLUME, maxLength + 1).length < line.length) throw new Error(line)
  })
  t.doesNotThrow(() => {
    fc.assert(run, { numRuns: 300 })
  })
  t.equal(fittedLine([], 10), '')
})

t.test('at the end, a line states the whole transfer', async (t) => {
  t.equal(summaryLine(BUSY, PUT), 'stored 4.50 GiB in 288 parts (64 already there), 24.8 MiB/s, 2:35')
  t.equal(
    summaryLine({ ...BUSY, counts: counts({ doneBytes: MIB, partsDone: 1 }), waitedMs: 4 * HOUR_MS }, GET),
    'retrieved 1.00 MiB in 1 part, 24.8 MiB/s, 2:35, after 4:00:00 of waiting',
  )
  t.equal(summaryLine(snapshot({ waitedMs: 999 }), PUT), 'stored 0 B in 0 parts, 0 B/s, 0:00')
})

const NOON = new Date(2026, 2, 10, 12, 0).getTime()

function wait(job: Partial<Wait['job']>, nowMs = NOON): Wait {
  const creationDate = new Date(NOON - 2 * HOUR_MS).toISOString()
  return waitFor({ jobId: 'j', tier: 'Standard', action: 'ArchiveRetrieval', creationDate, ...job }, nowMs)
}

function waited(given: Wait, maxLength = 79, numbers = counts()): string {
  return waitingLine(given, snapshot({ counts: numbers }), GET, undefined, { wallNowMs: NOON, maxLength })
}

t.test('a wait says for how long, since when, and how long such a job takes', async (t) => {
  t.equal(waited(wait({})), 'waiting 2:00:00 since 10:00 (Standard: 3-5 hours)')
  t.equal(waited(wait({}), 39), 'waiting 2:00:00 (Standard: 3-5 hours)')
  t.equal(waited(wait({}), 20), 'waiting 2:00:00')
  t.equal(waited(wait({}), 10), '')
  t.match(waited(wait({ tier: 'Expedited' })), '(Expedited: 1-5 minutes)')
  t.match(waited(wait({ tier: 'Bulk' })), '(Bulk: 5-12 hours)')
  t.equal(waited(wait({ tier: undefined })), 'waiting 2:00:00 since 10:00')
  const odd = wait({ tier: 'toString\u001b[31m' as 'Bulk' })
  t.equal(waited(odd), 'waiting 2:00:00 since 10:00', 'a tier that is not known is not printed')
  t.match(waited(wait({ action: 'InventoryRetrieval' })), '(an inventory takes hours)')
  const restore = waitFor(wait({ tier: 'Bulk' }).job, NOON, { minMs: 0, maxMs: 48 * HOUR_MS })
  t.match(waited(restore), '(Bulk: up to 48 hours)')
  const yesterday = new Date(2026, 2, 9, 23, 5).toISOString()
  t.match(waited(wait({ creationDate: yesterday })), 'waiting 12:55:00 since 2026-03-09 23:05 (')
  t.equal(
    waitingLine(
      wait({}),
      snapshot({ counts: counts({ doneBytes: GIB }) }),
      GET,
      { noun: 'job', number: 2, count: 3 },
      { wallNowMs: NOON, maxLength: 99 },
    ),
    'waiting 2:00:00 since 10:00 (Standard: 3-5 hours), job 2 of 3, 1.00 GiB retrieved',
  )
})

t.test('a job whose creation is not known or in the future is waited for since now', async (t) => {
  for (const creationDate of ['', new Date(NOON + HOUR_MS).toISOString()])
    t.match(waited(wait({ creationDate })), 'waiting 0:00 since 12:00 (')
})

t.test('the objects for programs have names that stay, and null for what is not known', async (t) => {
  t.strictSame(progressJson(BUSY, PUT, VOLUME), {
    event: 'progress',
    operation: 'put',
    doneBytes: 4.5 * GIB,
    inFlightBytes: 0.25 * GIB,
    skippedBytes: GIB,
    wireBytes: 3.75 * GIB,
    totalBytes: 10 * GIB,
    percent: 47,
    parts: 288,
    skippedParts: 64,
    inFlight: 8,
    retries: 2,
    bytesPerSecond: Math.round(25.3 * MIB),
    averageBytesPerSecond: Math.round(24.8 * MIB),
    etaMs: 212_000,
    elapsedMs: 155_000,
    waitedMs: 0,
    volume: 2,
    job: null,
    jobs: null,
  })
  t.match(progressJson(snapshot(), GET, { noun: 'job', number: 1, count: 2 }), {
    totalBytes: null,
    percent: null,
    bytesPerSecond: null,
    averageBytesPerSecond: null,
    etaMs: null,
    volume: null,
    job: 1,
    jobs: 2,
  })
  const creationDate = new Date(NOON - 2 * HOUR_MS).toISOString()
  t.strictSame(waitingJson(wait({}), snapshot(), GET, undefined, NOON), {
    event: 'waiting',
    operation: 'get',
    jobId: 'j',
    tier: 'Standard',
    creationDate,
    waitingMs: 2 * HOUR_MS,
    usualMinMs: 3 * HOUR_MS,
    usualMaxMs: 5 * HOUR_MS,
    doneBytes: 0,
    totalBytes: null,
    volume: null,
    job: null,
    jobs: null,
  })
  const known = snapshot({ counts: counts({ totalBytes: 5 }) })
  t.match(waitingJson(wait({ tier: undefined }), known, INVENTORY, undefined, NOON), {
    operation: 'inventory',
    tier: null,
    usualMinMs: null,
    usualMaxMs: null,
    totalBytes: 5,
  })
  t.strictSame(readyJson('j', GET), { event: 'ready', operation: 'get', jobId: 'j' })
  t.match(endJson(BUSY, PUT, undefined, 'success'), { event: 'end', outcome: 'success', parts: 288 })
  t.strictSame(endJson(undefined, INVENTORY, undefined, 'stopped'), {
    event: 'end',
    operation: 'inventory',
    outcome: 'stopped',
  })
})

t.test('the job of a retrieval is shown if there are several', (t) => {
  t.equal(openJob(1, 0, true), undefined)
  t.equal(openJob(NaN, 0, true), undefined, 'the plan is not known')
  t.match(openJob(3, 0, true), { noun: 'job', number: 1, count: 3 })
  t.match(openJob(3, 1, true), { number: 2 })
  t.match(openJob(3, 1, false), { number: 1 })
  t.match(openJob(3, 0, false), { number: 1 })
  t.end()
})

t.test('the volume of an upload is shown from the second one, while it is open', (t) => {
  t.equal(openVolume({ archives: [], uploadId: 'x' }), undefined)
  t.equal(openVolume({ archives: [{}], uploadId: undefined }), undefined)
  t.strictSame(openVolume({ archives: [{}], uploadId: 'x' }), { noun: 'volume', number: 2, count: undefined })
  t.end()
})
