/** Starts the local vault for a command. */
import { systemReason } from '../../fs/system-reason.js'
import type { LocalVault, LocalVaultOptions } from '../../local/index.js'
import type { Io } from '../io.js'
import { toUsageError } from '../options/option-names.js'
import { printNote } from '../output/print.js'

/** The names of the local vault's options on the command line. */
const OPTION_NAMES = {
  faults: '--fault',
  prices: '--price',
  credentials: 'The key pair of the environment',
  controlSecret: 'GLACIER_PIPE_CONTROL_SECRET',
  tls: 'The pair of --tls-cert and --tls-key',
}

/**
 * Starts a local vault. Its warnings, and failures while it runs, are warnings on stderr, with the paths that its
 * responses leave out. A failure that repeats is printed once.
 *
 * @throws {UsageError} an option out of range
 * @throws an Error with the folder and the system's reason, if the folder cannot be used
 * @throws as {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions, io: Io): Promise<LocalVault> {
  const { startLocalVault } = await import('../../local/index.js')
  let lastFailure: string | undefined
  const onFailure = (error: Error): void => {
    const text = withCauses(error)
    if (text !== lastFailure) printNote(io, `WARNING: the local vault in ${options.dir}: ${text}`)
    lastFailure = text
  }
  const onWarning = (message: string): void => {
    printNote(io, `WARNING: ${message}`)
  }
  try {
    return await startLocalVault({ ...options, onFailure, onWarning })
  } catch (error) {
    throw error instanceof RangeError ? toUsageError(error, OPTION_NAMES) : explained(options, error)
  }
}

/** An error of the system with the folder, or with the address if the server cannot listen. Any other error as it is. */
function explained({ dir, host = '127.0.0.1', port = 0 }: LocalVaultOptions, error: unknown): Error {
  const reason = systemReason(error)
  const { path = dir, syscall, code } = error as NodeJS.ErrnoException
  if (reason === undefined) return error as Error // startLocalVault throws only Errors
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return new Error(`The local vault cannot listen at the host ${host} and port ${port}: ${reason}.`, {
      cause: error,
    })
  const problem = code === 'EEXIST' ? 'this is a file, and a folder is needed. Give another folder' : reason
  return new Error(`The local vault in ${dir} cannot be opened: ${path}: ${problem}.`, { cause: error })
}

/** The message of an error and of its causes. */
function withCauses({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${withCauses(cause)}` : message
}
