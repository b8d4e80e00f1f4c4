/** Starts the local vault for a command. */
import type { LocalVault, LocalVaultOptions } from '../../local/index.js'
import type { Io } from '../io.js'
import { printNote } from '../output/print.js'
import { startLocalServer } from './local-server.js'

/**
 * Starts a local vault. Its warnings are warnings on stderr, and so are its failures, as of {@link startLocalServer}.
 *
 * @throws as {@link startLocalServer} and {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions, io: Io): Promise<LocalVault> {
  const { startLocalVault } = await import('../../local/index.js')
  const onWarning = (message: string): void => {
    printNote(io, `WARNING: ${message}`)
  }
  return startLocalServer('local vault', options, io, (onFailure) =>
    startLocalVault({ ...options, onFailure, onWarning }),
  )
}
