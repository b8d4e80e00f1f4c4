/** Opens the catalog of a command for writing. */
import { Catalog } from '../../catalog/catalog.js'
import type { Io } from '../io.js'
import type { CatalogWriteOptions } from '../options/catalog-mirror.js'
import type { CatalogOptions } from '../options/connection-options.js'
import { toUsageError } from '../options/option-names.js'
import { printNote } from '../output/print.js'
import { catalogFileOf } from './data-folder.js'

/**
 * Opens the catalog, and its mirror if `--catalog-mirror` is given. A mirror that is not up to date is a warning on stderr,
 * also with `--quiet`: it is about data.
 *
 * @throws {UsageError} the mirror is the catalog itself
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be written
 */
export async function openCatalog(options: CatalogOptions & CatalogWriteOptions, io: Io): Promise<Catalog> {
  const { catalogMirror: mirror } = options
  const onMirrorFailure = ({ message }: Error): void => {
    printNote(io, `Warning: ${message}`)
  }
  try {
    return await Catalog.open(catalogFileOf(options, io.env), { mirror, onMirrorFailure })
  } catch (error) {
    throw toUsageError(error, { mirror: '--catalog-mirror' })
  }
}
