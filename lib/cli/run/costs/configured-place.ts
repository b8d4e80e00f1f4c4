/** Where a command would store an archive, for the costs that it states without a request. */
import { join } from 'node:path'
import { readOwnJson } from '../../../local/disk/own-file.js'
import { HOME_CONTENT, isHome } from '../../../local/records/home-record.js'
import type { Io } from '../../io.js'
import type { ConnectionOptions } from '../../options/connection-options.js'
import { withConnection } from '../connection.js'
import { localDirOf } from '../data-folder.js'
import type { Place } from './archive-costs.js'

/** The region of a local vault that does not exist yet, unless it is given one. */
const FIRST_LOCAL_REGION = 'us-east-1'

/**
 * The region and endpoint of the options and the configuration. Nothing is sent, and no local vault is created.
 *
 * @throws {UsageError} options that contradict each other
 * @throws {Error} the file of the local vault that states its region contains anything else
 */
export async function configuredPlace(options: ConnectionOptions, io: Io): Promise<Place> {
  const dir = localDirOf(options, io.env)
  if (dir !== undefined && options.endpoint === undefined)
    return { region: options.region ?? (await localRegion(dir)), endpoint: 'local' }
  return withConnection(options, io, async ({ address }) => {
    return address().catch(() => ({ region: undefined })) // the costs are unknown then
  })
}

async function localRegion(dir: string): Promise<string> {
  const home = await readOwnJson(join(dir, 'home.json'), isHome, HOME_CONTENT)
  return home?.region ?? FIRST_LOCAL_REGION
}
