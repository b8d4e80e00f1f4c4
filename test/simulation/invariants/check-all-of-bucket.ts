/** All invariants of a bucket that can be checked at any time when no process runs. */
import type { BucketEnvironment } from '../actors/environment.js'
import { checkBodies } from './bodies-are-stated.js'
import { checkEnds } from './ends-are-true.js'
import { checkNoLockRemains } from './no-lock-remains.js'
import { checkNoWrongAbortOfAnObject } from './no-wrong-abort-of-an-object.js'
import { checkNothingSentTwice } from './nothing-sent-twice.js'
import { checkObjectFiles } from './object-files-are-complete.js'
import { checkObjects } from './objects-are-known.js'
import { checkAllObjects } from './objects-are-reported.js'

const CHECKS = [
  ...[checkAllObjects, checkObjects, checkNothingSentTwice, checkBodies, checkEnds],
  ...[checkNoLockRemains, checkNoWrongAbortOfAnObject, checkObjectFiles],
]

/** Checks them all. */
export function checkAllOfBucket(env: BucketEnvironment): void {
  for (const check of CHECKS) check(env)
}
