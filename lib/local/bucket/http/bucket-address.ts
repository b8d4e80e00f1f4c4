/**
 * The bucket and the key that a request addresses: in the path (`/BUCKET/KEY`), or the bucket in the name of the host
 * (`BUCKET.localhost`), as virtual-host-style clients send it. Nothing is normalized: `a//b` and `a/../b` are keys of their own.
 */
import { isLoopback } from '../../service/loopback.js'

/** The target of a request. */
export interface BucketAddress {
  /** The kind of the target. */
  readonly of: 'service' | 'bucket' | 'object'
  /** Decoded; empty for the service. */
  readonly bucket: string
  /** Decoded; empty unless it is an object. */
  readonly key: string
}

/**
 * The address of a request; `undefined` if its path is not percent-encoded UTF-8.
 *
 * @param path - as on the request line, before any `?`
 * @param host - the header Host
 */
export function bucketAddress(path: string, host: string): BucketAddress | undefined {
  const [, named] = /^(.+)\.(?:localhost|127(?:\.\d{1,3}){3})$/i.exec(host.replace(/:\d*$/, '')) ?? []
  const isVirtual = named !== undefined && !isLoopback(host.replace(/:\d*$/, ''))
  const rest = path.replace(/^\//, '')
  const slash = rest.indexOf('/')
  const [first, last] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)]
  const bucket = isVirtual ? named.toLowerCase() : decoded(first)
  const key = decoded(isVirtual ? rest : last)
  if (bucket === undefined || key === undefined) return undefined
  return { of: bucket === '' ? 'service' : key === '' ? 'bucket' : 'object', bucket, key }
}

/** The path and the query of a target: a path, or, as to a proxy, a URL. */
export function splitTarget(url: string): { readonly path: string; readonly queryText: string } {
  const at = url.indexOf('?')
  const [address, queryText] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  return { path: address.replace(/^https?:\/\/[^/]*/i, ''), queryText }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
