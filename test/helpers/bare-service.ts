import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GlacierClient } from '@aws-sdk/client-glacier'
import type { Test } from 'tap'
import { glacierClient } from '../../lib/client/glacier-client.js'
import type { VaultClient } from '../../lib/client/vault-client.js'

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly size: number
}

/** The handler. It receives a request once its body has been read, and must end the response. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void

/** An HTTP server that reads bodies without keeping or hashing them, and answers as told. */
export interface BareService {
  readonly endpoint: string
  readonly seen: SeenRequest[]
  /** A client for it, of the SDK's, with made-up credentials and no second attempts. */
  client(): GlacierClient
  close(): Promise<void>
}

/** Starts a {@link BareService} on loopback. */
export async function startBareService(answer: Answer): Promise<BareService> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
    })
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      seen.push({ method, url, headers, size })
      answer({ method, url, headers, size }, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clients: GlacierClient[] = []
  return {
    endpoint,
    seen,
    client() {
      const credentials = { accessKeyId: 'A'.repeat(20), secretAccessKey: 'b'.repeat(40) }
      const client = new GlacierClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
      clients.push(client)
      return client
    },
    async close() {
      for (const client of clients) client.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * Starts a {@link BareService} that ends with the test.
 *
 * @returns the service, and `port`, a `VaultClient` for it
 */
export async function clientOfService(
  test: Test,
  answer: Answer,
): Promise<BareService & { readonly port: VaultClient }> {
  const service = await startBareService(answer)
  test.teardown(() => service.close())
  return { ...service, port: glacierClient(service.client()) }
}

/** An answer without a body. */
export function headersOnly(status: number, headers: Record<string, string>): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-length': '0', ...headers }).end()
  }
}

/** An answer of JSON, as errors have it. */
export function json(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}
