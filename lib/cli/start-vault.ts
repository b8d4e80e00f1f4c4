/** Starts the local vault for a command: what goes wrong is told with its folder, or as a mistake in the command. */
import { systemReason } from '../fs/system-reason.js'
import type { LocalVault, LocalVaultOptions } from '../local/index.js'
import { UsageError } from './exit-code.js'

/**
 * Starts a local vault.
 *
 * @throws {UsageError} an option out of range
 * @throws an Error with the folder and the system's reason, where the folder cannot be used
 * @throws as {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions): Promise<LocalVault> {
  const { startLocalVault } = await import('../local/index.js')
  try {
    return await startLocalVault(options)
  } catch (error) {
    throw error instanceof RangeError
      ? new UsageError(error.message, { cause: error })
      : withFolder(options.dir, error)
  }
}

/** An error of the system's is told with the folder; but for those of the network. */
function withFolder(dir: string, error: unknown): Error {
  const reason = systemReason(error)
  const { path = dir, syscall } = error as NodeJS.ErrnoException
  if (reason === undefined || syscall === 'listen') return error as Error // which is all it throws
  return new Error(`The local vault in ${dir} cannot be opened: ${path}: ${reason}.`, { cause: error })
}
