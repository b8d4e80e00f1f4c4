import t from 'tap'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  contentOf,
  CONTENT_OF_ONE,
  CONTENT_OF_SEVERAL,
  endOf,
  objectAt,
  ONE,
  openUploads,
  put,
  SEVERAL,
  start,
  type UploadFault,
} from '../helpers/bucket-faults.js'

/** How an upload ends that meets a fault each time: at a part, at a completion and of a whole archive. */
const EXHAUSTED = 'ERR_RETRIES_EXHAUSTED'
const EACH_TIME: Readonly<
  Partial<Record<UploadFault, readonly [part: string, complete: string, whole: string]>>
> = {
  throttle: [EXHAUSTED, EXHAUSTED, EXHAUSTED],
  'error-html': [EXHAUSTED, EXHAUSTED, EXHAUSTED],
  'error-in-200': [EXHAUSTED, EXHAUSTED, EXHAUSTED],
  'reset-before': [EXHAUSTED, EXHAUSTED, EXHAUSTED],
  'expired-token': ['credentials-expired', 'credentials-expired', 'credentials-expired'],
  'checksum-mismatch': ['body-hash-mismatch', 'ERR_COMPLETION_REJECTED', 'body-hash-mismatch'],
  conflict: ['conditional-conflict', 'conditional-conflict', EXHAUSTED],
  'lose-answer': [EXHAUSTED, 'stored', EXHAUSTED],
  'error-after': [EXHAUSTED, 'stored', 'stored'],
  'empty-200': ['IncompleteResponse', 'stored', 'IncompleteResponse'],
  'wrong-hash': ['ERR_HASH_MISMATCH', 'stored', 'stored'],
  'no-hash': ['stored', 'stored', 'stored'],
}

t.test('each fault, met each time: what is there is kept, and right', async (t) => {
  const { bucket, sdk } = await start(t)
  const operations = ['UploadPart', 'CompleteMultipartUpload', 'PutObject'] as const
  for (const [fault, ends] of Object.entries(EACH_TIME) as [UploadFault, readonly string[]][]) {
    for (const [place, operation] of operations.entries()) {
      const bytes = operation === 'PutObject' ? ONE : SEVERAL
      const what = `${fault}, each time, at ${operation}`
      const key = what.replaceAll(/\W+/g, '-')
      const ran = await put(bucket, sdk, key, bytes, [{ fault, operation }], { retryFor: 2000 })
      t.equal(endOf(ran), ends[place], what)
      const found = await objectAt(sdk, key)
      const content = bytes === ONE ? CONTENT_OF_ONE : CONTENT_OF_SEVERAL
      if (ran.archive ?? found) t.strictSame(found, content, `${what}: the object is right`)
      else if (bytes === SEVERAL) t.equal(await openUploads(sdk, key), 1, `${what}: the upload is kept`)
    }
  }
})

t.test('no fault makes an upload overwrite an object', async (t) => {
  const { bucket, sdk } = await start(t)
  for (const bytes of [ONE, SEVERAL]) {
    const key = `there-${bytes.length}`
    const other = patternBytes(9, 1)
    t.equal(endOf(await put(bucket, sdk, key, other, [])), 'stored')
    const hidden = { fault: 'access-denied', operation: 'HeadObject', times: 1 } as const
    for (const fault of ['lose-answer', 'reset-before', 'error-500', 'error-in-200-after', 'slow'] as const) {
      const operation = bytes === ONE ? 'PutObject' : 'CompleteMultipartUpload'
      const rule = { fault, operation, nth: 1, ...(fault === 'slow' && { bytesPerSecond: 1e9 }) }
      t.equal(endOf(await put(bucket, sdk, key, bytes, [hidden, rule])), 'exists', fault)
      t.strictSame(await objectAt(sdk, key), contentOf(other), fault)
    }
    t.equal(
      endOf(await put(bucket, sdk, key, bytes, [], { overwrite: true })),
      'stored',
      'unless that is permitted',
    )
  }
})
