import { GlacierClient } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import { CredentialsError } from '../../../lib/errors.js'
import { failureKindOf, mayHaveActed } from '../../../lib/store/failure.js'
import { Retry } from '../../../lib/transfer/retry.js'
import { retrying } from '../../../lib/client/retrying-client.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../../lib/client/sdk/sdk-vault-client.js'
import { toCredentialsError, toServiceError } from '../../../lib/client/sdk/service-error.js'
import type { VaultClient } from '../../../lib/client/vault-client.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import {
  headersOnly,
  json,
  startBareService,
  type Answer,
  type BareService,
} from '../../helpers/bare-service.js'
import { settled } from '../../helpers/gate.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const HOUR = 3_600_000
const vault = { vaultName: 'docs' }
const keys = { accessKeyId: 'KEY1', secretAccessKey: 'b' }
/** Credentials that the SDK fetches again for each request. */
const fleeting = { ...keys, expiration: new Date(0) }

const refused = Object.assign(new Error('connect ECONNREFUSED 169.254.169.254:80'), { code: 'ECONNREFUSED' })
/** Errors of providers: of the chain, of the network, and of the service that gives temporary credentials. */
const providerErrors: readonly Error[] = [
  Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }),
  refused,
  Object.assign(new Error('socket timed out'), { name: 'TimeoutError' }),
  Object.assign(new Error('Signature expired: of the other service'), {
    name: 'ExpiredTokenException',
    $metadata: { httpStatusCode: 403 },
  }),
  Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 503 } }),
]

/** A client whose credentials come from a function that a test can replace. */
interface World {
  readonly service: BareService
  readonly client: SdkVaultClient
  provide: (options?: { forceRefresh?: boolean }) => Promise<typeof keys>
  /** The client, each of whose calls is made again within a retry budget. */
  readonly retryingClient: VaultClient
  readonly clock: VirtualClock
}

async function worldFor(
  test: Test,
  answer: Answer = headersOnly(201, {}),
  idleTimeout = 60_000,
): Promise<World> {
  const service = await startBareService(answer)
  const clock = new VirtualClock()
  const theirs = new GlacierClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials: (options?: object) => world.provide(options),
  })
  const client = glacierClient(theirs, { idleTimeout })
  const world: World = {
    service,
    client,
    provide: () => Promise.resolve(fleeting),
    retryingClient: retrying(client, new Retry({ clock, retryFor: HOUR }, client)),
    clock,
  }
  test.teardown(async () => {
    theirs.destroy()
    await service.close()
  })
  return world
}

t.test('credentials that could never be fetched are an error at once', async (t) => {
  for (const thrown of providerErrors) {
    const world = await worldFor(t)
    world.provide = () => Promise.reject(thrown)
    await t.rejects(world.retryingClient.createVault(vault), {
      name: 'CredentialsError',
      code: 'ERR_CREDENTIALS',
      reason: 'credentials-missing',
      operation: 'CreateVault',
      cause: thrown,
      message: /^CreateVault: The credentials could not be fetched: .* \(\w+\)$/,
    })
    t.strictSame(world.clock.pauses, [], thrown.message)
    t.equal(world.service.seen.length, 0)
  }
})

t.test('credentials that cannot be fetched any more are fetched again until they can be', async (t) => {
  const world = await worldFor(t)
  await world.retryingClient.createVault(vault)
  const failures = [...providerErrors]
  world.provide = () => {
    const failure = failures.shift()
    return failure ? Promise.reject(failure) : Promise.resolve(fleeting)
  }
  await world.retryingClient.createVault(vault)
  t.equal(world.clock.pauses.length, providerErrors.length)
  t.equal(world.service.seen.length, 2, 'one request each')
  world.provide = () => Promise.reject(refused)
  await t.rejects(world.client.createVault(vault), {
    name: 'CredentialsError',
    reason: 'credentials-unavailable',
  })
})

t.test('they are given up with the retry budget', async (t) => {
  const world = await worldFor(t)
  await world.retryingClient.createVault(vault)
  world.provide = () => Promise.reject(refused)
  await t.rejects(world.retryingClient.createVault(vault), {
    name: 'RetriesExhaustedError',
    cause: { name: 'CredentialsError', reason: 'credentials-unavailable', serviceCode: 'ECONNREFUSED' },
  })
  t.ok(world.clock.time > 0.98 * HOUR && world.clock.time <= HOUR)
  t.equal(world.service.seen.length, 1)
})

