/**
 * The endpoint that a client of the SDK's uses. The SDK resolves it with each command, from the client's configuration,
 * the environment and the configuration files, and offers no way to ask for it: a command is prepared as if it were to
 * be sent, and stopped before it is.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import type { CommandStack } from './single-request.js'

/** The path of the command below; what stands before it is the endpoint's base path. */
const PATH = '/-/vaults/none'

interface PreparedRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
}

/** The URL that paths of requests are appended to. No request is made, and no credentials are fetched. */
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
  // The last middleware before the request is signed: whatever changes the endpoint has done so.
  stack.add(capture, { step: 'build', name: 'glacierPipeEndpoint', priority: 'low' })
  // This one fetches credentials, which nothing needs here.
  stack.addRelativeTo(<Next>(next: Next) => next, {
    relation: 'before',
    toMiddleware: 'endpointV2Middleware',
    name: 'httpAuthSchemeMiddleware',
    override: true,
  })
  await client.send(command)
  return endpoint
}
