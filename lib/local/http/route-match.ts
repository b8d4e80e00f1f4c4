/** Finds the operation that a request calls. */
import { ROUTES, type Route } from './routes.js'

/** The route of a request, and the names in its path. */
export interface RouteMatch {
  readonly route: Route
  /** The account in the path: 12 digits, or `-` for that of the key pair. */
  readonly accountId: string
  /** The names in the path, decoded. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * The operation that a request calls; `undefined` if there is no such operation.
 *
 * @param path - as on the request line, percent-encoded
 */
export function findRoute(method: string, path: string, query: URLSearchParams): RouteMatch | undefined {
  const [lead, accountId, ...segments] = path.split('/').map(decoded)
  if (lead !== '' || accountId === undefined) return undefined
  for (const route of ROUTES) {
    if (route.method !== method || (route.query && !hasParameter(query, route.query))) continue
    const names = namesIn(route.path.split('/'), segments)
    if (names) return { route, accountId, names }
  }
  return undefined
}

/** Whether a query has a parameter with a value, exactly once. */
function hasParameter(query: URLSearchParams, parameter: string): boolean {
  const [name = '', value] = parameter.split('=')
  const values = query.getAll(name)
  return values.length === 1 && values[0] === value
}

function namesIn(
  pattern: readonly string[],
  segments: readonly (string | undefined)[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const names: Record<string, string> = {}
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i]
    if (segment === undefined || segment === '') return undefined
    if (part.startsWith('{')) names[part.slice(1, -1)] = segment
    else if (part !== segment) return undefined
  }
  return names
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
