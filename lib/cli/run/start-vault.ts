/** Starts the local vault for a command: what goes wrong is told with its folder, or as a mistake in the command. */
import { systemReason } from '../../fs/system-reason.js'
import type { LocalVault, LocalVaultOptions } from '../../local/index.js'
import { UsageError } from '../output/exit-code.js'
import { printNote, type Io } from '../io.js'

/** Where a command takes an option from, if that is not the flag of the same name. */
const FLAGS: Readonly<Record<string, string>> = {
  faults: '--fault',
  prices: '--price',
  credentials: 'The key pair of the environment',
  controlSecret: 'GLACIER_PIPE_CONTROL_SECRET',
}

/**
 * Starts a local vault. What it warns of, and what fails while it runs, is a warning on stderr, with the paths that the answers do not have; not
 * again where the same fails once more.
 *
 * @throws {UsageError} an option out of range
 * @throws an Error with the folder and the system's reason, where the folder cannot be used
 * @throws as {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions, io: Io): Promise<LocalVault> {
  const { startLocalVault } = await import('../../local/index.js')
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
      ? new UsageError(inFlags(error.message), { cause: error })
      : withFolder(options.dir, error)
  }
}

/** An error of the system's is told with the folder; but for those of the network. */
function withFolder(dir: string, error: unknown): Error {
  const reason = systemReason(error)
  const { path = dir, syscall, code } = error as NodeJS.ErrnoException
  if (reason === undefined || syscall === 'listen') return error as Error // which is all it throws
  const what = code === 'EEXIST' ? 'this is a file, and a folder is needed. Give another folder' : reason
  return new Error(`The local vault in ${dir} cannot be opened: ${path}: ${what}.`, { cause: error })
}

/** A message about an option of the library, in the words of the command: `faults[0].fault of startLocalVault` is `--fault: fault`. */
function inFlags(message: string): string {
  return message.replace(
    /^(\w+)(?:\[\d+\])?(?:\.(\S+))? of startLocalVault\b/,
    (_, option: string, field?: string) => {
      const flag = FLAGS[option] ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      return field === undefined ? flag : `${flag}: ${field}`
    },
  )
}

function withCauses({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${withCauses(cause)}` : message
}
