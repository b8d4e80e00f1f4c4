/** The groups of assertions, in the order they are run. */
import type { Group } from '../assertion.js'
import { accessPolicy } from './access-policy.js'
import { account } from './account.js'
import { archives } from './archives.js'
import { completion } from './completion.js'
import { errors } from './errors.js'
import { expiry } from './expiry.js'
import { inventory } from './inventory.js'
import { jobDescriptions } from './job-descriptions.js'
import { jobList } from './job-list.js'
import { jobs } from './jobs.js'
import { notifications } from './notifications.js'
import { operations } from './operations.js'
import { outputRanges } from './output-ranges.js'
import { output } from './output.js'
import { parts } from './parts.js'
import { signatures } from './signatures.js'
import { tags } from './tags.js'
import { treeHashes } from './tree-hashes.js'
import { uploads } from './uploads.js'
import { vaultList } from './vault-list.js'
import { vaultLock } from './vault-lock.js'
import { vaults } from './vaults.js'

/** All of them; the one that moves the clock comes last. */
export const GROUPS: readonly Group[] = [
  operations,
  errors,
  signatures,
  vaults,
  vaultList,
  archives,
  treeHashes,
  uploads,
  parts,
  completion,
  jobs,
  jobDescriptions,
  jobList,
  output,
  outputRanges,
  inventory,
  tags,
  notifications,
  accessPolicy,
  vaultLock,
  account,
  expiry,
]
