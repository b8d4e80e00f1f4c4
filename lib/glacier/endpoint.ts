/**
 * The normal form of endpoints, in which they can be compared: the origin and the base path, without a slash at the end.
 */

/** Domains of the service's own endpoints, VPC endpoints included. */
const SERVICE_DOMAIN = /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/

/**
 * Normalizes an endpoint: lower-case scheme and host, no default port, no slash at the end, no user name or query.
 *
 * @returns `undefined` if the endpoint is the service's own; a text that is not an HTTP URL is returned unchanged
 */
export function normalizeEndpoint(endpoint: string): string | undefined {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return endpoint
  if (SERVICE_DOMAIN.test(url.hostname)) return undefined
  return url.origin + url.pathname.replace(/\/+$/, '')
}
