/** All invariants that can be checked at any time when no process runs. */
import type { Environment } from '../actors/environment.js'
import { checkArchivesAreKnown } from './archives-are-known.js'
import { checkFiles } from './files-are-complete.js'
import { checkNoLockRemains } from './no-lock-remains.js'
import { checkNoWrongAbort } from './no-wrong-abort.js'
import { checkNothingSentTwice } from './nothing-sent-twice.js'
import { checkOneHash } from './one-hash.js'
import { checkAllStored } from './stored-is-reported.js'

const CHECKS = [
  ...[checkAllStored, checkOneHash, checkArchivesAreKnown, checkNothingSentTwice],
  ...[checkFiles, checkNoLockRemains, checkNoWrongAbort],
]

/** Checks them all. */
export function checkAll(env: Environment): void {
  for (const check of CHECKS) check(env)
}
