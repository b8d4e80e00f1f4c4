import { type Test } from 'tap'
import { type LocalVault, type LocalVaultOptions } from '../../lib/local/index.js'
import { clock, hashHeaders, localVaultFor, send, type RawResponse } from './local-vault.js'

/** Two hours after the inventories of 12:00, and eleven before those of 03:00. */
const START = Date.parse('2026-03-01T14:00:00.000Z')

/** A vault whose clock stands still but for its control, and what is asked of it. */
export interface World {
  readonly vault: LocalVault
  readonly time: { time: number }
  readonly ask: (method: string, path: string, body?: Uint8Array | object) => Promise<RawResponse>
  readonly upload: (text: string) => Promise<string>
  /** Starts an archive retrieval. */
  readonly retrieve: (archiveId: string, Tier: string) => Promise<RawResponse>
  readonly status: (started: RawResponse) => Promise<unknown>
}

export async function worldFor(
  test: Test,
  options: Partial<LocalVaultOptions>,
  start = START,
): Promise<World> {
  const time = clock(start)
  const vault = await localVaultFor(test, { now: time.now, createVaults: true, ...options })
  const ask: World['ask'] = (method, path, body) => {
    const isBytes = body instanceof Uint8Array
    return send(vault, {
      method,
      path: path.startsWith('/-') ? path : `/-/vaults/docs${path}`,
      body: isBytes ? body : body === undefined ? '' : JSON.stringify(body),
      headers: isBytes ? hashHeaders(body) : {},
      time: time.time,
    })
  }
  return {
    vault,
    time,
    ask,
    upload: async (text) =>
      String((await ask('POST', '/archives', Buffer.from(text))).headers['x-amz-archive-id']),
    retrieve: (ArchiveId, Tier) => ask('POST', '/jobs', { Type: 'archive-retrieval', ArchiveId, Tier }),
    status: async ({ headers }) =>
      (await ask('GET', `/jobs/${String(headers['x-amz-job-id'])}`)).json.StatusCode,
  }
}
