/**
 * The path in the signature of a request. Signature version 4 normalizes paths for every service except S3. Botocore and
 * the SDK for JavaScript sign the normalized path, and send the original one.
 */

/**
 * A path without empty segments and dot segments, as in botocore's `normalize_url_path`. Percent-encoded dots are kept.
 *
 * @param path - as on the request line, percent-encoded
 */
export function normalizedPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  const lead = path === '' || path.startsWith('/') ? '/' : ''
  const end = path.endsWith('/') && segments.length > 0 ? '/' : ''
  return `${lead}${segments.join('/')}${end}`
}
