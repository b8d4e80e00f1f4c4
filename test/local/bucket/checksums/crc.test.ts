import fc from 'fast-check'
import t from 'tap'
import {
  combinedCrc,
  CRC32,
  CRC32C,
  CRC64NVME,
  runningCrc,
} from '../../../../lib/local/bucket/checksums/crc.js'

t.test('the check of a concatenation is combined from those of its pieces', (t) => {
  for (const kind of [CRC32, CRC32C, CRC64NVME]) {
    const check = (bytes: Uint8Array): Buffer => {
      const running = runningCrc(kind)
      running.update(bytes)
      return running.digest()
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
        const combined = combinedCrc(kind, check(first), check(second), second.length)
        t.strictSame(combined, check(Buffer.concat([first, second])))
      }),
      { numRuns: 50 },
    )
  }
  t.end()
})
