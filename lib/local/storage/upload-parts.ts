/**
 * The parts in an upload's folder: `00000.part`, `00001.part`, …
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeStack } from '../../tree-hash/tree-hash.js'
import type { ByteRange } from '../../byte-range.js'
import { partName } from '../records/archive-record.js'
import { describePart, type StoredPart } from './part-file.js'
import { invalidParameter } from '../service/api-error.js'

/** A part of an upload. */
export interface UploadedPart extends ByteRange, StoredPart {
  /** 0-based. */
  readonly index: number
}

/** What a completion says of the archive. */
export interface ExpectedArchive {
  /** Bytes. */
  readonly size: number
  readonly treeHash: string
}

/** The numbers of the parts that are there, in order; fails where there is no such folder. */
export async function partIndexes(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).sort()
  return names.filter((name) => /^\d{5}\.part$/.test(name)).map((name) => Number.parseInt(name, 10))
}

/**
 * A part that is there.
 *
 * @param what - the upload, for messages
 * @throws {DamageError} 507: its file is damaged
 */
export async function partAt(
  folder: string,
  partSize: number,
  index: number,
  what: string,
): Promise<UploadedPart> {
  const part = await describePart(join(folder, partName(index)), what)
  return { index, start: index * partSize, end: index * partSize + part.size, ...part }
}

/**
 * Throws unless the parts make the archive that is asked for.
 *
 * The texts about its size and its parts are ours: the service's are not known
 * (docs/glacier-protocol.md#not-documented).
 *
 * @param what - the upload, for messages
 * @throws {ApiError} 400: bytes are missing, or there are others than announced; 507: a part is damaged
 */
export async function assertPartsMake(
  folder: string,
  partSize: number,
  { size, treeHash }: ExpectedArchive,
  what: string,
): Promise<void> {
  const nodes = new NodeStack()
  let end = 0
  for (const index of await partIndexes(folder)) {
    const part = await partAt(folder, partSize, index, what)
    if (part.start !== end) {
      throw invalidParameter(
        `The parts of the upload are not contiguous: bytes ${end}-${part.start - 1} are missing.`,
      )
    }
    nodes.push(Buffer.from(part.treeHash, 'hex'))
    end = part.end
  }
  if (end === 0) throw invalidParameter('The upload has no parts.')
  assertSameArchive({ size: end, treeHash: nodes.root().toString('hex') }, { size, treeHash })
}

/**
 * Throws unless an archive is the one that a completion speaks of.
 *
 * @throws {ApiError} 400: it has another size or tree hash
 */
export function assertSameArchive(archive: ExpectedArchive, { size, treeHash }: ExpectedArchive): void {
  if (archive.size !== size)
    throw invalidParameter(`Invalid x-amz-archive-size: ${size}; the parts have ${archive.size} bytes.`)
  if (archive.treeHash !== treeHash) throw invalidParameter(`Invalid x-amz-sha256-tree-hash: ${treeHash}`)
}
