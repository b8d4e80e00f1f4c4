import { join } from 'node:path'
import t from 'tap'
import { writeAtOnce } from '../helpers/catalog-writers.js'

t.test(
  '20,000 records of a rebuild and 4 x 5,000 puts at the same time: every record is intact',
  async (t) => {
    const path = join(t.testdir(), 'catalog.jsonl')
    const puts = ['a', 'b', 'c', 'd'].map((name) => ({ name, count: 5000, batch: 1 }))
    const found = await writeAtOnce(t, path, [...puts, { name: 'r', count: 20_000, batch: 1000 }])
    t.match(found, { lines: 40_000, ids: 40_000, broken: 0 })
  },
)
