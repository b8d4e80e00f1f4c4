/** Checks of the local vault and the local bucket: that they work on this machine, and that the folder has one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../io.js'
import type { LocalVaultProblem } from '../local-folder.js'
import { startBucket } from '../start-bucket.js'
import { startVault } from '../start-vault.js'
import { failed, failedWith, ok, warning, type Finding } from './check.js'

/** The kind of a server on this machine. */
export type LocalPlace = 'bucket' | 'vault'

const STARTS = { bucket: startBucket, vault: startVault }

/** Starts a local vault or bucket in a temporary folder, and stops it. Nothing is left behind. */
export async function localCheck(io: Io, place: LocalPlace, folder: string = tmpdir()): Promise<Finding> {
  try {
    const dir = await mkdtemp(join(folder, 'glacier-pipe-doctor-'))
    try {
      const server = await STARTS[place]({ dir, signal: io.signal }, io)
      await server.close()
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
    return ok(`the local ${place} (--local) works on this machine`)
  } catch (error) {
    return failedWith(
      error,
      'Only --local and serve need it. Check the temporary folder (TMPDIR) and its free space.',
    )
  }
}

/**
 * The finding for a folder without a local vault, which is not created. It prevents nothing but commands that expect a vault or
 * bucket in it.
 *
 * @param place - the vault or bucket that was named; `undefined` without one
 */
export function missingLocalFinding(
  { finding, remedy, hasOtherFiles }: LocalVaultProblem,
  place: string | undefined,
): Finding {
  const clause = `${finding.charAt(0).toLowerCase()}${finding.slice(1)}`
  return hasOtherFiles || place !== undefined ? failed(clause, remedy) : warning(clause, remedy)
}
