/** No archive ID has two hashes or two sizes. */
import type { Environment } from '../actors/environment.js'
import { allRecords } from './all-records.js'

/** Compares the archives of all records, and of the vault. */
export function checkOneHash(env: Environment): void {
  const contents = new Map<string, string>()
  for (const { type, archiveId, size, treeHash } of allRecords(env)) {
    if (type !== 'archive' || archiveId === undefined) continue
    const content = `${size} bytes of ${treeHash}`
    const other = contents.get(archiveId) ?? content
    if (other !== content)
      env.world.fail('an archive ID has one hash', `${archiveId} is recorded as ${other} and as ${content}`)
    contents.set(archiveId, content)
    const archive = env.service.archives.get(archiveId)
    if (archive && `${archive.bytes.length} bytes of ${archive.treeHash}` !== content)
      env.world.fail(
        'an archive ID has one hash',
        `${archiveId} is recorded as ${content}, and the vault has another`,
      )
  }
}
