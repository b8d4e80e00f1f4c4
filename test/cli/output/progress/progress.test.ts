import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import t from 'tap'
import { GET, INVENTORY, PUT, type Section } from '../../../../lib/cli/output/progress/operation.js'
import { systemProgressClock } from '../../../../lib/cli/output/progress/progress-clock.js'
import { progressForm } from '../../../../lib/cli/output/progress/progress-form.js'
import { Progress } from '../../../../lib/cli/output/progress/progress.js'
import { printNote } from '../../../../lib/cli/output/print.js'
import type { OutputOptions } from '../../../../lib/cli/options/connection-options.js'
import type { Io } from '../../../../lib/cli/io.js'
import { MIB } from '../../../../lib/sizes.js'
import type { Job } from '../../../../lib/store/retrieval-store.js'
import type { TransferProgress } from '../../../../lib/transfer/progress.js'
import { stage } from '../../../helpers/command.js'
import { VirtualProgressClock } from '../../../helpers/progress-clock.js'
import { TerminalScreen } from '../../../helpers/terminal-screen.js'
import { counts } from '../../../helpers/transfer-counts.js'

/** A transfer whose numbers are set. */
class Transfer extends EventEmitter {
  progress: TransferProgress | undefined

  report(given: Partial<TransferProgress>): void {
    this.progress = counts({ ...this.progress, ...given })
    this.emit('progress', this.progress)
  }
}

/** A display on a terminal of so many columns. */
function onTerminal(columns: number | undefined, options: Partial<OutputOptions> = {}, reflows = true) {
  const clock = new VirtualProgressClock()
  const screen = new TerminalScreen(columns ?? 80, reflows)
  const controller = new AbortController()
  const written: string[] = []
  const stderr = Object.assign(
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, callback) {
        written.push(text)
        screen.write(text)
        callback()
      },
    }),
    { isTTY: true, columns },
  )
  const io = { ...stage().io, stderr, signal: controller.signal, env: {} } as Io
  const make = (operation = PUT): Progress =>
    new Progress(io, { progress: 'auto', ...options }, operation, { clock })
  const resize = (width: number): void => {
    screen.resize(width)
    stderr.columns = width
    stderr.emit('resize')
  }
  const interrupt = (): void => {
    controller.abort('SIGINT')
  }
  return { io, clock, screen, stderr, written, make, resize, interrupt }
}

function job(given: Partial<Job> = {}): Job {
  return {
    jobId: 'j',
    tier: 'Standard',
    action: 'ArchiveRetrieval',
    creationDate: '2025-12-31T23:00:00Z',
    ...given,
  } as Job
}

t.test(
  'the line is redrawn each second while nothing happens, and after events at most every 200 ms',
  async (t) => {
    const { clock, screen, written, make } = onTerminal(200)
    const transfer = new Transfer()
    const progress = make()
    progress.follow(transfer)
    t.strictSame(screen.rows, [''])
    transfer.report({ requestsInFlight: 1, totalBytes: 4 * MIB })
    clock.settle()
    t.equal(written.length, 0, 'nothing flashes')
    clock.advance(250)
    transfer.report({ sentBytes: MIB, inFlightBytes: MIB })
    transfer.report({ sentBytes: MIB, inFlightBytes: 0, requestsInFlight: 0 })
    transfer.report({ doneBytes: MIB, partsDone: 1 })
    t.equal(written.length, 0, 'the events that belong together are awaited')
    clock.settle()
    t.strictSame(screen.rows, ['storing 25 % of 4.00 MiB: 1.00 MiB in 1 part, 1.00 MiB sent, 0:00'])
    transfer.report({ requestsInFlight: 1 })
    clock.settle()
    t.equal(written.length, 1)
    clock.advance(10_000)
    t.equal(written.length, 11, 'a part is stalled')
    t.match(screen.rows, [
      /1\.00 MiB sent, 102\.\d KiB\/s \(average 102\.\d KiB\/s\), 1 in flight, 0:10, 0:\d\d left$/,
    ])
    t.equal(screen.rows.length, 1)
    progress.done()
    t.strictSame(screen.rows, ['glacier-pipe: stored 1.00 MiB in 1 part, 99.9 KiB/s, 0:10', ''])
    t.ok(screen.isClean)
    t.equal(clock.timers, 0)
    transfer.report({ doneBytes: 2 * MIB })
    clock.advance(10_000)
    t.ok(screen.isClean, 'nothing is drawn after the end')
  },
)

