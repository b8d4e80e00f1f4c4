/**
 * `verify FILE VAULT ARCHIVE`: compares the tree hash of a file with that of an archive, or with those of all volumes of
 * a set. No archive is retrieved. With `--inventory`, the inventory is.
 */
import { assertNoConflicts } from '../../../catalog/queries/conflicts.js'
import type { VaultPlace } from '../../../catalog/queries/stored-entries.js'
import type { ArchiveRecord } from '../../../catalog/record.js'
import { archivesOfSet, setFrom, setIdOf, setOf, type ArchiveSet } from '../../../catalog/queries/sets.js'
import { IncompleteSetError, NotFoundError, SizeMismatchError, HashMismatchError } from '../../../errors.js'
import { recordOfRow } from '../../../reconcile/reconciler.js'
import { withPath } from '../../../fs/system-reason.js'
import { invariant } from '../../../invariant.js'
import { FileHasher } from '../../../tree-hash/file-hasher.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { setText } from '../../output/set-text.js'
import { withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { hashOf } from '../hash/hash-file.js'
import { sectionHashesOf } from '../hash/set-hash.js'
import type { VerifyOptions } from '../../commands/archives/verify.js'
import { openInventory } from '../inventory.js'
import { objectOperandOf } from '../objects/object-operand.js'
import { placeOf, selectArchives } from '../select/select-archives.js'
import { verifyObject } from './verify-object.js'

/**
 * Runs `verify`.
 *
 * @param vaultName - or the address of an object or of a bucket
 * @param given - the archive; `undefined` with the address of an object
 */
export async function verify(
  file: string,
  vaultName: string,
  given: string | undefined,
  options: VerifyOptions,
  io: Io,
): Promise<void> {
  const object = objectOperandOf(vaultName, given === undefined ? [] : [given])
  if (object) {
    await verifyObject(file, object, options, io)
    return
  }
  invariant(given !== undefined, 'the command demands an archive of a vault')
  const place = (): Promise<VaultPlace> => knownPlaceOf(vaultName, options, io)
  const [selected] = await selectArchives([given], { vaultName, options, io, place, isStrict: false })
  invariant(selected !== undefined, 'one text selects one archive')
  const { archiveId } = selected
  const set = options.inventory
    ? await inInventory(vaultName, archiveId, options, io)
    : await inCatalog(vaultName, archiveId, options, io)
  const volumes = volumesToCompare(set, archiveId, options, io)
  if (!options.inventory)
    await assertNoConflicts(
      catalogFileOf(options, io.env),
      volumes.map((volume) => volume.archiveId),
    )
  const hasher = new FileHasher()
  try {
    const [first] = volumes
    const comparison =
      volumes.length === 1 && first
        ? compareOne(file, first, hasher, io)
        : compareSet(file, volumes, hasher, io)
    await comparison.catch((error: unknown) => {
      throw withPath(error, file)
    })
  } finally {
    hasher.close()
  }
  if (options.json) await printJson(io, resultOf(file, archiveId, volumes, set))
  else await printData(io, `${file}: OK`)
}

/** Where the vault is, as far as it can be known: a comparison with the catalog works without a connection. */
async function knownPlaceOf(vaultName: string, options: VerifyOptions, io: Io): Promise<VaultPlace> {
  return withConnection(options, io, (connection) => placeOf(connection, vaultName)).catch(() => {
    io.signal.throwIfAborted()
    return { vaultName }
  })
}

/** The volumes to compare: all of the set for the ID of its first volume, else the one archive. */
function volumesToCompare(
  set: ArchiveSet,
  archiveId: string,
  { volumes: includesSet, quiet }: VerifyOptions,
  io: Io,
): readonly ArchiveRecord[] {
  const { volumes, missing, state } = set
  const archive = archivesOfSet(set).find((volume) => volume.archiveId === archiveId)
  if (archive && (!includesSet || archive.firstVolume !== undefined)) {
    if (includesSet && !quiet)
      printNote(
        io,
        `The archive is volume ${archive.volume} of the set ${setIdOf(archive)}. Only this volume is compared.`,
      )
    return [archive]
  }
  if (missing.length > 0) throw new IncompleteSetError(archiveId, missing)
  if (state !== 'complete')
    printNote(io, `Warning: the file is compared with a set that may be incomplete: ${setText(set)}.`)
  return volumes
}

async function compareOne(file: string, archive: ArchiveRecord, hasher: FileHasher, io: Io): Promise<void> {
  const found = await hashOf(file, hasher, io)
  if (found.size !== archive.size) throw new SizeMismatchError(file, archive.size, found.size)
  if (found.treeHash !== archive.treeHash)
    throw new HashMismatchError('archive', file, archive.treeHash, found.treeHash)
}

async function compareSet(
  file: string,
  volumes: readonly ArchiveRecord[],
  hasher: FileHasher,
  io: Io,
): Promise<void> {
  const sizes = volumes.map(({ size }) => size)
  const hashes = await sectionHashesOf(file, sizes, hasher, io)
  let start = 0
  for (const [i, { volume, size, treeHash }] of volumes.entries()) {
    const where = `bytes ${start}-${start + size - 1} of ${file} (volume ${volume})`
    if (hashes[i] !== treeHash) throw new HashMismatchError('archive', where, treeHash, hashes[i])
    start += size
  }
}

function resultOf(
  file: string,
  archiveId: string,
  volumes: readonly ArchiveRecord[],
  set: ArchiveSet,
): object {
  const [first] = volumes
  if (volumes.length === 1) return { file, archiveId, size: first?.size, treeHash: first?.treeHash }
  const shown = volumes.map((volume) => ({
    archiveId: volume.archiveId,
    size: volume.size,
    treeHash: volume.treeHash,
  }))
  return { file, archiveId, size: set.size, volumes: shown, state: set.state }
}

async function inCatalog(
  vaultName: string,
  archiveId: string,
  options: VerifyOptions,
  io: Io,
): Promise<ArchiveSet> {
  const set = await setOf(catalogFileOf(options, io.env), archiveId)
  if (set?.volumes[0]?.vaultName === vaultName) return set
  throw new UsageError(
    `The catalog has no archive ${archiveId} in ${vaultName}. Give --inventory to compare with the inventory of the vault, which takes hours.`,
  )
}

async function inInventory(
  vaultName: string,
  archiveId: string,
  options: VerifyOptions,
  io: Io,
): Promise<ArchiveSet> {
  return withConnection(options, io, async ({ client, address }) => {
    const here = { vaultName, ...(await address()) }
    const records: ArchiveRecord[] = []
    for await (const row of openInventory(client, vaultName, options, io)) {
      const record = recordOfRow(row, here, options.accountId)
      if (row.archiveId === archiveId || record.firstVolume === archiveId) records.push(record)
    }
    if (records.length > 0) return setFrom(records)
    throw new NotFoundError(`the inventory of ${vaultName} has no archive ${archiveId}`, {
      operation: 'GetJobOutput',
      serviceCode: 'ResourceNotFoundException',
    })
  })
}
