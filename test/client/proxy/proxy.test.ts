import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import { failureKindOf, mayHaveActed } from '../../../lib/store/failure.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../../lib/client/sdk/sdk-vault-client.js'
import { namesProxy, proxyFor, type Destination } from '../../../lib/client/proxy/proxy-setting.js'
import { countingProxyFor } from '../../helpers/counting-proxy.js'
import { localVaultFor } from '../../helpers/local-vault.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const credentials = { accessKeyId: 'AKIAPROXY', secretAccessKey: 'secret' }
const region = 'us-east-1'
const vaultName = 'docs'

/** Sets variables for one test. */
function environment(test: Test, values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values)
  test.teardown(() => {
    for (const name of Object.keys(values)) Reflect.deleteProperty(process.env, name)
  })
}

function clientFor(test: Test, config: object): SdkVaultClient {
  const client = glacierClient({ region, credentials, ...config })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

/** Ends timers of a length at once, for one test: the limit of a connection is the system's own time. */
function shortenTimers(test: Test, delayMs: number): void {
  const { setTimeout } = globalThis
  const value = (callback: () => void, ms?: number): unknown => setTimeout(callback, ms === delayMs ? 50 : ms)
  test.intercept(globalThis, 'setTimeout', { value: Object.assign(value, setTimeout) })
}

t.test('the proxy is the one that curl would use, but for loopback and link-local addresses', async (t) => {
  const of = (text: string): Destination => {
    const { protocol, hostname, port } = new URL(text)
    const isSecure = protocol === 'https:'
    return {
      protocol: isSecure ? 'https:' : 'http:',
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (isSecure ? 443 : 80),
    }
  }
  const found = (url: string, env: Record<string, string>): string | undefined => proxyFor(of(url), env)?.href
  const service = 'https://glacier.us-east-1.amazonaws.com'
  const [p, q] = ['http://p:1/', 'http://q:2/']
  const table: [string, Record<string, string>, string | undefined][] = [
    [service, {}, undefined],
    [service, { https_proxy: p }, p],
    [service, { HTTPS_PROXY: p }, p],
    [service, { https_proxy: q, HTTPS_PROXY: p }, q],
    [service, { https_proxy: '', HTTPS_PROXY: p }, p],
    [service, { http_proxy: p }, undefined],
    [service, { ALL_PROXY: q }, q],
    [service, { all_proxy: q, HTTPS_PROXY: p }, p],
    [service, { https_proxy: 'p:1' }, p],
    [service, { https_proxy: 'https://u:w@p:1' }, 'https://u:w@p:1/'],
    ['http://e.example', { http_proxy: p, https_proxy: q }, p],
    ['http://e.example', { HTTP_PROXY: p }, p],
    ...['localhost', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '169.254.169.254', '[fe80::1]'].map(
      (host): [string, Record<string, string>, undefined] => [`http://${host}`, { http_proxy: p }, undefined],
    ),
    ...[
      '*',
      'amazonaws.com',
      '.amazonaws.com',
      '*.amazonaws.com',
      'x, AmazonAWS.com',
      'x glacier.us-east-1.amazonaws.com:443',
    ].map((list): [string, Record<string, string>, undefined] => [
      service,
      { https_proxy: p, no_proxy: list },
      undefined,
    ]),
    ...['azonaws.com', 'amazonaws.com:80', 'amazonaws.com:https', '10.0.0.0/8', ',', '.'].map(
      (NO_PROXY): [string, Record<string, string>, string] => [service, { https_proxy: p, NO_PROXY }, p],
    ),
    ['http://10.1.2.3', { http_proxy: p, no_proxy: '10.0.0.0/8' }, undefined],
    ['http://10.1.2.3', { http_proxy: p, no_proxy: '10.1.2.3:80' }, undefined],
    ['http://[2001:db8::1]', { http_proxy: p, no_proxy: '2001:db8::/32' }, undefined],
    ['http://[2001:db8::1]', { http_proxy: p, no_proxy: '[2001:db8::1]:80' }, undefined],
    ['http://[2001:db8::1]', { http_proxy: p, no_proxy: '2001:db8::1' }, undefined],
    ...['11.0.0.0/8', '10.0.0.0/99', '10.0.0.0/x', '2001:db8::/32', '3'].map(
      (no_proxy): [string, Record<string, string>, string] => [
        'http://10.1.2.3',
        { http_proxy: p, no_proxy },
        p,
      ],
    ),
  ]
  for (const [url, env, expected] of table) {
    t.equal(found(url, env), expected, `${url} ${JSON.stringify(env)}`)
    t.equal(
      namesProxy(env),
      Object.keys(env).some((name) => /proxy$/i.test(name) && !/^no/i.test(name)),
    )
  }
  for (const value of ['socks5://u:secret@p:1', 'http://', 'http://u:secret@p:port'])
    t.throws(() => found(service, { ALL_PROXY: value }), {
      message: /^ALL_PROXY is not a valid proxy(?!.*secret)/,
    })
})

t.test('an upload to an http endpoint goes through the proxy, and its credentials with it', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true, credentials })
  const proxy = await countingProxyFor(t, Number(new URL(vault.endpoint).port))
  environment(t, { HTTP_PROXY: `http://us%65r:pass%@127.0.0.1:${proxy.port}` })
  const source = [Buffer.alloc(3_000_000, 7)]
  const client = clientFor(t, { endpoint: 'http://glacier.test:8080' })
  t.match(await uploadArchive(source, { client, vaultName, partSize: 2 ** 20 }), [{ size: 3_000_000 }])
  t.strictSame(proxy.asked[0], 'POST http://glacier.test:8080/-/vaults/docs/multipart-uploads')
  t.equal(proxy.asked.length, 5)
  const given = `Basic ${Buffer.from('us%65r:pass%').toString('base64')}`
  t.strictSame(
    [...new Set(proxy.authorizations)],
    [given.replace(given, `Basic ${Buffer.from('user:pass%').toString('base64')}`)],
  )
  const port = clientFor(t, { endpoint: 'http://glacier.test' })
  await port.listVaults({})
  t.equal(proxy.asked.at(-1), 'GET http://glacier.test/-/vaults')

  const direct = clientFor(t, { endpoint: vault.endpoint })
  await direct.listVaults({})
  t.equal(proxy.asked.length, 6, 'a loopback address is reached without it')
  process.env.NO_PROXY = 'glacier.test'
  await t.rejects(port.listVaults({}), { code: 'ERR_CONNECTION', serviceCode: /^(?:ENOTFOUND|EAI_AGAIN)$/ })
  const secure = clientFor(t, { endpoint: 'https://glacier.test' })
  await t.rejects(secure.listVaults({}), { code: 'ERR_CONNECTION', serviceCode: /^(?:ENOTFOUND|EAI_AGAIN)$/ })
  delete process.env.NO_PROXY
  t.equal(proxy.asked.length, 6)
})

