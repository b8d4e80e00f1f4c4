import t from 'tap'
import { RepeatedTexts } from '../../../lib/catalog/queries/repeated-texts.js'

t.test('texts that were there before are found among many, and others are not', async (t) => {
  const texts = new RepeatedTexts()
  const ids = Array.from({ length: 50_000 }, (_, i) => String(i).padStart(i % 2 === 0 ? 138 : 5, 'x'))
  t.equal(ids.filter((id) => texts.seen(Buffer.from(id))).length, 0)
  t.equal(ids.filter((id) => texts.seen(Buffer.from(`_${id}_`), 1, id.length + 1)).length, ids.length)
})

t.test('a text is recognized wherever it stands in its buffer', async (t) => {
  for (const length of [5, 20, 31, 32, 33, 40, 138]) {
    const texts = new RepeatedTexts()
    const text = Array.from({ length }, (_, i) => String.fromCharCode(65 + (i % 50))).join('')
    t.notOk(texts.seen(Buffer.from(text)))
    t.ok(texts.seen(Buffer.from(`${'#'.repeat(100)}${text}#`), 100, 100 + length), `${length} characters`)
  }
})
