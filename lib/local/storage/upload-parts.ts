/** The parts in an upload's folder: `00000.part`, `00001.part`, … */
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

/** The archive that a completion expects. */
export interface ExpectedArchive {
  /** Bytes. */
  readonly size: number
  readonly treeHash: string
}

/** The 0-based indexes of the parts in a folder, in order. The promise is rejected if the folder does not exist. */
export async function partIndexes(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).sort()
  return names.filter((name) => /^\d{5}\.part$/.test(name)).map((name) => Number.parseInt(name, 10))
}

/**
 * A part of an upload.
 *
 * @param partSize - bytes of each part except the last
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
 * Asserts that the parts of an upload make the expected archive.
 *
 * The messages about its size and parts are ours: those of the service are not known
 * (docs/glacier-protocol.md#not-documented).
 *
 * @param what - the upload, for messages
 * @throws {ApiError} 400: bytes are missing, or the parts make another archive; 507: a part is damaged
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
 * Asserts that an archive is the expected one.
 *
 * @throws {ApiError} 400: it has another size or tree hash
 */
export function assertSameArchive(archive: ExpectedArchive, { size, treeHash }: ExpectedArchive): void {
  if (archive.size !== size)
    throw invalidParameter(`Invalid x-amz-archive-size: ${size}; the parts have ${archive.size} bytes.`)
  if (archive.treeHash !== treeHash) throw invalidParameter(`Invalid x-amz-sha256-tree-hash: ${treeHash}`)
}
