import t from 'tap'
import { MovableClock } from '../../../lib/local/control/movable-clock.js'

t.test('each that shares a clock is told when it has been moved, and the given clock stays', async (t) => {
  let given = 1000
  const clock = new MovableClock(() => given)
  const times: number[] = []
  for (let i = 0; i < 2; i++) clock.onAdvance(() => times.push(clock.now()))
  clock.advance(500, 'test')
  t.strictSame(times, [1500, 1500])
  given = 2000
  t.equal(clock.now(), 2500)
  t.equal(clock.given(), 2000)
})

t.test('a clock that cannot be moved so stays, and nobody is told', async (t) => {
  const clock = new MovableClock(() => 0)
  clock.onAdvance(() => t.fail('it was moved'))
  const lastMs = Date.parse('9999-12-31T23:59:59.999Z')
  for (const [milliseconds, name, message] of [
    ['1', 'TypeError', /milliseconds of test must be/],
    [-1, 'RangeError', /milliseconds from 0 up/],
    [Infinity, 'RangeError', /milliseconds from 0 up/],
    [lastMs + 1, 'RangeError', /its last year is 9999/],
  ] as const) {
    t.throws(
      () => {
        clock.advance(milliseconds as number, 'test')
      },
      { name, message },
    )
  }
  t.equal(clock.now(), 0)
})
