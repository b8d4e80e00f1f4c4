/** Requests of uploads to a local vault, for tests. */

import { MIB } from '../../lib/sizes.js'
import { type LocalVault } from '../../lib/local/index.js'
import { hashHeaders, send, type RawRequest } from './local-vault.js'

/** Creates a vault. */
export async function withVault(vault: LocalVault, name = 'docs'): Promise<void> {
  await send(vault, { method: 'PUT', path: `/-/vaults/${name}` })
}

/** The request that begins an upload. */
export function initiateRequest(partSize = MIB, headers: Record<string, string> = {}): RawRequest {
  return {
    method: 'POST',
    path: '/-/vaults/docs/multipart-uploads',
    headers: { 'x-amz-part-size': String(partSize), ...headers },
  }
}

/** Begins an upload; its ID. */
export async function initiate(
  vault: LocalVault,
  partSize?: number,
  headers?: Record<string, string>,
): Promise<string> {
  const { headers: found } = await send(vault, initiateRequest(partSize, headers))
  return String(found['x-amz-multipart-upload-id'])
}

/** The request that sends a part. */
export function part(
  uploadId: string,
  start: number,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): RawRequest {
  return {
    method: 'PUT',
    path: `/-/vaults/docs/multipart-uploads/${uploadId}`,
    headers: {
      'content-range': `bytes ${start}-${start + bytes.length - 1}/*`,
      ...hashHeaders(bytes),
      ...headers,
    },
    body: bytes,
  }
}
