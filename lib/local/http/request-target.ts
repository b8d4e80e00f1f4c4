/** A request's target: a path, or, as to a proxy, a whole address (RFC 9112, 3.2). */

/** A request's target, taken apart. */
export interface RequestTarget {
  /**
   * Percent-encoded, without empty segments. Dot segments, which are not signed either, stay here: they are names that
   * nothing has, so that deleting an archive named `..` does not delete its vault.
   */
  readonly path: string
  /** As on the request line, behind the `?`. */
  readonly queryText: string
  readonly query: URLSearchParams
}

/** Parameters of a presigned request that must not be shown. */
const SECRETS = new Set(['x-amz-signature', 'x-amz-security-token'])

/** Takes the target of a request apart. Of a whole address, only path and query count: the `Host` header is signed. */
export function parseTarget(url: string): RequestTarget {
  const at = url.indexOf('?')
  const [address, queryText] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const path = address.replace(/^https?:\/\/[^/]*/i, '')
  return { path: path.replace(/\/{2,}/g, '/'), queryText, query: new URLSearchParams(queryText) }
}

/** Path and query of a target for people to read: without signature and session token. */
export function shownTarget({ path, queryText }: RequestTarget): string {
  if (queryText === '') return path
  const pairs = queryText.split('&').map((pair) => {
    const [name = ''] = [...new URLSearchParams(pair).keys()]
    return SECRETS.has(name.toLowerCase()) ? `${name}=[redacted]` : pair
  })
  return `${path}?${pairs.join('&')}`
}
