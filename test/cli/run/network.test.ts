import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { writeFile, mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { TLS } from '../../fixtures/tls.js'
import { ended, start, type Ended } from '../../helpers/command.js'
import { countingProxyFor } from '../../helpers/counting-proxy.js'
import { vaultFor } from '../../helpers/put.js'
import { page, roughLineFor, saying } from '../../helpers/rough-line.js'

const ID = /^[\w-]{138}\n$/

/** Runs the built command with something on stdin, in a home of its own. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv, home: string): Promise<Ended> {
  const child = start(args, {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...env,
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end('some bytes')
  return ended(child)
}

/** Settings of the AWS tools that are not for an endpoint of ours: those that mean another, and those that mean nothing. */
const settings: readonly Record<string, string>[] = [
  {},
  {
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_GLACIER: 'http://127.0.0.1:1',
    AWS_AUTH_SCHEME_PREFERENCE: 'httpBearerAuth',
    AWS_BEARER_TOKEN_GLACIER: 'x',
    AWS_SIGV4A_SIGNING_REGION_SET: '*',
    AWS_ACCOUNT_ID: '999999999999',
  },
  {
    AWS_USE_FIPS_ENDPOINT: 'maybe',
    AWS_USE_DUALSTACK_ENDPOINT: 'maybe',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_RETRY_MODE: 'never',
    AWS_DEFAULTS_MODE: 'none',
    AWS_CONFIG_FILE: '/',
    AWS_CA_BUNDLE: '/absent',
    AWS_EXECUTION_ENV: 'x (y)',
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'x',
    AWS_SDK_UA_APP_ID: 'a'.repeat(70),
  },
]
const profile = [
  '[default]',
  'region = us-east-1',
  'use_fips_endpoint = true',
  'use_dualstack_endpoint = true',
  'endpoint_url = http://127.0.0.1:1',
  'services = here',
  'retry_mode = never',
  'max_attempts = many',
  `sdk_ua_app_id = ${'a'.repeat(70)}`,
  '[services here]',
  'glacier =',
  '  endpoint_url = http://127.0.0.1:1',
  '',
].join('\n')

t.test(
  'settings of the environment reach neither the local vault nor an endpoint that is given',
  async (t) => {
    const home = t.testdir({ '.aws': { config: profile }, vault: {}, local: {} })
    const { where, keys } = await vaultFor(t, join(home, 'vault'))
    for (const setting of settings) {
      const name = JSON.stringify(setting)
      const given = await run(['put', 'docs', ...where, '-q'], { ...keys, ...setting }, home)
      t.match({ ...given, stdout: given.stdout.toString() }, { code: 0, stdout: ID, stderr: '' }, name)
      const more = { AWS_REGION: 'no region', AWS_PROFILE: 'absent', ...setting }
      const local = await run(['put', 'docs', '--local-dir', join(home, 'local'), '-q'], more, home)
      t.match({ ...local, stdout: local.stdout.toString() }, { code: 0, stdout: ID, stderr: '' }, name)
    }
  },
)

t.test('the command goes through the proxy, and not where NO_PROXY says so', async (t) => {
  const { vault, where, keys, catalog } = await vaultFor(t, t.testdir())
  const front = await roughLineFor(t, vault.endpoint, [], true)
  const proxy = await countingProxyFor(t, front.port)
  const home = join(catalog, '..')
  await writeFile(join(home, 'ca.pem'), TLS.cert)
  const env = {
    ...keys,
    HTTPS_PROXY: `http://user:geheim@127.0.0.1:${proxy.port}`,
    NODE_EXTRA_CA_CERTS: join(home, 'ca.pem'),
  }
  const through = ['put', 'docs', '--endpoint', 'https://glacier.test', '--region', vault.region]
  const put = await run(through, env, home)
  t.match({ ...put, stdout: put.stdout.toString() }, { code: 0, stdout: ID })
  t.notMatch(put.stderr, /geheim/)
  t.ok(
    proxy.asked.length > 0 && proxy.asked.every((it) => it === 'CONNECT glacier.test:443'),
    proxy.asked.join(),
  )
  const before = proxy.asked.length
  const excepted = await run(['vault', 'ls', ...through.slice(2)], { ...env, NO_PROXY: '.test' }, home)
  t.match(excepted, { code: 1, stderr: /ENOTFOUND|EAI_AGAIN/ })
  t.equal(
    (await run(['vault', 'ls', ...where.slice(0, 4)], { ...env, HTTP_PROXY: env.HTTPS_PROXY }, home)).code,
    0,
  )
  t.equal(proxy.asked.length, before, 'nor for a loopback address')
  const refusing = await countingProxyFor(t, 0, 407)
  const refused = await run(
    ['vault', 'ls', ...through.slice(2)],
    { ...env, HTTPS_PROXY: `http://user:geheim@127.0.0.1:${refusing.port}` },
    home,
  )
  t.match(refused, {
    code: 1,
    stderr: /The proxy 127\.0\.0\.1:\d+ refused a connection to .* with status 407/,
  })
  t.notMatch(refused.stderr, /geheim/)
  t.equal(refusing.asked.length, 4)
})

t.test('credentials come through the proxy from services, and not from metadata', async (t) => {
  const home = t.testdir()
  await mkdir(join(home, '.aws', 'sso', 'cache'), { recursive: true })
  const session = [
    '[profile sso]',
    'sso_start_url = https://start.example',
    'sso_region = us-east-1',
    'sso_account_id = 123456789012',
    'sso_role_name = role',
    '[profile role]',
    'role_arn = arn:aws:iam::123456789012:role/r',
    'source_profile = keys',
    '[profile keys]',
    'aws_access_key_id = AKIAKEYS',
    'aws_secret_access_key = secret',
    '',
  ].join('\n')
  await writeFile(join(home, '.aws', 'config'), session)
  const cached = { accessToken: 'token', expiresAt: '2999-01-01T00:00:00Z' }
  const sha1 = createHash('sha1').update('https://start.example').digest('hex')
  await writeFile(join(home, '.aws', 'sso', 'cache', `${sha1}.json`), JSON.stringify(cached))
  const proxy = await countingProxyFor(t, 0, 403)
  const metadata = createHttpServer((_request, response) => {
    const keys = {
      AccessKeyId: 'AKIAMETA',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2999-01-01T00:00:00Z',
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys))
  })
  metadata.listen(0, '127.0.0.1')
  await once(metadata, 'listening')
  t.teardown(() => {
    metadata.closeAllConnections()
    metadata.close()
  })
  const url = `http://127.0.0.1:${proxy.port}`
  const env = { HTTPS_PROXY: url, HTTP_PROXY: url, AWS_EC2_METADATA_DISABLED: 'true' }
  const list = ['vault', 'ls', '--region', 'us-east-1']
  t.match(await run([...list, '--profile', 'role'], env, home), {
    code: 1,
    stderr: /credentials could not be fetched/,
  })
  t.ok(
    proxy.asked.every((it) => /^CONNECT sts\.[\w.-]*:443$/.test(it)) && proxy.asked.length > 0,
    proxy.asked.join(),
  )
  proxy.asked.length = 0
  await run([...list, '--profile', 'sso'], env, home)
  t.ok(proxy.asked.length > 0, 'of a login')
  for (const it of proxy.asked) t.match(it, /^CONNECT portal\.sso\.us-east-1\.amazonaws\.com:443$/)
  proxy.asked.length = 0
  const full = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/keys`
  const found = await run(list, { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: full }, home)
  t.match(found, { code: 1, stderr: /The proxy .* refused a connection to glacier\..* with status 403/ })
  t.ok(proxy.asked.every((it) => it.startsWith('CONNECT glacier.')))
})

t.test(
  "the command survives a rough line, and tells of a proxy that answers in the service's place",
  async (t) => {
    const home = t.testdir({ vault: {} })
    const { vault, keys } = await vaultFor(t, join(home, 'vault'))
    const rough = await roughLineFor(t, vault.endpoint, [saying('\0 garbage\r\n\r\n'), page(403)])
    const at = (port: number): string[] => [
      '--endpoint',
      `http://127.0.0.1:${port}`,
      '--region',
      vault.region,
    ]
    const put = await run(['put', 'docs', ...at(rough.port)], keys, home)
    t.match({ ...put, stdout: put.stdout.toString() }, { code: 0, stdout: ID })
    const foreign = await roughLineFor(t, '', Array(9).fill(page(403)))
    const refused = await run(['put', 'docs', ...at(foreign.port)], keys, home)
    t.match(refused, {
      code: 1,
      stderr: /The response did not come from the service: HTTP 403, .* A proxy, a firewall or a login page/,
    })
    const secure = await roughLineFor(t, '', [], true)
    const where = ['--endpoint', `https://127.0.0.1:${secure.port}`, '--region', vault.region]
    t.match(await run(['put', 'docs', ...where], keys, home), {
      code: 1,
      stderr: /DEPTH_ZERO_SELF_SIGNED_CERT/,
    })
    t.equal(secure.connections(), 1)
  },
)
