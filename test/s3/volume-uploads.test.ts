import fc from 'fast-check'
import t from 'tap'
import { describeVolume, uploadIdOf, volumeMarkIn, volumeUploadOf } from '../../lib/s3/volume-uploads.js'

const stream = { bucket: 'backups', key: 'docs.tar' }

t.test('the ID of an upload says of which volume it is', async (t) => {
  t.equal(uploadIdOf({ volume: 1, serviceId: 'abc' }), 'abc')
  t.equal(uploadIdOf({ volume: 12, serviceId: 'abc' }), 'volume12:abc')
  for (const uploadId of ['abc', 'volume', 'volume0:a', 'volume-1:a', 'volume1234567:a', '2:a'])
    t.strictSame(volumeUploadOf(uploadId), { volume: 1, serviceId: uploadId })
  const serviceId = fc.string({ minLength: 1 }).filter((text) => !text.includes(':'))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999 }), serviceId, (volume, id) => {
      t.strictSame(volumeUploadOf(uploadIdOf({ volume, serviceId: id })), { volume, serviceId: id })
    }),
    { numRuns: 50 },
  )
})

t.test('the description of a later volume is its mark, and no other text is', async (t) => {
  for (const volume of [2, 9, 10_000])
    t.strictSame(volumeMarkIn(describeVolume({ volume }), stream), {
      volume,
      firstVolume: 's3://backups/docs.tar',
    })
  const others = [
    undefined,
    '',
    '{"Volume":1}',
    '{"Volume":0}',
    ' {"Volume":2}',
    '{"Volume":2} ',
    '{"Volume":2.5}',
  ]
  for (const other of others) t.equal(volumeMarkIn(other, stream), undefined)
})
