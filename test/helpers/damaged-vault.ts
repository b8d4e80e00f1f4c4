import type { Test } from 'tap'
import type { LocalVault, LocalVaultOptions } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { hashHeaders, localVaultFor, send, type RawResponse } from './local-vault.js'

// What is damaged on disk is a fault of that vault or that item alone, and no answer has a path or what was read.

export const DAMAGED = { status: 507, json: { code: 'LocalStorageException', type: 'Server' } }

/** A path of this machine, which no response may contain. */
const SECRET = 'text of the damaged file'

export interface StoreContext {
  readonly vault: LocalVault
  readonly dir: string
  /** The failures that the server has reported. */
  readonly failures: Error[]
  readonly ask: (
    method: string,
    path: string,
    headers?: Record<string, string>,
    body?: Buffer | string,
  ) => Promise<RawResponse>
}

/** A local vault with the vaults docs and fine, whose answers are all looked at. */
export async function groundFor(t: Test, options: Partial<LocalVaultOptions> = {}): Promise<StoreContext> {
  const dir = options.dir ?? t.testdir()
  const failures: Error[] = []
  const vault = await localVaultFor(t, { ...options, dir, onFailure: (error) => failures.push(error) })
  const ask: StoreContext['ask'] = async (method, path, headers = {}, body = '') => {
    const answer = await send(vault, { method, path, headers, body })
    const text = answer.body.toString('latin1')
    if (text.includes(dir) || text.includes(SECRET)) t.fail(`${method} ${path} tells ${text}`)
    return answer
  }
  for (const name of ['docs', 'fine']) await ask('PUT', `/-/vaults/${name}`)
  return { vault, dir, failures, ask }
}

export async function initiate({ ask }: StoreContext): Promise<string> {
  const { headers } = await ask('POST', '/-/vaults/docs/multipart-uploads', {
    'x-amz-part-size': String(MIB),
  })
  return String(headers['x-amz-multipart-upload-id'])
}

export async function sendPart(
  { ask }: StoreContext,
  uploadId: string,
  index: number,
  bytes: Buffer,
): Promise<RawResponse> {
  const range = `bytes ${index * MIB}-${index * MIB + bytes.length - 1}/*`
  return ask(
    'PUT',
    `/-/vaults/docs/multipart-uploads/${uploadId}`,
    { ...hashHeaders(bytes), 'content-range': range },
    bytes,
  )
}

export async function store({ ask }: StoreContext, bytes: Buffer, vaultName = 'docs'): Promise<string> {
  const { headers } = await ask('POST', `/-/vaults/${vaultName}/archives`, hashHeaders(bytes), bytes)
  return String(headers['x-amz-archive-id'])
}

export async function startJob({ ask }: StoreContext, order: object): Promise<string> {
  const { headers } = await ask('POST', '/-/vaults/docs/jobs', {}, JSON.stringify(order))
  return String(headers['x-amz-job-id'])
}
