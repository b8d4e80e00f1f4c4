import { type Test } from 'tap'
import { type LocalVault, type LocalVaultOptions } from '../../lib/local/index.js'
import { clock, hashHeaders, localVaultFor, send, type Clock, type RawResponse } from './local-vault.js'

const START = Date.parse('2026-03-01T12:00:00.500Z')

/** A vault whose clock stands still, and what is asked of it. */
export interface World {
  readonly vault: LocalVault
  readonly time: Clock
  readonly get: (path: string, headers?: Record<string, string>) => Promise<RawResponse>
  readonly post: (
    path: string,
    body: object | Uint8Array,
    headers?: Record<string, string>,
  ) => Promise<RawResponse>
  readonly upload: (text: string, description?: string) => Promise<string>
  readonly start: (order: object) => Promise<string>
}

export async function worldFor(test: Test, options: Partial<LocalVaultOptions> = {}): Promise<World> {
  const time = clock(START)
  const vault = await localVaultFor(test, { now: time.now, createVaults: true, ...options })
  const path = (rest: string): string => (rest.startsWith('/-') ? rest : `/-/vaults/docs${rest}`)
  const post: World['post'] = (rest, body, headers = {}) =>
    send(vault, {
      method: 'POST',
      path: path(rest),
      body: body instanceof Uint8Array ? body : JSON.stringify(body),
      headers,
      time: time.time,
    })
  await send(vault, { method: 'PUT', path: path(''), time: time.time })
  return {
    vault,
    time,
    post,
    get: (rest, headers = {}) => send(vault, { method: 'GET', path: path(rest), headers, time: time.time }),
    upload: async (text, description = '') => {
      const bytes = Buffer.from(text)
      const headers = { ...hashHeaders(bytes), 'x-amz-archive-description': description }
      return String((await post('/archives', bytes, headers)).headers['x-amz-archive-id'])
    },
    start: async (order) => {
      const answer = await post('/jobs', order)
      test.equal(answer.status, 202, answer.body.toString())
      return String(answer.headers['x-amz-job-id'])
    },
  }
}
