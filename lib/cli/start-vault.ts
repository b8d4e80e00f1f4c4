/** Starts the local vault for a command: what goes wrong is told with its folder, or as a mistake in the command. */
import { systemReason } from '../fs/system-reason.js'
import type { LocalVault, LocalVaultOptions } from '../local/index.js'
import { UsageError } from './exit-code.js'
import { printNote, type Io } from './io.js'

/**
 * Starts a local vault. What it warns of, and what fails while it runs, is a warning on stderr, with the paths that the answers do not have; not
 * again where the same fails once more.
 *
 * @throws {UsageError} an option out of range
 * @throws an Error with the folder and the system's reason, where the folder cannot be used
 * @throws as {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions, io: Io): Promise<LocalVault> {
  const { startLocalVault } = await import('../local/index.js')
  let told: string | undefined
  const onFailure = (error: Error): void => {
    const text = withCauses(error)
    if (text !== told) printNote(io, `WARNING: the local vault in ${options.dir}: ${text}`)
    told = text
  }
  const onWarning = (message: string): void => {
    printNote(io, `WARNING: ${message}`)
  }
  try {
    return await startLocalVault({ ...options, onFailure, onWarning })
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

function withCauses({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${withCauses(cause)}` : message
}
