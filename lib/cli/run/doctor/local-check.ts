/** Checks that the local vault works on this machine, in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../io.js'
import { startVault } from '../start-vault.js'
import { failedWith, ok, type Finding } from './check.js'

/** Starts a local vault and stops it. Nothing is left behind. */
export async function localCheck(io: Io, folder: string = tmpdir()): Promise<Finding> {
  try {
    const dir = await mkdtemp(join(folder, 'glacier-pipe-doctor-'))
    try {
      const vault = await startVault({ dir, signal: io.signal }, io)
      await vault.close()
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
    return ok('the local vault (--local) works on this machine')
  } catch (error) {
    return failedWith(
      error,
      'Only --local and serve need it. Check the temporary folder (TMPDIR) and its free space.',
    )
  }
}
