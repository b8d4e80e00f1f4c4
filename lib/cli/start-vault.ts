/** Starts the local vault for a command: what goes wrong is told with its folder, and a signal ends the waiting. */
import { AbortError } from '../errors.js'
import { systemReason } from '../fs/system-reason.js'
import type { LocalVault, LocalVaultOptions } from '../local/index.js'

/**
 * Starts a local vault.
 *
 * @param signal - ends the waiting for a lock that another process holds
 * @throws {AbortError} `ABORT_ERR`: the signal fired
 * @throws an Error with the folder and the system's reason, where the folder cannot be used
 * @throws as {@link startLocalVault}
 */
export async function startVault(options: LocalVaultOptions, signal: AbortSignal): Promise<LocalVault> {
  const { startLocalVault } = await import('../local/index.js')
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new AbortError({ cause: signal.reason }))
    }
    if (signal.aborted) {
      stop()
      return
    }
    signal.addEventListener('abort', stop, { once: true })
    startLocalVault(options)
      .then(
        (vault) => {
          if (signal.aborted) return vault.close()
          resolve(vault)
          return undefined
        },
        (error: unknown) => {
          reject(withFolder(options.dir, error))
        },
      )
      .finally(() => {
        signal.removeEventListener('abort', stop)
      })
  })
}

/** An error of the system's is told with the folder; but for those of the network. */
function withFolder(dir: string, error: unknown): Error {
  const reason = systemReason(error)
  const { path = dir, syscall } = error as NodeJS.ErrnoException
  if (reason === undefined || syscall === 'listen') return error as Error // which is all it throws
  return new Error(`The local vault in ${dir} cannot be opened: ${path}: ${reason}.`, { cause: error })
}
