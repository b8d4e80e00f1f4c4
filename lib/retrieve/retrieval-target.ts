/** The archives to retrieve, and the range of the stream that they form. */
import type { ByteRange } from '../byte-range.js'
import type { Tier } from '../store/retrieval-store.js'

/** The archives to retrieve, and the range of the stream that they form. */
export interface RetrievalTarget {
  /** The ID of an archive. Several archives, such as the volumes of a stream, are read in order as one stream. */
  readonly archiveId: string | readonly string[]
  /**
   * The byte range of the stream; defaults to the whole stream. Up to an eighth more is retrieved, since only certain
   * ranges can be verified, but only this range is handed on. A range of several archives requires `archiveSizes`.
   */
  readonly range?: ByteRange | undefined
  /** Bytes of the archive, if known. A range that ends where the archive ends requires it. */
  readonly archiveSize?: number | undefined
  /**
   * Bytes of each of several archives, if known. They allow jobs to be started ahead whose output can be read before it
   * expires.
   */
  readonly archiveSizes?: readonly (number | undefined)[] | undefined
  /**
   * The hashes of the archives, if known: of a vault, tree hashes in lowercase hex. With them, `retrieveToFile` needs no job
   * for an archive that its file already contains.
   */
  readonly archiveHashes?: readonly (string | undefined)[] | undefined
  /** Retrieval speed and cost; defaults to the service's default, Standard. */
  readonly tier?: Tier | undefined
}

/** An archive of a target, and the facts that are known of it. */
export interface KnownArchive {
  /** The ID of the archive. */
  readonly archiveId: string
  /** Bytes of the archive; `undefined` if unknown. */
  readonly archiveSize: number | undefined
  /** The hash of the archive; `undefined` if unknown. */
  readonly hash: string | undefined
}

/**
 * Lists the archives of a target.
 *
 * @throws {RangeError} the numbers of archives and of `archiveSizes` differ
 */
export function archivesOf(target: RetrievalTarget): KnownArchive[] {
  const { archiveId, archiveSize, archiveSizes, archiveHashes = [] } = target
  const archiveIds = [archiveId].flat()
  const sizes = archiveSizes ?? (archiveIds.length === 1 ? [archiveSize] : [])
  if (archiveSizes && archiveSizes.length !== archiveIds.length)
    throw new RangeError(
      `archiveSizes must have a size for each of the ${archiveIds.length} archives, not ${archiveSizes.length} sizes.`,
    )
  return archiveIds.map((id, i) => ({
    archiveId: id,
    archiveSize: sizes[i],
    hash: archiveHashes[i],
  }))
}

/** The bytes of all archives; `undefined` if the size of one is unknown. */
export function totalSizeOf(archives: readonly KnownArchive[]): number | undefined {
  let total = 0
  for (const { archiveSize } of archives) {
    if (archiveSize === undefined) return undefined
    total += archiveSize
  }
  return total
}
