import t from 'tap'
import { takeEveryStep } from '../../lib/fs/every-step.js'

t.test('every step is taken in order, and the first failure is thrown at the end', async (t) => {
  const taken: number[] = []
  const step = (number: number, fails: boolean) => async (): Promise<void> => {
    taken.push(number)
    if (fails) throw new Error(`step ${number}`)
  }
  await takeEveryStep(step(1, false), () => undefined, step(2, false))
  await t.rejects(takeEveryStep(step(3, false), step(4, true), step(5, true), step(6, false)), {
    message: 'step 4',
  })
  t.strictSame(taken, [1, 2, 3, 4, 5, 6])
})
