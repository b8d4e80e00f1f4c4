/**
 * The names other tools have put into descriptions, the only place there is for one
 * (docs/glacier-protocol.md#names-in-descriptions): mt-aws-glacier's `mt2 ` and base64url of JSON, FastGlacier's XML
 * with base64, the JSON with a `Path` that AWS's migration tool reads and this package writes.
 */
import { decodeDescription } from './description.js'

/**
 * The name in an archive's description; where it is in no form that is known, the description itself.
 *
 * @example
 * ```ts
 * nameOf('mt2 eyJmaWxlbmFtZSI6ImEudGFyIn0') // 'a.tar'
 * ```
 */
export function nameOf(description: string | undefined): string {
  if (description === undefined) return ''
  return fromMtAws(description) ?? fromFastGlacier(description) ?? decodeDescription(description)
}

function fromMtAws(description: string): string | undefined {
  const encoded = /^mt[12] ([\w-]+=*)$/.exec(description)?.[1]
  if (encoded === undefined) return undefined
  const { filename } = parsed(Buffer.from(encoded, 'base64url').toString('utf8'))
  // Version 1 encoded the name twice.
  return typeof filename !== 'string'
    ? undefined
    : description.startsWith('mt1')
      ? Buffer.from(filename, 'latin1').toString('utf8')
      : filename
}

function fromFastGlacier(description: string): string | undefined {
  const encoded = /^<m><v>\d+<\/v><p>([A-Za-z0-9+/=]*)<\/p>/.exec(description)?.[1]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // looks like it and is not: somebody's plain text
  }
}
