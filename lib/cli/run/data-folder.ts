/** The folder for the data of the command: the default catalog, and the default local vault. */
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { UsageError } from '../command-errors.js'
import type { Io } from '../io.js'
import type { CatalogOptions } from '../options/connection-options.js'

/** The path of the catalog to use. The local vault has its own. */
export function catalogFileOf(options: CatalogOptions, env: Io['env']): string {
  return options.catalog ?? join(localDirOf(options, env) ?? dataFolder(env), 'catalog.jsonl')
}

/** The folder of the local vault to use; `undefined` when the vaults are not local. */
export function localDirOf({ local, localDir }: CatalogOptions, env: Io['env']): string | undefined {
  return localDir ?? (local ? defaultLocalDir(env) : undefined)
}

/** The folder of the local vault for `--local`, and by default for `serve`. */
export function defaultLocalDir(env: Io['env'], platform: NodeJS.Platform = process.platform): string {
  return join(dataFolder(env, platform), 'local')
}

/** The folder of this program in the platform's folder for data. */
function dataFolder(env: Io['env'], platform: NodeJS.Platform = process.platform): string {
  return join(dataHome(env, platform), 'glacier-pipe')
}

/** The platform's folder for data. A variable that is empty or has a relative path counts as not set. */
function dataHome(env: Io['env'], platform: NodeJS.Platform): string {
  if (platform === 'win32') return absolute(env.LOCALAPPDATA) ?? join(home(), 'AppData', 'Local')
  if (platform === 'darwin') return join(home(), 'Library', 'Application Support')
  return absolute(env.XDG_DATA_HOME) ?? join(home(), '.local', 'share')
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}

/** The home directory in the environment, or the one in the system's user database. */
function home(): string {
  try {
    return absolute(homedir()) ?? userInfo().homedir
  } catch (error) {
    const message = 'There is no home directory for the data. Set HOME, or give --catalog and --local-dir.'
    throw new UsageError(message, { cause: error })
  }
}
