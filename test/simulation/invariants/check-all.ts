/** All invariants that can be checked at any time when no process runs. */
import type { Environment } from '../actors/environment.js'
import { checkArchivesAreKnown } from './archives-are-known.js'
import { checkBodies } from './bodies-are-stated.js'
import { checkEnds } from './ends-are-true.js'
import { checkFiles } from './files-are-complete.js'
import { checkJobsStartOnce } from './jobs-start-once.js'
import { checkNamedAreRecorded } from './named-archives-are-recorded.js'
import { checkNoLockRemains } from './no-lock-remains.js'
import { checkNoWrongAbort } from './no-wrong-abort.js'
import { checkNothingSentTwice } from './nothing-sent-twice.js'
import { checkOneHash } from './one-hash.js'
import { checkAllStored } from './stored-is-reported.js'
import { checkKeptAlive } from './uploads-are-kept-alive.js'

const CHECKS = [
  ...[checkAllStored, checkOneHash, checkArchivesAreKnown, checkNothingSentTwice, checkBodies, checkEnds],
  ...[checkFiles, checkNoLockRemains, checkNamedAreRecorded, checkNoWrongAbort],
  ...[checkKeptAlive, checkJobsStartOnce],
]

/** Checks them all. */
export function checkAll(env: Environment): void {
  for (const check of CHECKS) check(env)
}
