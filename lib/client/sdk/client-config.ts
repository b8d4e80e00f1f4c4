/** The configuration of the clients that this package makes: the caller's, and defaults for the rest. */
import { namesProxy, type Environment } from '../proxy/proxy-setting.js'

/** Maximum time in which a connection must open. */
const CONNECTION_TIMEOUT_MS = 10_000

/**
 * There are as many connections as requests in flight, which are limited elsewhere. With fewer, requests would wait for
 * each other in the agent.
 */
const KEEP_ALIVE = { keepAlive: true, maxSockets: Infinity } as const

/**
 * Settings that must not come from the environment or the AWS configuration files if the caller passes an endpoint: they
 * are about the service's own endpoints, and the SDK rejects them together with another one.
 */
const WITH_ENDPOINT = {
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  userAgentAppId: () => Promise.resolve(undefined), // the SDK prints a warning about one that is too long
}

/** The SDK's retries are replaced (`single-request.ts`), so that an invalid setting of them must not fail. */
const NO_RETRIES = { maxAttempts: 1, retryMode: 'standard' } as const

/** Returns the configuration of a client to make, of any service. */
export async function clientConfigFor<Config extends { readonly endpoint?: unknown }>(
  config: Config,
  env: Environment,
): Promise<Config> {
  const requestHandler = { connectionTimeout: CONNECTION_TIMEOUT_MS, ...(await agentsFor(env)) }
  return {
    // The provider of SSO credentials looks for its settings here; those of STS use the client's.
    ...(namesProxy(env) && { clientConfig: { requestHandler } }),
    requestHandler,
    ...NO_RETRIES,
    ...(config.endpoint !== undefined && WITH_ENDPOINT),
    ...config,
  }
}

async function agentsFor(env: Environment): Promise<object> {
  if (!namesProxy(env)) return { httpAgent: KEEP_ALIVE, httpsAgent: KEEP_ALIVE }
  const { ProxyRouter } = await import('../proxy/proxy-agent.js')
  return { httpAgent: new ProxyRouter(false, env), httpsAgent: new ProxyRouter(true, env) }
}
