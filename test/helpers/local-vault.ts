import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startLocalVault, type LocalVault, type LocalVaultOptions } from '../../lib/local/index.js'
import { signatureOf } from '../../lib/local/auth/signature.js'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import { glacierClient } from '../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../lib/client/sdk/sdk-vault-client.js'

/** A clock that stands still until it is moved. */
export interface Clock {
  time: number
  readonly now: () => number
}

/** A clock that stands at this moment. */
export function clock(time = Date.now()): Clock {
  const it: Clock = { time, now: () => it.time }
  return it
}

/** A local vault for one test, in a folder of its own unless told; closed when the test is over. */
export async function localVaultFor(
  test: Test,
  options: Partial<LocalVaultOptions> = {},
): Promise<LocalVault> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'glacier-pipe-vault-')))
  const vault = await startLocalVault({ ...options, dir })
  test.teardown(async () => {
    await vault.close()
    // Not a fixture: tap removes it while the server may still carry out a request of a client that is gone.
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
  })
  return vault
}

/** Credentials that commands run in this process find in their file, and local vaults are to be started with. */
export async function configuredCredentials(test: Test): Promise<LocalVault['credentials']> {
  const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-'))
  test.teardown(() => rm(folder, { recursive: true, force: true }))
  const [accessKeyId, secretAccessKey] = ['AKIACOMMANDS', 'secret']
  const file = join(folder, 'credentials')
  await writeFile(
    file,
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  )
  process.env.AWS_SHARED_CREDENTIALS_FILE = file // which the SDK reads once
  return { accessKeyId, secretAccessKey }
}

/** A client for a local vault; closed when the test is over. */
export function clientFor(test: Test, { endpoint, region, credentials }: LocalVault): SdkVaultClient {
  const client = glacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

/** A request as it goes on the wire. */
export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: Uint8Array | string
  /** Bytes of the body after which the client hangs up; default never. */
  readonly hangUpAfter?: number
  /** Bytes of the body after which no more comes; default never. */
  readonly stallAfter?: number
  /** Awaited before the response is read; default nothing. */
  readonly readAfter?: () => Promise<unknown>
  /** Milliseconds it is signed at; default now. */
  readonly time?: number
  /** Left out, or another than the vault's. */
  readonly sign?:
    | false
    | {
        readonly accessKeyId?: string
        readonly secretAccessKey?: string
        readonly region?: string
        readonly service?: string
        readonly signed?: string[]
      }
}

/** A response. */
export interface RawResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body, where it is JSON, and whole. */
  readonly json: Record<string, unknown>
}

/** Sends a signed request just as it is said, with nothing added but what signing needs. */
export async function send(
  vault: Pick<LocalVault, 'endpoint' | 'region' | 'credentials'>,
  request: RawRequest,
): Promise<RawResponse> {
  const { method, path, body = '', sign = {} } = request
  const url = new URL(vault.endpoint)
  const timestamp = new Date(request.time ?? Date.now()).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const bytes = Buffer.from(body as Uint8Array)
  const headers: Record<string, string> = {}
  const all = {
    host: url.host,
    'x-amz-date': timestamp,
    'x-amz-glacier-version': '2012-06-01',
    ...request.headers,
  }
  for (const [name, value] of Object.entries(all)) if (typeof value === 'string') headers[name] = value
  if (sign) {
    const date = timestamp.slice(0, 8)
    const { region = vault.region, service = 'glacier', accessKeyId = vault.credentials.accessKeyId } = sign
    const scope = `${date}/${region}/${service}/aws4_request`
    const signedHeaders = sign.signed ?? Object.keys(headers).sort()
    const [rawPath = '', query = ''] = path.split('?')
    const payloadHash = headers['x-amz-content-sha256'] ?? createHash('sha256').update(bytes).digest('hex')
    const signature = signatureOf(
      { method, path: rawPath, query, headers, payloadHash },
      { accessKeyId, date, region, service, scope, signedHeaders, signature: '' },
      timestamp,
      sign.secretAccessKey ?? vault.credentials.secretAccessKey,
    )
    headers.authorization ||= `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: url.hostname, port: url.port, method, path, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        const read = (): unknown => incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        if (request.readAfter) void request.readAfter().then(read)
        else read()
        incoming.on('end', () => {
          const found = Buffer.concat(chunks)
          const isJson =
            incoming.headers['content-type'] === 'application/json' &&
            incoming.statusCode !== 206 &&
            method !== 'HEAD'
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: found,
            json: isJson ? (JSON.parse(found.toString()) as Record<string, unknown>) : {},
          })
        })
      },
    )
    outgoing.on('error', reject)
    if (request.stallAfter !== undefined) outgoing.write(bytes.subarray(0, request.stallAfter))
    else if (request.hangUpAfter === undefined) outgoing.end(bytes)
    else outgoing.write(bytes.subarray(0, request.hangUpAfter), () => outgoing.destroy())
  })
}

/** The headers of a request that carries an archive's bytes. */
export function hashHeaders(bytes: Uint8Array): Record<string, string> {
  const { linearHash, treeHash } = computeChecksums(bytes)
  return {
    'content-length': String(bytes.length),
    'x-amz-content-sha256': linearHash,
    'x-amz-sha256-tree-hash': treeHash,
  }
}
