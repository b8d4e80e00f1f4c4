/** The parts that a completion lists. */
import {
  CHECKSUM_ALGORITHMS,
  checksumElement,
  type ChecksumAlgorithm,
} from '../checksums/checksum-algorithms.js'
import { BucketError, invalidArgument, malformedXml } from '../service/bucket-error.js'
import { MAX_PART_NUMBER } from '../service/bucket-limits.js'
import { textOf, type XmlNode } from '../xml/xml-reader.js'
import type { BucketRequest } from './bucket-request.js'
import { xmlBody } from './xml-body.js'

/** A part in a completion. */
export interface ListedPart {
  /** 1–10,000. */
  readonly number: number
  /** Without quotes. */
  readonly etag: string
  /** The checksums, in base64. */
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>
}

/**
 * The parts that a completion lists, in ascending order.
 *
 * @throws {BucketError} 400 `MalformedXML`: there are none or too many, or one has no number or ETag; 400 `InvalidPartOrder`
 */
export async function completedParts(request: BucketRequest): Promise<readonly ListedPart[]> {
  const root = await xmlBody(request, 'CompleteMultipartUpload')
  const parts = root.children.map(partIn)
  if (parts.length === 0 || parts.length > MAX_PART_NUMBER) throw malformedXml()
  for (const [index, { number }] of parts.entries()) {
    const before = parts[index - 1]
    if (before !== undefined && before.number >= number) throw invalidPartOrder()
  }
  return parts
}

/** 400: the parts are not in ascending order, or not consecutive although they have checksums. */
export function invalidPartOrder(): BucketError {
  return new BucketError(
    400,
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
  )
}

function partIn(node: XmlNode): ListedPart {
  const number = textOf(node, 'PartNumber')
  const etag = textOf(node, 'ETag')
  if (node.name !== 'Part' || number === undefined || etag === undefined) throw malformedXml()
  if (!/^\d{1,9}$/.test(number)) throw malformedXml()
  if (Number(number) < 1 || Number(number) > MAX_PART_NUMBER)
    throw invalidArgument('PartNumber must be >= 1 and <= 10000', 'partNumber', number)
  const checksums = new Map<ChecksumAlgorithm, string>()
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = textOf(node, checksumElement(algorithm))
    if (value !== undefined) checksums.set(algorithm, value)
  }
  return { number: Number(number), etag: etag.replace(/^"(.*)"$/, '$1'), checksums }
}
