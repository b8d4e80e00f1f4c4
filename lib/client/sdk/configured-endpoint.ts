/**
 * The endpoint of a client of the SDK. The SDK resolves it with each command, from the client's configuration, the
 * environment and the configuration files, and does not expose it: a command is prepared, and stopped before it is sent.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { SdkClient } from './request-sender.js'
import type { CommandStack } from './single-request.js'

/** The path of the command below. The endpoint's base path comes before it. */
const PATH = '/-/vaults/none'

/** The address of a request that is not sent. */
export interface PreparedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

/** Returns the URL that paths of requests are appended to. Makes no request, and fetches no credentials. */
export async function endpointOf(sdk: typeof Sdk, client: Sdk.GlacierClient): Promise<string> {
  const command = new sdk.DescribeVaultCommand({ accountId: '-', vaultName: 'none' })
  const request = await preparedRequestOf(client, command)
  return urlOf({ ...request, path: request.path.slice(0, request.path.length - PATH.length) })
}

/** The URL of a request. */
export function urlOf({ protocol, hostname, port, path }: PreparedRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`
}

/** Prepares a command of any service. Makes no request, and fetches no credentials. */
export async function preparedRequestOf(
  client: SdkClient,
  command: { readonly middlewareStack: unknown },
): Promise<PreparedRequest> {
  const stack = command.middlewareStack as CommandStack
  let prepared: PreparedRequest = { protocol: '', hostname: '', path: '' }
  const capture =
    () =>
    ({ request }: { readonly request: PreparedRequest }): Promise<object> => {
      prepared = request
      return Promise.resolve({ response: {}, output: { $metadata: {} } })
    }
  // The last middleware before the request is signed: all that change the endpoint have run.
  stack.add(capture, { step: 'build', name: 'glacierPipeEndpoint', priority: 'low' })
  // Replaces the middleware that fetches credentials, which are not needed here.
  stack.addRelativeTo(<Next>(next: Next) => next, {
    relation: 'before',
    toMiddleware: 'endpointV2Middleware',
    name: 'httpAuthSchemeMiddleware',
    override: true,
  })
  await client.send(command as never, { abortSignal: new AbortController().signal })
  return prepared
}
