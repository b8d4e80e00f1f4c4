import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openFifo } from '../../lib/fs/fifo.js'
import type { Clock } from '../../lib/runtime/clock.js'
import { openBothEnds, settled } from '../helpers/gate.js'

const NO_FIFO = process.platform === 'win32' && 'there are no FIFOs'
/** The threads on which Node opens files. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4)

/** A clock whose pauses are noted, and end after a few turns of the event loop. */
function countingClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = []
  return {
    pauses,
    now: () => 0,
    random: () => 0,
    sleep: async (milliseconds, _signal, options) => {
      t.strictSame(options, { keepsAlive: false }, 'a pause does not keep the process running')
      pauses.push(milliseconds)
      await settled(1)
    },
  }
}

t.test('a signal that has fired before ends the opening without an attempt', { skip: NO_FIFO }, async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const clock = countingClock()
  const opening = openFifo(fifo, 'reading', AbortSignal.abort('SIGINT'), clock)
  await t.rejects(opening, { name: 'AbortError', cause: 'SIGINT' })
  await settled()
  t.strictSame(clock.pauses, [])
})

t.test(
  'the pauses between attempts to end a wait grow to a second, and the attempts end with the wait',
  { skip: NO_FIFO },
  async (t) => {
    const dir = t.testdir()
    const [busy, fifo] = [join(dir, 'busy'), join(dir, 'fifo')]
    execFileSync('mkfifo', [busy, fifo])
    // All threads wait for another FIFO, so that the attempts have no effect.
    const never = new AbortController().signal
    const others = Array.from({ length: THREADS }, () => openFifo(busy, 'reading', never))
    const aborting = new AbortController()
    const clock = countingClock()
    const opening = openFifo(fifo, 'reading', aborting.signal, clock)
    aborting.abort('SIGINT')
    await t.rejects(opening, { name: 'AbortError', cause: 'SIGINT' })
    while (clock.pauses.length < 60) await settled(1)
    const [first = 0, second = 0] = clock.pauses
    t.equal(first, 10)
    t.ok(second > 10 && second < 12, `${second} ms`)
    t.equal(Math.max(...clock.pauses), 1000)
    t.strictSame(
      clock.pauses,
      clock.pauses.toSorted((a, b) => a - b),
    )
    openBothEnds(busy)
    await Promise.all(others)
    let before = -1
    for (let turn = 0; turn < 10_000 && clock.pauses.length !== before; turn++) {
      before = clock.pauses.length
      await settled()
    }
    t.equal(clock.pauses.length, before, 'no attempt follows the end of the wait')
  },
)

t.test('no attempt follows when the FIFO is gone', { skip: NO_FIFO }, async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const clock = countingClock()
  const aborting = new AbortController()
  const opening = openFifo(fifo, 'reading', aborting.signal, clock)
  const rejected = t.rejects(opening, { name: 'AbortError', cause: 'SIGINT' })
  while (!aborting.signal.aborted) {
    await settled(1)
    try {
      closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)) // fails until the thread waits
    } catch {
      continue
    }
    unlinkSync(fifo)
    aborting.abort('SIGINT')
  }
  await rejected
  await settled()
  t.strictSame(clock.pauses, [])
})
