import { createHash } from 'node:crypto'

/** A stream's bytes in one piece. */
export async function gathered(source: AsyncIterable<unknown>, onto: Buffer[] = []): Promise<Buffer> {
  for await (const chunk of source) onto.push(chunk as Buffer)
  return Buffer.concat(onto)
}

/** SHA-256 of a stream's bytes, lowercase hex. */
export async function sha256Of(source: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of source) hash.update(chunk)
  return hash.digest('hex')
}
