/**
 * One spelling for each endpoint, so that endpoints can be compared: the origin and the base path, without a slash at
 * the end.
 */

/** Domains of the service's own endpoints, VPC endpoints included. */
const SERVICE_DOMAIN = /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/

/**
 * Normalizes an endpoint: lower-case scheme and host, no default port, no slash at the end, no user name or query.
 *
 * @returns `undefined` where the endpoint is the service's own; what is not an HTTP URL is returned as it is
 */
export function normalizeEndpoint(endpoint: string): string | undefined {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return endpoint
  if (SERVICE_DOMAIN.test(url.hostname)) return undefined
  return url.origin + url.pathname.replace(/\/+$/, '')
}
