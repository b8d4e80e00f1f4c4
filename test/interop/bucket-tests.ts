/** The tests that run with every server of S3 that others have written. */
import type { Test } from 'tap'
import { commandTests } from './command-tests.js'
import { clientTests } from './client-tests.js'
import { otherBucketFor, type OtherBucket, type OtherServer } from './other-server.js'

/** A test with a bucket of its own. */
export type BucketTest = readonly [name: string, run: (t: Test, bucket: OtherBucket) => Promise<void>]

/** Runs all tests with a server. Given a reason in its place, it skips them with that reason. */
export function testBuckets(test: Test, server: OtherServer | string): void {
  const isMissing = typeof server === 'string'
  if (!isMissing) test.teardown(() => server.stop())
  for (const [name, run] of [...clientTests, ...commandTests])
    test.test(name, { skip: isMissing && server }, async (t) => {
      if (!isMissing) await run(t, await otherBucketFor(t, server))
    })
}
