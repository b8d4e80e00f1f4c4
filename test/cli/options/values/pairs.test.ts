import t from 'tap'
import { collectPair, pairsOf } from '../../../../lib/cli/options/values/pairs.js'

t.test('a pair is a key and a value, which may be empty and contain an equals sign', async (t) => {
  t.strictSame(pairsOf(['a=b=c', 'd='].reduce<string[]>((pairs, text) => collectPair(text, pairs), [])), {
    a: 'b=c',
    d: '',
  })
  t.strictSame(collectPair('a=1'), ['a=1'])
  t.equal(pairsOf(undefined), undefined)
})

t.test('no key, and a key that was given before, are refused', async (t) => {
  for (const text of ['', 'a', '=', '=b'])
    t.throws(() => collectPair(text), { message: 'Write it as KEY=VALUE.' })
  t.throws(() => collectPair('A=2', ['a=1']), { message: 'The key A is given twice.' })
})