t.test('a proxy that refuses is named, with its status and without its password', async (t) => {
  for (const [status, kind] of [
    [407, 'corrupted'],
    [403, 'corrupted'],
    [502, 'transient'],
  ] as const) {
    const proxy = await countingProxyFor(t, 0, status)
    environment(t, { https_proxy: `http://user:geheim@127.0.0.1:${proxy.port}` })
    const failed = clientFor(t, {}).listVaults({})
    const error: unknown = await failed.catch((it: unknown) => it)
    t.match(error, {
      code: 'ERR_CONNECTION',
      serviceCode: 'ProxyRefused',
      status,
      message: `The proxy 127.0.0.1:${proxy.port} refused a connection to glacier.us-east-1.amazonaws.com:443 with status ${status}.`,
    })
    t.notMatch(JSON.stringify([error, (error as Error).stack, (error as Error).message]), /geheim/)
    t.equal(failureKindOf(error), kind)
    t.equal(mayHaveActed(error), false)
    t.strictSame(proxy.asked, ['CONNECT glacier.us-east-1.amazonaws.com:443'])
  }
})

t.test('a proxy that is down, or hangs up, or says nothing, is worth another attempt', async (t) => {
  const acts: ((socket: Socket) => void)[] = [
    (socket) => socket.end(),
    (socket) => socket.end('no HTTP\r\nbad\r\n\r\n'),
    (socket) => socket.resetAndDestroy(),
  ]
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.once('data', () => acts.shift()?.(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  environment(t, { https_proxy: `http://u:geheim@127.0.0.1:${port}`, http_proxy: `127.0.0.1:${port}` })
  const client = clientFor(t, {})
  const ask = async (it: SdkVaultClient): Promise<void> => {
    const error: unknown = await it.listVaults({}).catch((thrown: unknown) => thrown)
    t.match(error, { code: 'ERR_CONNECTION', message: `No connection through the proxy 127.0.0.1:${port}: ` })
    t.equal(failureKindOf(error), 'transient')
    t.notMatch((error as Error).message, /geheim/)
  }
  await ask(client)
  await ask(client)
  await ask(client)
  shortenTimers(t, 9000)
  const silent = once(server, 'connection')
  const asked = t.rejects(client.listVaults({}), {
    code: 'ERR_CONNECTION',
    message: /No connection through the proxy 127\.0\.0\.1:\d+: No response in 9 s/,
  })
  const [socket] = (await silent) as [Socket]
  await once(socket.resume(), 'close') // not kept open for ever
  await asked
  for (const it of sockets) it.destroy()
  server.close()
  await once(server, 'close')
  await ask(client)
  await ask(clientFor(t, { endpoint: 'http://glacier.test' }))
})

t.test('a proxy that is none is an error at once, names the variable and leaves no timer', async (t) => {
  environment(t, { ALL_PROXY: 'socks5://u:geheim@127.0.0.1:1' })
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const options = { client: clientFor(t, {}), vaultName, clock: new VirtualClock() }
  await t.rejects(uploadArchive([Buffer.alloc(9)], options), {
    code: 'ERR_SERVICE',
    serviceCode: 'InvalidProxySetting',
    message: /ALL_PROXY is not a valid proxy(?!.*geheim)/,
  })
  t.equal(timers(), before)
})
