/**
 * The configuration of the clients that are made here: what a caller gives, and what this package decides where the
 * caller says nothing.
 */
import type * as Sdk from '@aws-sdk/client-glacier'
import { namesProxy, type Environment } from '../proxy/proxy-setting.js'

/** Milliseconds a connection may take to open. */
const CONNECTION_TIMEOUT = 10_000

/**
 * The service needs no more connections than requests are made at once, and that is limited elsewhere: with fewer,
 * requests would wait for each other in the dark.
 */
const KEPT = { keepAlive: true, maxSockets: Infinity } as const

/**
 * What an endpoint of the caller's must not get from the environment or the AWS configuration files. They are about the
 * service's own endpoints, and the SDK rejects them together with another one.
 */
const FOR_AN_ENDPOINT: Sdk.GlacierClientConfig = {
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  userAgentAppId: () => Promise.resolve(undefined), // of one that is too long the SDK complains on the console
}

/** The SDK's own attempts are switched off (`single-request.ts`): a setting of theirs that is invalid changes nothing. */
const NO_RETRIES = { maxAttempts: 1, retryMode: 'standard' } as const

/** The configuration to make a client with. */
export async function clientConfigFor(
  config: Sdk.GlacierClientConfig,
  env: Environment,
): Promise<Sdk.GlacierClientConfig> {
  const requestHandler = { connectionTimeout: CONNECTION_TIMEOUT, ...(await agentsFor(env)) }
  return {
    // The provider of SSO credentials looks for its settings here; those of STS use the client's.
    ...(namesProxy(env) && { clientConfig: { requestHandler } }),
    requestHandler,
    ...NO_RETRIES,
    ...(config.endpoint !== undefined && FOR_AN_ENDPOINT),
    ...config,
  }
}

async function agentsFor(env: Environment): Promise<object> {
  if (!namesProxy(env)) return { httpAgent: KEPT, httpsAgent: KEPT }
  const { ProxyRouter } = await import('../proxy/proxy-agent.js')
  return { httpAgent: new ProxyRouter(false, env), httpsAgent: new ProxyRouter(true, env) }
}
