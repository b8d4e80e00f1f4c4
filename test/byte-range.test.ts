import t from 'tap'
import { rangesOf } from '../lib/byte-range.js'

t.test('a size is cut into ranges without a gap or an empty one', async (t) => {
  t.strictSame([...rangesOf(0, 10)], [])
  t.strictSame([...rangesOf(10, 10)], [{ start: 0, end: 10 }])
  t.strictSame(
    [...rangesOf(25, 10)],
    [
      { start: 0, end: 10 },
      { start: 10, end: 20 },
      { start: 20, end: 25 },
    ],
  )
})