t.test('the line fits at every width, and a resized terminal has no remains of it', async (t) => {
  for (const reflows of [true, false]) {
    const { clock, screen, make, resize, stderr } = onTerminal(200, {}, reflows)
    const transfer = new Transfer()
    const progress = make()
    progress.follow(transfer)
    transfer.report({
      requestsInFlight: 8,
      totalBytes: 999 * MIB,
      partsDone: 3,
      doneBytes: 48 * MIB,
      sentBytes: 0,
    })
    clock.advance(1000)
    transfer.report({ sentBytes: 60 * MIB, inFlightBytes: 12 * MIB })
    for (const columns of [200, 80, 40, 12, 5, 2, 40, 30, 200, 39]) {
      resize(columns)
      t.equal(screen.rows.length, 1, `${columns} columns, ${reflows ? 'wrapped again' : 'cut'}`)
      t.ok((screen.rows[0] ?? '').length < columns)
      clock.advance(1000)
      t.equal(screen.rows.length, 1)
    }
    t.equal(screen.hasWrapped, false)
    progress.note('A note.')
    t.strictSame(screen.rows.length, 2, 'the note and the line')
    t.equal(screen.rows[0], 'glacier-pipe: A note.')
    progress.end()
    t.ok(screen.isClean)
    t.equal(stderr.listenerCount('resize'), 0)
  }
  for (const columns of [undefined, 0]) {
    const { clock, screen, make, stderr } = onTerminal(undefined)
    Object.assign(stderr, { columns })
    const transfer = new Transfer()
    make().follow(transfer)
    transfer.report({
      partsDone: 10 ** 9,
      totalBytes: 999,
      requestsInFlight: 100,
      retries: 10 ** 9,
      sentBytes: 1,
    })
    clock.advance(1000)
    t.ok((screen.rows[0] ?? '').length < 80, 'a terminal that does not state its width has 80 columns')
  }
})

t.test('notes of any file stand above the line, which is drawn again', async (t) => {
  const { io, clock, screen, make } = onTerminal(80)
  const transfer = new Transfer()
  const progress = make()
  progress.note('Before.')
  progress.follow(transfer)
  transfer.report({ doneBytes: MIB, partsDone: 1 })
  clock.advance(1000)
  progress.note('A retry.')
  printNote(io, 'Another file.')
  t.strictSame(screen.rows, [
    'glacier-pipe: Before.',
    'glacier-pipe: A retry.',
    'glacier-pipe: Another file.',
    'storing 1.00 MiB in 1 part, 0:01',
  ])
  progress.end()
  printNote(io, 'After.')
  t.equal(screen.rows.at(-2), 'glacier-pipe: After.')
  t.ok(screen.isClean)
})

t.test('a signal and a closed stream end the display', async (t) => {
  const stopped = onTerminal(80)
  const progress = stopped.make()
  progress.follow(new Transfer())
  stopped.clock.advance(1000)
  progress.waiting(job())
  t.notOk(stopped.screen.isClean)
  stopped.interrupt()
  t.ok(stopped.screen.isClean, 'at once, before the requests have ended')
  t.equal(stopped.clock.timers, 0)
  progress.waiting(job())
  stopped.clock.advance(5000)
  t.ok(stopped.screen.isClean)

  for (const form of ['always', 'json', 'auto'] as const) {
    const closed = onTerminal(80, { progress: form })
    let writes = 0
    const stderr = new Writable({
      write(_text, _encoding, callback) {
        writes++
        callback(Object.assign(new Error('closed'), { code: 'EPIPE' }))
      },
    })
    stderr.on('error', () => undefined)
    const transfer = new Transfer()
    const io = { ...closed.io, stderr } as Io
    const followed = new Progress(io, { progress: form }, PUT, { clock: closed.clock })
    followed.follow(transfer)
    transfer.report({ doneBytes: 1 })
    closed.clock.advance(60_000)
    await new Promise((resolve) => setImmediate(resolve))
    t.equal(closed.clock.timers, 0, form)
    t.ok(writes >= 1)
  }
})

