import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { GIB, MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'

const TIME = '2026-05-01T00:00:00.000Z'
const PLACE = { region: 'us-east-1', vaultName: 'docs', time: TIME }

function archive(name: string, size: number, more: object = {}): object {
  const archiveId = name.padEnd(138, '-')
  return {
    type: 'archive',
    ...PLACE,
    archiveId,
    name,
    size,
    treeHash: 'a',
    volume: 1,
    partSize: MIB,
    ...more,
  }
}

const RECORDS = [
  archive('one', 100 * GIB),
  archive('set', 10 * GIB, { more: true }),
  archive('set2', 10 * GIB, { volume: 2, firstVolume: 'set'.padEnd(138, '-'), name: 'set' }),
  { type: 'mismatched', ...PLACE, archiveId: 'w'.repeat(138), size: 10 * GIB, sentTreeHash: 'a' },
  { type: 'sending', ...PLACE, intentId: 'p', name: 'maybe', size: GIB, treeHash: 'a', volume: 1 },
]

async function list(dir: string, ...args: string[]): Promise<{ out: string; err: string }> {
  const it = stage()
  const code = await runHere(['ls', '--catalog', join(dir, 'catalog'), ...args], it)
  if (code !== 0) throw new Error(it.err())
  return { out: it.out(), err: it.err() }
}

t.test('ls --cost shows what each archive costs a month, and the total', async (t) => {
  const dir = t.testdir({ catalog: RECORDS.map((record) => `${JSON.stringify(record)}\n`).join('') })
  const { out, err } = await list(dir, '--cost')
  const costs = out
    .trimEnd()
    .split('\n')
    .map((line) => [line.split(' ')[0], /US\$\S+/.exec(line)?.[0]])
  t.strictSame(costs.sort(), [
    ['-', 'US$0.0400'],
    ['maybe', undefined],
    ['one', 'US$0.4000'],
    ['set', 'US$0.0800'],
  ])
  t.equal(
    err,
    'glacier-pipe: The storage costs US$0.5200 a month. The prices are those of us-east-1 of 2026-11, without taxes and ' +
      'data transfer.\n',
  )
  t.notMatch((await list(dir)).out, /US\$/, 'only if it is wanted')
  t.equal((await list(dir, '--cost', '-q')).err, '')
  const lines = (await list(dir, '--cost', '--json')).out.trimEnd().split('\n')
  const found = lines.map(
    (line) => JSON.parse(line) as { readonly type: string; readonly costPerMonth?: object },
  )
  t.match(found.find(({ type }) => type === 'mismatched')?.costPerMonth, {
    currency: 'USD',
    total: 0.04000012207,
    isAtLeast: false,
  })
  t.notOk(found.find(({ type }) => type === 'sending')?.costPerMonth, 'it is not known whether it exists')
  t.equal(
    (await list(dir, '--cost', '--name', 'nothing')).err.split('\n').at(-2),
    'glacier-pipe: The storage costs US$0.00 a month.',
  )
  const prices = { currency: 'USD', regions: { 'us-east-1': { date: '2031-01', source: 'a page' } } }
  await writeFile(join(dir, 'prices'), JSON.stringify(prices))
  t.match(
    (await list(dir, '--cost', '--prices', join(dir, 'prices'))).err,
    /: The monthly cost of the storage is unknown\. The prices are those of us-east-1 of 2031-01 in /,
  )
})
