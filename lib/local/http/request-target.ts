/** The target of a request: a path, or, as to a proxy, a URL (RFC 9112, 3.2). */

/** A request's target, taken apart. */
export interface RequestTarget {
  /**
   * Percent-encoded, without empty segments. Dot segments are kept, although they are not signed: nothing has such a name,
   * so that deleting an archive named `..` does not delete its vault.
   */
  readonly path: string
  /** As on the request line, after the `?`. */
  readonly queryText: string
  readonly query: URLSearchParams
}

/** Parameters of a presigned request that are not shown. */
const SECRETS = new Set(['x-amz-signature', 'x-amz-security-token'])

/** Parses the target of a request. Of a URL, only path and query are used: the `Host` header is signed. */
export function parseTarget(url: string): RequestTarget {
  const at = url.indexOf('?')
  const [address, queryText] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const path = address.replace(/^https?:\/\/[^/]*/i, '')
  return { path: path.replace(/\/{2,}/g, '/'), queryText, query: new URLSearchParams(queryText) }
}

/** Path and query of a target without signature and session token, for the request log. */
export function shownTarget({ path, queryText }: RequestTarget): string {
  if (queryText === '') return path
  const pairs = queryText.split('&').map((pair) => {
    const [name = ''] = [...new URLSearchParams(pair).keys()]
    return SECRETS.has(name.toLowerCase()) ? `${name}=[redacted]` : pair
  })
  return `${path}?${pairs.join('&')}`
}
