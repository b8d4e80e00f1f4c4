import t from 'tap'
import type { LocalVault } from '../../lib/local/index.js'

const SECRET = 'a-secret-of-twenty-two'

export interface Told {
  readonly status: number
  readonly json: Record<string, unknown>
}

/** Gives an order over HTTP. */
export async function order(
  { endpoint }: Pick<LocalVault, 'endpoint'>,
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${SECRET}`,
): Promise<Told> {
  const response = await fetch(`${endpoint}/.control/${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  t.equal(response.headers.get('content-type'), 'application/json')
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}
