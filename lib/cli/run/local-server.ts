/** The local servers of a command: how their failures are reported, and explained if they cannot start. */
import { systemReason } from '../../fs/system-reason.js'
import type { Io } from '../io.js'
import { toUsageError, type OptionNames } from '../options/option-names.js'
import { printNote } from '../output/print.js'

/** The options that say where a local server is. */
export interface LocalServerPlace {
  readonly dir: string
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** The names of the options of local servers on the command line. */
const OPTION_NAMES: OptionNames = {
  faults: '--fault',
  prices: '--price',
  credentials: 'The key pair of the environment',
  controlSecret: 'GLACIER_PIPE_CONTROL_SECRET',
  tls: 'The pair of --tls-cert and --tls-key',
}

/**
 * Starts a local server. Its failures while it runs are warnings on stderr, with the paths that its responses leave out. A
 * failure that repeats is printed once.
 *
 * @param noun - the kind of server, as `local vault`
 * @throws {UsageError} an option out of range
 * @throws an Error with the folder and the system's reason, if the folder cannot be used
 * @throws as `start`
 */
export async function startLocalServer<Server>(
  noun: string,
  place: LocalServerPlace,
  io: Io,
  start: (onFailure: (error: Error) => void) => Promise<Server>,
): Promise<Server> {
  let lastFailure: string | undefined
  const onFailure = (error: Error): void => {
    const text = withCauses(error)
    if (text !== lastFailure) printNote(io, `WARNING: the ${noun} in ${place.dir}: ${text}`)
    lastFailure = text
  }
  try {
    return await start(onFailure)
  } catch (error) {
    throw error instanceof RangeError ? toUsageError(error, OPTION_NAMES) : explained(noun, place, error)
  }
}

/** An error of the system with the folder, or with the address if the server cannot listen. Any other error as it is. */
function explained(noun: string, place: LocalServerPlace, error: unknown): Error {
  const { dir, host = '127.0.0.1', port = 0 } = place
  const reason = systemReason(error)
  const { path = dir, syscall, code } = error as NodeJS.ErrnoException
  if (reason === undefined) return error as Error // the servers throw only Errors
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return new Error(`The ${noun} cannot listen at the host ${host} and port ${port}: ${reason}.`, {
      cause: error,
    })
  const problem = code === 'EEXIST' ? 'this is a file, and a folder is needed. Give another folder' : reason
  return new Error(`The ${noun} in ${dir} cannot be opened: ${path}: ${problem}.`, { cause: error })
}

/** The message of an error and of its causes. */
function withCauses({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} ${withCauses(cause)}` : message
}