t.test('a refresh that fails is made again before the next attempt', async (t) => {
  let isExpired = true
  const world = await worldFor(t, (request, response) => {
    const answer = isExpired
      ? json(403, { code: 'ExpiredTokenException', message: 'expired' })
      : headersOnly(201, {})
    answer(request, response)
  })
  world.provide = () => Promise.resolve(keys)
  const made = world.retryingClient.createVault(vault)
  const failures = [...providerErrors]
  world.provide = (options) => {
    if (!options?.forceRefresh) return Promise.resolve(keys)
    const failure = failures.shift()
    if (failure) return Promise.reject(failure)
    isExpired = false
    return Promise.resolve({ ...keys, accessKeyId: 'KEY2' })
  }
  await made
  t.strictSame(
    world.service.seen.map(({ headers }) => /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1]),
    ['KEY1', 'KEY2'],
    'nothing is sent with credentials that are expired',
  )
  t.equal(world.clock.pauses.length, 1 + providerErrors.length)
})

t.test('a refresh that fails for as long as the budget ends the request', async (t) => {
  const world = await worldFor(t, json(403, { code: 'ExpiredTokenException', message: 'expired' }))
  world.provide = (options) =>
    options?.forceRefresh ? Promise.reject(new Error('the login is over')) : Promise.resolve(keys)
  await t.rejects(world.retryingClient.createVault(vault), {
    name: 'RetriesExhaustedError',
    cause: { name: 'CredentialsError', reason: 'credentials-unavailable', operation: 'Credentials' },
  })
  t.ok(world.clock.time > 0.98 * HOUR && world.clock.time <= HOUR)
  t.equal(world.service.seen.length, 1)
})

t.test('any client may fail to refresh for a moment', async (t) => {
  const expired = toServiceError('X', Object.assign(new Error('m'), { name: 'ExpiredTokenException' }))
  const failures: Error[] = [new Error('plain'), toServiceError('Y', new Error('no answer'))]
  let refreshed = 0
  const refreshCredentials = async (): Promise<void> => {
    refreshed++
    const failure = failures.shift()
    if (failure) throw failure
  }
  const client = { refreshCredentials } as unknown as VaultClient
  const store = vaultStore(client, { vaultName: 'docs' })
  const retry = new Retry({ clock: new VirtualClock() }, store)
  const attempts = [expired]
  const attempt = async (): Promise<void> => {
    const failure = attempts.shift()
    if (failure) throw failure
  }
  await t.rejects(retry.run(attempt), { message: /no answer/ }, 'what is final as it is stays so')
  t.equal(refreshed, 2)
  failures.push(new Error('plain'))
  await t.rejects(store.refreshCredentials?.() ?? Promise.resolve(), {
    name: 'CredentialsError',
    reason: 'credentials-unavailable',
    message: /plain/,
  })
  const without = vaultStore({} as VaultClient, { vaultName: 'docs' })
  t.equal(await without.refreshCredentials?.(), undefined, 'a client that cannot refresh them')
  const aborting = new AbortController()
  aborting.abort(new Error('enough'))
  failures.push(aborting.signal.reason as Error)
  await t.rejects(store.refreshCredentials?.(aborting.signal) ?? Promise.resolve(), {
    name: 'AbortError',
    cause: { message: 'enough' },
  })
})

t.test('failures of other kinds do not use up the few attempts with expired credentials', async (t) => {
  const expired = toServiceError('X', Object.assign(new Error('m'), { name: 'ExpiredTokenException' }))
  const reset = toServiceError('X', Object.assign(new Error('m'), { code: 'ECONNRESET' }))
  const failures = [...Array<Error>(9).fill(reset), expired, expired, expired]
  const retry = new Retry({ clock: new VirtualClock() })
  await retry.run(async () => {
    const failure = failures.shift()
    if (failure) throw failure
  })
  t.strictSame(failures, [])
})

t.test('what the service says of credentials is as final as before', async (t) => {
  const answers: readonly [string, string][] = [
    ['InvalidSignatureException', 'credentials-rejected'],
    ['UnrecognizedClientException', 'credentials-rejected'],
    ['MissingAuthenticationTokenException', 'credentials-rejected'],
  ]
  for (const [code, reason] of answers) {
    let isRefused = false
    const world = await worldFor(t, (request, response) => {
      const answer = isRefused ? json(403, { code, message: 'm' }) : headersOnly(201, {})
      answer(request, response)
    })
    await world.retryingClient.createVault(vault)
    isRefused = true
    await t.rejects(world.retryingClient.createVault(vault), {
      name: 'CredentialsError',
      reason,
      serviceCode: code,
    })
    t.equal(world.service.seen.length, 2)
  }
  const expired = await worldFor(t, json(403, { code: 'ExpiredTokenException', message: 'm' }))
  await t.rejects(expired.client.createVault(vault), {
    name: 'CredentialsError',
    reason: 'credentials-expired',
  })
})