t.test('while a job is waited for, the line says so, and the rate stands still', async (t) => {
  const { clock, screen, make } = onTerminal(120)
  const transfer = new Transfer()
  const progress = make(GET)
  const section: Section = { noun: 'job', number: 1, count: 2 }
  progress.follow(transfer, () => section)
  progress.waiting(job())
  t.match(screen.rows, [/^waiting 1:00:00 since .*\(Standard: 3-5 hours\), job 1 of 2$/])
  clock.advance(600_000)
  t.match(screen.rows, [/^waiting 1:10:00 /])
  progress.ready(job())
  t.match(screen.rows, ['glacier-pipe: The job j is ready.', /^retrieving 0 B, job 1 of 2, 0:00$/])
  transfer.report({ requestsInFlight: 1, totalBytes: 4 * MIB })
  clock.advance(2000)
  transfer.report({ sentBytes: 2 * MIB, doneBytes: 2 * MIB, partsDone: 2 })
  clock.advance(1000)
  t.match(screen.rows.at(-1), /^retrieving 50 % of .*, 682\.7 KiB\/s .*, job 1 of 2, 0:03 left$/)
  progress.waiting(job({ jobId: 'k', creationDate: '2026-01-01T00:10:00Z' }))
  t.match(screen.rows.at(-1), /^waiting 0:03 since .*, job 1 of 2, 2\.00 MiB retrieved$/)
  clock.advance(60_000)
  transfer.report({ sentBytes: 3 * MIB, inFlightBytes: MIB })
  clock.advance(1000)
  t.match(screen.rows.at(-1), /^retrieving 75 % of .* 768\.0 KiB\/s .*, 0:01 left$/, 'bytes end a wait')
  progress.ready(job({ jobId: 'k' }))
  t.notOk(screen.rows.includes('glacier-pipe: The job k is ready.'), 'it was not waited for any more')
  progress.done()
  t.match(
    screen.rows.at(-2),
    /^glacier-pipe: retrieved 2\.00 MiB in 2 parts, .*, 0:04, after 11:00 of waiting$/,
  )
  t.ok(screen.isClean)
})

t.test('a command without a transfer shows only its wait', async (t) => {
  const { clock, screen, make } = onTerminal(80)
  const progress = make(INVENTORY)
  progress.waiting(job({ action: 'InventoryRetrieval' }))
  clock.advance(1000)
  t.match(screen.rows, [/^waiting 1:00:01 since .*\(an inventory takes hours\)$/])
  progress.ready(job())
  clock.advance(5000)
  t.strictSame(screen.rows, ['glacier-pipe: The job j is ready.', ''])
  progress.end('success')
  t.ok(screen.isClean)
})

