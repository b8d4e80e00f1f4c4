/** The ID, size and hash of every reported success are what the vault holds and the catalog says. */
import type { Environment } from '../actors/environment.js'
import type { StoredStream } from '../actors/ledger.js'
import { treeHashOf } from '../service/tree-hash.js'
import { LIMITS } from '../world/world.js'
import { checkConfirmed } from './success-is-confirmed.js'
import { checkRecorded } from './success-is-recorded.js'

/** Notes a success, and checks it against the vault and the catalog. */
export function checkStored(env: Environment, success: StoredStream): void {
  env.ledger.stored.push(success)
  checkVault(env, success)
  checkCatalog(env, success)
  checkConfirmed(env, success)
  env.world.reached('stream stored')
}

/** Checks all successes again: nothing that was stored and recorded is lost later. */
export function checkAllStored(env: Environment): void {
  for (const success of env.ledger.stored) {
    checkVault(env, success)
    checkCatalog(env, success)
  }
}

function checkVault({ world, service, ledger }: Environment, success: StoredStream): void {
  const { process, archives, content } = success
  const invariant = 'a success is what the vault holds'
  const stored: Uint8Array[] = []
  for (const { archiveId, size, hash: treeHash } of archives) {
    const archive = service.archives.get(archiveId)
    if (!archive) {
      world.fail(invariant, `${process} reports ${archiveId}, which the vault does not have`)
      return
    }
    if (archive.deletedMs !== undefined && !ledger.deleted.has(archiveId))
      world.fail(invariant, `${process} reports ${archiveId}, which was deleted by nobody's wish`)
    const found = treeHashOf(archive.bytes, LIMITS.leafSize)
    if (archive.bytes.length !== size || found !== treeHash)
      world.fail(invariant, `${process} reports ${archiveId} with another size or hash than the vault has`)
    stored.push(archive.bytes)
  }
  if (!Buffer.concat(stored).equals(content.bytes))
    world.fail(invariant, `${process} reports archives that are not its source`)
}

function checkCatalog(env: Environment, success: StoredStream): void {
  checkRecorded(env, success, (record, { hash }) => record.treeHash === hash)
}
