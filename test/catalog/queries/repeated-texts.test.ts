import t from 'tap'
import { RepeatedTexts } from '../../../lib/catalog/queries/repeated-texts.js'

t.test('texts that were there before are found among many, and others are not', async (t) => {
  const texts = new RepeatedTexts()
  const ids = Array.from({ length: 50_000 }, (_, i) => String(i).padStart(i % 2 === 0 ? 138 : 5, 'x'))
  t.equal(ids.filter((id) => texts.seen(Buffer.from(id))).length, 0)
  t.equal(ids.filter((id) => texts.seen(Buffer.from(`_${id}_`), 1, id.length + 1)).length, ids.length)
})