/** A provider that never answers. */
const silent = (): Promise<never> => new Promise(() => undefined)

t.test('a provider that never answers ends with the idle timeout', async (t) => {
  const world = await worldFor(t, headersOnly(201, {}), 50)
  world.provide = silent
  const given = {
    name: 'CredentialsError',
    serviceCode: 'TimeoutError',
    message: /No progress for 0\.05 s/,
  }
  await t.rejects(world.client.createVault(vault), { ...given, reason: 'credentials-missing' })

  const other = await worldFor(t, headersOnly(201, {}), 1000)
  await other.client.createVault(vault)
  other.provide = silent
  await t.rejects(other.client.refreshCredentials(), {
    name: 'CredentialsError',
    serviceCode: 'TimeoutError',
    reason: 'credentials-unavailable',
    operation: 'Credentials',
  })
})

t.test(
  'the signal ends the wait for a provider, and nothing is sent when it answers after all',
  async (t) => {
    let sent = 0
    let asked = 0
    let answer: (value: typeof keys) => void = () => undefined
    let asking = new AbortController()
    const theirs = new GlacierClient({
      region: 'us-east-1',
      // One that does not look at the signal.
      requestHandler: {
        handle: () => {
          sent++
          return Promise.reject(new Error('sent'))
        },
      },
      credentials: () => {
        asked++
        asking.abort(new Error('enough'))
        return new Promise((resolve) => (answer = resolve))
      },
    })
    const client = glacierClient(theirs)
    const create = (): Promise<void> => client.createVault({ ...vault, signal: asking.signal })
    const aborted = { name: 'AbortError', cause: { message: 'enough' } }
    await t.rejects(create(), aborted)
    await t.rejects(create(), aborted)
    t.equal(asked, 1, 'for a request that is ended already no credentials are fetched')
    answer(keys)
    for (let turns = 0; turns < 20; turns++) await settled()
    t.equal(sent, 0)

    asking = new AbortController()
    await t.rejects(client.refreshCredentials(asking.signal), aborted)
    for (const wrong of [5, null] as unknown as AbortSignal[])
      await t.rejects(client.refreshCredentials(wrong), {
        name: 'TypeError',
        message: /signal of refreshCredentials/,
      })
  },
)

t.test('once its credentials are there, a request that is ended is waited for', async (t) => {
  const asking = new AbortController()
  let fail: (error: Error) => void = () => undefined
  const theirs = new GlacierClient({
    region: 'us-east-1',
    requestHandler: {
      handle: () => {
        asking.abort(new Error('enough'))
        return new Promise((_resolve, reject) => (fail = reject))
      },
    },
    credentials: keys,
  })
  let isSettled = false
  const created = glacierClient(theirs)
    .createVault({ ...vault, signal: asking.signal })
    .finally(() => (isSettled = true))
  while (!asking.signal.aborted) await settled()
  for (let turns = 0; turns < 20; turns++) await settled()
  t.notOk(isSettled)
  fail(new Error('ended'))
  await t.rejects(created, { name: 'AbortError', cause: { message: 'enough' } })
})

t.test('a missing region is no failure of the credentials', async (t) => {
  const client = glacierClient({
    region: () => Promise.reject<string>(new Error('Region is missing')),
    credentials: () => Promise.resolve(keys),
  })
  t.teardown(() => {
    client.destroy()
  })
  await t.rejects(client.createVault(vault), { code: 'ERR_SERVICE', message: /no region is set/ })
})

t.test('the reason alone decides what a failure to fetch says, and nothing was sent', async (t) => {
  for (const thrown of [...providerErrors, 'thrown']) {
    const unavailable = toCredentialsError('X', thrown, 'credentials-unavailable')
    t.equal(failureKindOf(unavailable), 'transient')
    t.equal(failureKindOf(toCredentialsError('X', thrown, 'credentials-missing')), 'final')
    t.equal(mayHaveActed(unavailable), false)
  }
  t.equal(new CredentialsError('m', { operation: 'X', serviceCode: 'Y' }).reason, 'credentials-rejected')
})
