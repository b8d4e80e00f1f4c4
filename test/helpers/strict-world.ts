import { type Test } from 'tap'
import type { LocalVault, LocalVaultOptions } from '../../lib/local/index.js'
import { clock, hashHeaders, localVaultFor, send, type Clock, type RawResponse } from './local-vault.js'
import { MIB } from '../../lib/sizes.js'

export interface World {
  readonly vault: LocalVault
  readonly time: Clock
  readonly ask: (method: string, path: string, more?: Asked) => Promise<RawResponse>
  readonly store: (bytes: Buffer) => Promise<string>
  readonly initiate: () => Promise<string>
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Sent as it is, or as JSON. */
  readonly body?: Buffer | string | object
}

export async function worldFor(test: Test, options: Partial<LocalVaultOptions> = {}): Promise<World> {
  const time = clock()
  const vault = await localVaultFor(test, { now: time.now, ...options })
  const ask: World['ask'] = (method, path, { headers = {}, body = '' } = {}) => {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    return send(vault, { method, path: `/-${path}`, headers, body: sent, time: time.time })
  }
  for (const name of ['docs', 'photos']) await ask('PUT', `/vaults/${name}`)
  return {
    vault,
    time,
    ask,
    store: async (body) => {
      const { headers } = await ask('POST', '/vaults/docs/archives', { headers: hashHeaders(body), body })
      return String(headers['x-amz-archive-id'])
    },
    initiate: async () => {
      const { headers } = await ask('POST', '/vaults/docs/multipart-uploads', {
        headers: { 'x-amz-part-size': String(MIB) },
      })
      return String(headers['x-amz-multipart-upload-id'])
    },
  }
}
