import fc from 'fast-check'
import t from 'tap'
import {
  BUCKET,
  isBucketName,
  isObjectKey,
  isS3Address,
  KEY,
  MAX_KEY_BYTES,
  parseObjectAddress,
  parsePrefixAddress,
  PREFIX,
  printAddress,
  maxVolumesOf,
  volumeKey,
} from '../../lib/s3/s3-address.js'

const BUCKET_NAMES = fc
  .stringMatching(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/)
  .filter((name) => isBucketName(name))
const KEYS = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).filter((key) => isObjectKey(key))

t.test('an address that is printed is read again, whatever the key', (t) => {
  fc.assert(
    fc.property(BUCKET_NAMES, KEYS, (bucket, key) => {
      const text = printAddress({ bucket, key })
      t.strictSame(parseObjectAddress(text), { bucket, key })
      t.ok(isS3Address(text))
    }),
  )
  t.end()
})

t.test('a text is an address with exactly the bucket and the key that it prints, or none', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (rest) => {
      const text = `s3://${rest}`
      const found = parseObjectAddress(text)
      if (found) t.equal(printAddress(found), text)
    }),
  )
  t.end()
})

t.test('the names of buckets follow the rules of the service', (t) => {
  for (const name of ['b', 'ab', 'abc', 'a1b', 'my.bucket-1', '1.2.3', 'x'.repeat(63), 'point-abc-s3alias'])
    t.ok(isBucketName(name), name)
  const wrong = [
    '',
    '-',
    'x'.repeat(64),
    'Abc',
    'a_b',
    'a b',
    '-ab',
    'ab-',
    '.ab',
    'ab.',
    'a..b',
    'a/b',
    'äbc',
  ]
  const reserved = [
    '192.168.5.4',
    'xn--abc',
    'sthree-abc',
    'b--use1-az4--x-s3',
    'b--ol-s3',
    'b--table-s3',
    'b.mrap',
  ]
  for (const name of [...wrong, ...reserved, 'abc\n']) t.notOk(isBucketName(name), JSON.stringify(name))
  t.end()
})

t.test('a key is 1 to 1,024 bytes of UTF-8, and changes neither a terminal nor the path of a URL', (t) => {
  for (const key of ['a', '/a', 'a/', 'a//b', 'a b+%41', '...', 'ä'.repeat(512), '.a/b.', 'volume2'])
    t.ok(isObjectKey(key), key)
  const long = ['ä'.repeat(513), 'x'.repeat(1025)]
  for (const key of [
    '',
    'a\n',
    'a\x1b[31m',
    'a\x7f',
    '\x9b',
    'a\0',
    '.',
    '..',
    'a/../b',
    './a',
    '\ud800',
    ...long,
  ])
    t.notOk(isObjectKey(key), JSON.stringify(key))
  t.end()
})

t.test('what is not an address is none', (t) => {
  for (const text of [
    '',
    'b/k',
    's3:',
    's3://',
    's3://bucket',
    's3://bucket/',
    'S3://bucket/k',
    's3:///k',
    's3://B/k',
  ])
    t.equal(parseObjectAddress(text), undefined, text)
  t.equal(parseObjectAddress('s3://bucket/a\nb'), undefined)
  t.notOk(isS3Address('backups'))
  t.end()
})

t.test('the address of a bucket has the beginning of keys, or none', (t) => {
  t.strictSame(parsePrefixAddress('s3://bucket'), { bucket: 'bucket', prefix: '' })
  t.strictSame(parsePrefixAddress('s3://bucket/'), { bucket: 'bucket', prefix: '' })
  t.strictSame(parsePrefixAddress('s3://bucket/a/'), { bucket: 'bucket', prefix: 'a/' })
  for (const text of ['bucket', 's3://', 's3://bucket/\x1b', `s3://bucket/${'x'.repeat(1025)}`])
    t.equal(parsePrefixAddress(text), undefined, text)
  t.end()
})

t.test('a later volume has its number in its key', (t) => {
  t.equal(volumeKey('docs.tar', 1), 'docs.tar')
  t.equal(volumeKey('docs.tar', 2), 'docs.tar.volume2')
  t.equal(volumeKey('docs.tar', 12), 'docs.tar.volume12')
  const longest = 'x'.repeat(MAX_KEY_BYTES)
  t.equal(volumeKey(longest, 1), longest)
  for (const [length, volumes] of [
    [1, 999_999],
    [1010, 999_999],
    [1011, 999_999],
    [1012, 99_999],
    [1016, 9],
    [1017, 1],
    [1024, 1],
  ] as const) {
    const key = 'k'.repeat(length)
    t.equal(maxVolumesOf(key), volumes, String(length))
    t.doesNotThrow(() => volumeKey(key, volumes))
    if (length > 1011) t.throws(() => volumeKey(key, volumes + 1), RangeError)
  }
  t.throws(() => volumeKey(longest, 2), { name: 'RangeError', message: /volume 2 .* shorter key/ })
  t.end()
})

t.test('wrong names and keys are refused with the name of the option, and escaped', (t) => {
  BUCKET('bucket', 'bucket', 'f')
  KEY('key', 'key', 'f')
  PREFIX('', 'prefix', 'f')
  t.throws(() => {
    BUCKET(7, 'bucket', 'f')
  }, TypeError)
  t.throws(
    () => {
      BUCKET('A', 'bucket', 'f')
    },
    {
      name: 'RangeError',
      message: /^bucket of f must be the name of a bucket/,
    },
  )
  t.throws(
    () => {
      KEY('a\x1b[1m', 'key', 'f')
    },
    { name: 'RangeError', message: /^key of f .*u\{1b\}/ },
  )
  t.throws(() => {
    PREFIX('\n', 'prefix', 'f')
  }, RangeError)
  t.end()
})