t.test('a log has a whole line a minute, without control characters', async (t) => {
  for (const [terminal, env] of [
    [[], {}],
    [['stderr'], { TERM: 'dumb' }],
  ] as const) {
    const it = stage(Buffer.alloc(0), terminal, env)
    const clock = new VirtualProgressClock()
    const progress = new Progress(it.io, { progress: 'auto' }, GET, { clock })
    const transfer = new Transfer()
    progress.follow(transfer)
    transfer.report({ requestsInFlight: 1 })
    for (let second = 1; second <= 121; second++) {
      clock.advance(500)
      const bytes = second * MIB
      transfer.report({ requestsInFlight: 0, sentBytes: bytes, doneBytes: bytes, partsDone: second })
      clock.advance(500)
    }
    progress.waiting(job())
    clock.advance(60_000)
    progress.ready(job())
    progress.done()
    t.strictSame(
      it
        .err()
        .split('\n')
        .map((line) => line.replace(/ since .* \(/, ' since … (')),
      [
        'glacier-pipe: retrieving 60.0 MiB in 60 parts, 60.0 MiB received, 1.00 MiB/s (average 1.00 MiB/s), 1:00',
        'glacier-pipe: retrieving 120.0 MiB in 120 parts, 120.0 MiB received, 1.00 MiB/s (average 1.00 MiB/s), 2:00',
        'glacier-pipe: waiting 1:03:00 since … (Standard: 3-5 hours), 121.0 MiB retrieved',
        'glacier-pipe: The job j is ready.',
        'glacier-pipe: retrieved 121.0 MiB in 121 parts, 1.00 MiB/s, 2:01, after 1:00 of waiting',
        '',
      ],
    )
  }
})

t.test('programs get an object a second, and one at the end', async (t) => {
  const it = stage(Buffer.alloc(0), ['stderr'])
  const clock = new VirtualProgressClock()
  const progress = new Progress(it.io, { progress: 'json', quiet: true }, GET, { clock })
  const transfer = new Transfer()
  clock.advance(1000)
  progress.waiting(job({ jobId: 'j\u009b31m' }))
  clock.advance(1000)
  progress.ready(job())
  clock.advance(1000) // there is no transfer yet
  progress.follow(transfer)
  transfer.report({ doneBytes: MIB })
  clock.advance(1000)
  progress.done()
  const lines = it.err().trimEnd().split('\n')
  t.ok(lines.every((line) => !/\p{Cc}/u.test(line)))
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  t.match(objects, [
    { event: 'waiting', operation: 'get', jobId: 'j\u009b31m', waitingMs: 3_602_000 },
    { event: 'ready', jobId: 'j' },
    { event: 'progress', doneBytes: MIB, elapsedMs: 3000, waitedMs: 1000 },
    { event: 'end', outcome: 'success', doneBytes: MIB },
  ])
  t.equal(objects.length, 4)

  for (const [outcome, stop] of [
    ['failure', false],
    ['stopped', true],
  ] as const) {
    const other = stage()
    const failed = new Progress(other.io, { progress: 'json' }, PUT, { clock })
    failed.follow(transfer)
    if (stop) other.interrupt.abort('SIGTERM')
    failed.end()
    t.match(JSON.parse(other.err()), { event: 'end', operation: 'put', outcome, doneBytes: MIB })
  }
})

t.test('the form depends on the option, the stream and the terminal', async (t) => {
  const form = (
    given: Partial<OutputOptions>,
    isTTY: boolean,
    env: Io['env'] = {},
    isDataOnTerminal = false,
  ): string =>
    progressForm(
      { progress: 'auto', ...given },
      { ...stage(Buffer.alloc(0), isTTY ? ['stderr'] : []).io, env },
      isDataOnTerminal,
    )
  t.equal(form({}, true), 'line')
  t.equal(form({}, true, { NO_COLOR: '1', FORCE_COLOR: '1', TERM: 'xterm' }), 'line')
  t.equal(form({}, false), 'log')
  t.equal(form({}, true, { TERM: 'dumb' }), 'log')
  t.equal(form({}, true, {}, true), 'none')
  t.equal(form({ progress: 'always' }, false, { TERM: 'dumb' }), 'line')
  t.equal(form({ progress: 'never' }, true), 'none')
  t.equal(form({ progress: 'json' }, true), 'json')
  t.equal(form({ quiet: true }, true), 'none')
  t.equal(form({ quiet: true, progress: 'always' }, true), 'none')
  t.equal(form({ quiet: true, progress: 'json' }, true), 'json')
})

t.test('without progress and with --quiet, nothing is printed, and no timer runs', async (t) => {
  for (const options of [{ quiet: true, progress: 'always' }, { progress: 'never' }] as const) {
    const it = stage(Buffer.alloc(0), ['stderr'])
    const clock = new VirtualProgressClock()
    const progress = new Progress(it.io, options, PUT, { clock })
    const transfer = new Transfer()
    progress.follow(transfer)
    transfer.report({ doneBytes: MIB })
    t.equal(clock.timers, 0)
    clock.advance(1e6)
    progress.waiting(job())
    progress.done()
    t.equal(it.err(), '')
    progress.note('A note.')
    t.equal(it.err(), 'quiet' in options ? '' : 'glacier-pipe: A note.\n')
  }
})

t.test('the timers of the system do not keep the process running, and stop', async (t) => {
  t.ok(Math.abs(systemProgressClock.wallNow() - Date.now()) < 10_000)
  t.ok(systemProgressClock.now() <= performance.now())
  const active = process.getActiveResourcesInfo().length
  const stopUnused = systemProgressClock.every(1, () => undefined)
  t.equal(process.getActiveResourcesInfo().length, active, 'a timer does not keep the process running')
  stopUnused()
  const keepAlive = setInterval(() => undefined, 1000)
  const calls: string[] = []
  await new Promise<void>((resolve) => {
    const stop = systemProgressClock.every(1, () => {
      stop()
      calls.push('every')
      systemProgressClock.soon(() => {
        calls.push('soon')
        resolve()
      })
    })
  })
  clearInterval(keepAlive)
  t.strictSame(calls, ['every', 'soon'])
})
