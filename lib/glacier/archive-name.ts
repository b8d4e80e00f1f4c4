/**
 * The names that tools write into descriptions, the only metadata of an archive
 * (docs/glacier-protocol.md#names-in-descriptions): `mt2 ` and base64url of JSON by mt-aws-glacier, XML with base64 by
 * FastGlacier, and JSON with a `Path`, which AWS's migration tool reads and this package writes.
 */

/**
 * Returns the name in an archive's description; the description itself if it has no known form.
 *
 * @example
 * ```ts
 * nameOf('mt2 eyJmaWxlbmFtZSI6ImEudGFyIn0') // 'a.tar'
 * ```
 */
export function nameOf(description: string | undefined): string {
  return nameIn(description) ?? description ?? ''
}

/** Returns the name in a description that has a known form; `undefined` if it has none. */
export function nameIn(description: string | undefined): string | undefined {
  if (description === undefined) return undefined
  return fromMtAws(description) ?? fromFastGlacier(description) ?? fromJson(description)
}

/** AWS's migration tool reads `path` too. */
function fromJson(description: string): string | undefined {
  if (!description.startsWith('{')) return undefined
  const { Path: name, path = name } = parsed(description)
  const found = typeof name === 'string' ? name : path
  return typeof found === 'string' ? found : undefined
}

function fromMtAws(description: string): string | undefined {
  const encoded = /^mt[12] ([\w-]+=*)$/.exec(description)?.[1]
  if (encoded === undefined) return undefined
  const { filename } = parsed(Buffer.from(encoded, 'base64url').toString('utf8'))
  // Version 1 encodes the name twice.
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
    return {} // plain text that looks like the form
  }
}
