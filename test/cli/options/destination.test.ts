import t from 'tap'
import { objectAddressOf } from '../../../lib/cli/options/destination.js'
import { COMMAND_LINE_ONLY, SETTINGS } from '../../../lib/cli/environment/settings.js'
import { OBJECT_OPTIONS } from '../../../lib/cli/options/object-options.js'
import { here } from '../../helpers/put.js'
import { runHere, stage } from '../../helpers/command.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

t.test('an address has a bucket and a key', async (t) => {
  t.equal(objectAddressOf('docs'), undefined)
  t.strictSame(objectAddressOf('s3://backups/a/b c'), { bucket: 'backups', key: 'a/b c' })
  t.throws(() => objectAddressOf('s3://B/k'), { message: /^s3:\/\/B\/k does not name a bucket\. / })
  for (const text of ['s3://backups', 's3://backups/'])
    t.throws(() => objectAddressOf(text), {
      message: `${text} has no key. Write s3://BUCKET/KEY, with the key of the object.`,
    })
  t.throws(() => objectAddressOf('s3://backups/a/../b'), { message: /does not have a valid key/ })
})

const VALUES: Readonly<Record<string, readonly string[]>> = {
  storageClass: ['--storage-class', 'GLACIER'],
  tag: ['--tag', 'a=b'],
  metadata: ['--metadata', 'a=b'],
  kmsKeyId: ['--kms-key-id', 'k'],
  lockMode: ['--lock-mode', 'GOVERNANCE'],
  lockUntil: ['--lock-until', '2100-01-01'],
  requesterPays: ['--requester-pays'],
  bucketOwner: ['--bucket-owner', '111122223333'],
  overwrite: ['--overwrite'],
  contentType: ['--content-type', 'text/plain'],
}

t.test('options about the other kind of place are usage errors', async (t) => {
  const dir = t.testdir()
  t.strictSame(Object.keys(VALUES), OBJECT_OPTIONS)
  for (const [name, words] of Object.entries(VALUES)) {
    t.match(
      await here(dir, ['put', 'docs', ...words]),
      { code: 2, err: / is for objects of a bucket, and docs is a vault/ },
      name,
    )
    t.ok(SETTINGS.has(name) || name in COMMAND_LINE_ONLY)
  }
  t.match(await here(dir, ['put', 's3://backups/k', '--account-id', '111122223333']), {
    code: 2,
    err: /--account-id is for vaults/,
  })
  t.match(await here(dir, ['put', 's3://backups/k', '--name', 'a']), {
    code: 2,
    err: /: its key is its name/,
  })
  t.match(await here(dir, ['put', 's3://backups']), { code: 2, err: /has no key/ })
  t.match(await here(dir, ['put', 'a/b']), { code: 2, err: /vault must be the name of a vault/ })
  for (const [words, name] of [
    [['jobs'], 'jobs'],
    [['inventory'], 'inventory'],
    [['vault', 'show'], 'vault show'],
  ] as const)
    t.match(await here(dir, [...words, 's3://backups/k']), {
      code: 2,
      err: `${name} is for vaults, and s3://backups/k is in a bucket.`,
    })
  for (const address of ['s3:/backups/k', 'S3://backups/k', 's3:backups'])
    t.match(await here(dir, ['put', address]), {
      code: 2,
      err: `${address} is no address. Write s3://BUCKET or s3://BUCKET/KEY`,
    })
})

t.test('settings of the environment about the other kind of place are ignored', async (t) => {
  const dir = t.testdir()
  const put = async (destination: string): Promise<number> => {
    const env = {
      GLACIER_PIPE_STORAGE_CLASS: 'STANDARD',
      GLACIER_PIPE_BUCKET_OWNER: '111122223333',
      GLACIER_PIPE_ACCOUNT_ID: '111122223333',
    }
    return runHere(
      ['put', destination, '--local-dir', dir],
      stage(Buffer.from('x'), [], env, new VirtualClock()),
    )
  }
  t.equal(await put('docs'), 0)
  t.equal(await put('s3://backups/k'), 0)
})

t.test('options about an object are checked before anything is sent', async (t) => {
  const dir = t.testdir()
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--tag', 'a'], /Write it as KEY=VALUE/],
    [['--tag', 'a!=b'], /--tag must be an object of at most 10 tags/],
    [['--metadata', 'a=ö'], /--metadata must be an object of at most 2048 bytes/],
    [['--metadata', 'Part-Size=5'], /--metadata Part-Size: put writes/],
    [
      ['--metadata', `a=${'x'.repeat(1500)}`, '--description', 'y'.repeat(600)],
      /--metadata and --description take 21\d\d bytes/,
    ],
    [['--description', '{"Volume":2}'], /has the form of that of a later volume/],
    [['--description', 'y'.repeat(1025)], /The description has 1025 characters/],
    [['--lock-mode', 'COMPLIANCE'], /--lock-mode and --lock-until belong together/],
    [['--lock-until', '2100-01-01'], /--lock-mode and --lock-until belong together/],
    [['--lock-until', '7d'], /Write the end of a lock as 2030-01-31/],
    [['--bucket-owner', '12'], /--bucket-owner must be the ID of an account: 12 digits/],
    [['--endpoint', 'http://127.0.0.1:1'], /--endpoint and --local select different buckets/],
    [['--storage-class', 'COLD'], /Allowed choices are STANDARD/],
  ]
  for (const [words, err] of cases)
    t.match(
      await here(dir, ['put', 's3://backups/k', ...words], Buffer.from('x')),
      { code: 2, err },
      words.join(' ').slice(0, 40),
    )
})
