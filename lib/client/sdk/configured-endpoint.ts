/**
 * The endpoint of a client of the SDK. The SDK resolves it with each command, from the client's configuration, the
 * environment and the configuration files, and does not expose it: a command is prepared, and stopped before it is sent.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { CommandStack } from './single-request.js'

/** The path of the command below. The endpoint's base path comes before it. */
const PATH = '/-/vaults/none'

interface PreparedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

/** Returns the URL that paths of requests are appended to. Makes no request, and fetches no credentials. */
export async function endpointOf(sdk: typeof Sdk, client: Sdk.GlacierClient): Promise<string> {
  const command = new sdk.DescribeVaultCommand({ accountId: '-', vaultName: 'none' })
  const stack = command.middlewareStack as CommandStack
  let endpoint = ''
  const capture =
    () =>
    ({ request }: { readonly request: PreparedRequest }): Promise<object> => {
      const { protocol, hostname, port, path } = request
      const base = path.slice(0, path.length - PATH.length)
      endpoint = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${base}`
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
  await client.send(command)
  return endpoint
}
