import { join } from 'node:path'
import t from 'tap'
import { runHere, stage, type Stage } from '../../../helpers/command.js'
import { bucketWorld } from '../../../helpers/bucket-put.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'

const credentials = await configuredCredentials(t)
const LS = ['--full']

t.test('ls lists the objects of the catalog by their keys, without a request', async (t) => {
  const { run, server, records } = await bucketWorld(t, credentials)
  const put = (...args: string[]) => run(['put', ...args], Buffer.from('hello'))
  t.match(await put('s3://backups/2026/docs.tar', '--description', 'the documents'), { code: 0 })
  t.match(await put('s3://backups/2025/docs.tar', '--storage-class', 'GLACIER_IR'), { code: 0 })
  t.match(await put('s3://backups/now', '--storage-class', 'STANDARD'), { code: 0 })
  t.match(
    (await records()).flatMap((record) => (record.type === 'archive' ? record.storageClass : [])),
    ['DEEP_ARCHIVE', 'GLACIER_IR', 'STANDARD'],
  )
  await server.close()
  const bucket = await run(['ls', 's3://backups', ...LS])
  t.equal(bucket.code, 0)
  const lines = bucket.out.split('\n')
  t.match(lines[0], /^2026\/docs\.tar +5 B .* free in 180 days +s3:\/\/backups\/2026\/docs\.tar$/)
  t.match(lines[1], /^2025\/docs\.tar +5 B .* free in 90 days +s3:\/\/backups\/2025\/docs\.tar$/)
  t.match(lines[2], /^now +5 B .* free +s3:\/\/backups\/now$/)
  t.match((await run(['ls'])).out, /^2026\/docs\.tar .* s3:\/\/backups\/2026\/docs\.tar +s3:\/\/backups$/m)
  t.match(
    await run(['ls', 's3://backups/2025/']),
    { code: 0, out: /^2025\S+ .*\n$/ },
    'IDs are not shortened',
  )
  t.match((await run(['ls', '--name', 'documents'])).out, '', 'the key is the name')
  t.match(await run(['ls', 's3://others']), { code: 0, out: '', err: /is an archive in s3:\/\/others that/ })
  t.match(JSON.parse((await run(['ls', 's3://backups/now', '--json'])).out), { name: 'now' })
  t.match(await run(['ls', 's3://No']), { code: 2, err: /s3:\/\/No does not name a bucket\./ })
})

t.test(
  'the cost is that of the storage class, with its overhead, and unknown for an unknown class',
  async (t) => {
    const { run, records, dir } = await bucketWorld(t, credentials)
    const { appendFile, writeFile } = await import('node:fs/promises')
    const GIB = 2 ** 30
    t.match(await run(['put', 's3://backups/k'], Buffer.from('hello')), { code: 0 })
    const [, archive] = await records()
    await appendFile(
      `${dir}/catalog.jsonl`,
      ['DEEP_ARCHIVE', undefined]
        .map((storageClass, i) => {
          const archiveId = `s3://backups/big${i}`
          return `${JSON.stringify({ ...archive, region: 'us-east-1', archiveId, size: 1000 * GIB, storageClass })}\n`
        })
        .join(''),
    )
    const costs = async (...args: string[]): Promise<readonly unknown[]> =>
      (await run(['ls', 's3://backups', '--cost', '--json', ...args])).out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { costPerMonth: { total: number } }).costPerMonth)
    const [, deep, unknown] = await costs()
    t.match(JSON.stringify(deep), /"total":0\.9900002\d*/)
    t.match(JSON.stringify(unknown), /null/)
    const prices = `${dir}/prices.json`
    await writeFile(
      prices,
      JSON.stringify({
        currency: 'USD',
        regions: {
          'us-east-1': {
            date: '2026',
            source: 'x',
            storageClasses: { DEEP_ARCHIVE: { storage: 2 }, STANDARD: { storage: 0 } },
          },
        },
      }),
    )
    t.match(JSON.stringify((await costs('--prices', prices))[1]), /"total":2000\.0000\d*/)
    await writeFile(
      prices,
      '{"currency":"USD","regions":{"x":{"date":"2026","source":"x","storageClasses":{"A":{"b":1}}}}}',
    )
    t.match(await run(['ls', '--cost', '--prices', prices]), { code: 2, err: /storageClasses\.A/ })
  },
)

t.test('put --dry-run states the cost of the storage class', async (t) => {
  const { run } = await bucketWorld(t, credentials)
  const plan = await run([
    'put',
    's3://backups/k',
    '--dry-run',
    '--expected-size',
    '1GiB',
    '--region',
    'us-east-1',
  ])
  t.match(plan, { code: 0 })
  t.match(
    plan.out,
    /class +DEEP_ARCHIVE.*\ncost +US\$0\.0004 for the upload, and US\$0\.0010 a month for the storage\n/,
  )
})

t.test('the cost in a bucket on this machine is what AWS would charge', async (t) => {
  const dir = join(t.testdir(), 'local')
  const command = async (stdin: Buffer, ...args: string[]): Promise<Stage> => {
    const it = stage(stdin)
    t.equal(await runHere([...args, '--local-dir', dir], it), 0, it.err())
    return it
  }
  await command(Buffer.from('hello'), 'put', 's3://backups/k')
  const listed = await command(Buffer.alloc(0), 'ls', 's3://backups', '--cost')
  t.match(listed.out() + listed.err(), /The archives are on this machine: this is what AWS would charge\./)
})
