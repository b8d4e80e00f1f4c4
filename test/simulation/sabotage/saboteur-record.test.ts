import { join } from 'node:path'
import t from 'tap'
import { readSaboteurs, recordVerdict } from './saboteur-record.js'

t.test('the newest result of each breakage is recorded', async (t) => {
  const file = join(t.testdir(), 'saboteurs.json')
  const found = { network: 'port', seeds: 32, seed: 7, invariant: 'settles' } as const
  t.strictSame(await readSaboteurs(file), {})
  await recordVerdict(file, 'b', found)
  await recordVerdict(file, 'a', found)
  await recordVerdict(file, 'b', { ...found, seed: 8 })
  t.strictSame(await readSaboteurs(file), { a: found, b: { ...found, seed: 8 } })
  t.strictSame(Object.keys(await readSaboteurs(file)), ['a', 'b'])
})
