/**
 * `ls [VAULT]`: the archives the catalog knows.
 */
import { archivesIn } from '../catalog/archives.js'
import { readCatalog } from '../catalog/catalog.js'
import { decodeDescription } from '../vault/description.js'
import { catalogFileOf, type CatalogOptions } from './connection.js'
import { printData, printJson, type Io } from './io.js'
import { formatSize } from './size.js'

/** Runs `ls`: time, size, vault, archive ID and description, a line an archive, the oldest first. */
export async function ls(vaultName: string | undefined, options: CatalogOptions, io: Io): Promise<void> {
  for await (const archive of archivesIn(readCatalog(catalogFileOf(options, io.env)))) {
    if (vaultName !== undefined && archive.vaultName !== vaultName) continue
    const { time, size, archiveId, description = '' } = archive
    const line = [
      time,
      formatSize(size).padStart(10),
      archive.vaultName,
      archiveId,
      decodeDescription(description),
    ]
    await (options.json ? printJson(io, archive) : printData(io, line.join('  ').trimEnd()))
  }
}
