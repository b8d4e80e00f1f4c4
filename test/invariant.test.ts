import t from 'tap'
import { invariant } from '../lib/invariant.js'

t.test('an invariant that holds narrows the type', async (t) => {
  const first = ['part'].at(0)
  invariant(first !== undefined, 'a list of one element has a first element')
  t.equal(first.length, 4)
})

t.test('a broken invariant throws an error that names it', async (t) => {
  t.throws(
    () => {
      invariant(false, 'a part is returned once')
    },
    {
      message: 'Broken invariant: a part is returned once. This is a bug in glacier-pipe: please report it.',
    },
  )
})
