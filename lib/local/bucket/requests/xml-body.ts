/** The body of a request that is not the bytes of an object: XML, or nothing. */
import { readXml, type XmlNode } from '../xml/xml-reader.js'
import { malformedXml } from '../service/bucket-error.js'
import { MAX_XML_BYTES } from '../service/bucket-limits.js'
import type { BucketRequest } from './bucket-request.js'

/**
 * Reads the body of a request.
 *
 * @throws {BucketError} 400: it is too long, or is not what the headers say
 */
export async function readWhole({ body }: BucketRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body.bytes()) {
    size += chunk.length
    if (size > MAX_XML_BYTES) throw malformedXml()
    chunks.push(chunk)
  }
  body.checkedHashes()
  return Buffer.concat(chunks)
}

/**
 * The root of the XML in the body of a request.
 *
 * @param root - the name that it must have
 * @throws {BucketError} 400: the body is not such a document, or not what the headers say
 */
export async function xmlBody(request: BucketRequest, root: string): Promise<XmlNode> {
  const node = readXml(await readWhole(request))
  if (node.name !== root) throw malformedXml()
  return node
}
