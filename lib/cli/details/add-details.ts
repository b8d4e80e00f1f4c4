/** Adds the long help of all commands that have one here. */
import type { Command } from 'commander'
import { addDetails, type CommandDetails } from '../command-details.js'
import { callOf, leavesOf } from '../walk-commands.js'
import * as catalog from './catalog-commands.js'
import * as deletions from './deletions.js'
import { GET_DETAILS } from './get.js'
import * as others from './other-commands.js'
import { PUT_DETAILS } from './put.js'

const DETAILS: Readonly<Record<string, CommandDetails>> = {
  put: PUT_DETAILS,
  get: GET_DETAILS,
  ls: catalog.LS_DETAILS,
  verify: catalog.VERIFY_DETAILS,
  'catalog rebuild': catalog.REBUILD_DETAILS,
  'catalog diff': catalog.DIFF_DETAILS,
  'catalog export': catalog.EXPORT_DETAILS,
  'catalog import': catalog.IMPORT_DETAILS,
  doctor: others.DOCTOR_DETAILS,
  inventory: catalog.INVENTORY_DETAILS,
  rm: deletions.RM_DETAILS,
  empty: deletions.EMPTY_DETAILS,
  prune: deletions.PRUNE_DETAILS,
  jobs: others.JOBS_DETAILS,
  uploads: others.UPLOADS_DETAILS,
  hash: others.HASH_DETAILS,
  serve: others.SERVE_DETAILS,
  completion: others.COMPLETION_DETAILS,
  'vault create': others.VAULT_DETAILS,
  'vault ls': others.VAULT_DETAILS,
  'vault show': others.VAULT_DETAILS,
  'vault rm': others.VAULT_DETAILS,
}

/** Adds the long help of the commands of a program, after that of the commands themselves. */
export function addAllDetails(program: Command): void {
  for (const command of leavesOf(program)) {
    const details = DETAILS[nameOf(command, program)]
    if (details) addDetails(command, details)
  }
}

/** The words that call a command, after the name of the program. */
function nameOf(command: Command, program: Command): string {
  return callOf(command).slice(program.name().length + 1)
}
