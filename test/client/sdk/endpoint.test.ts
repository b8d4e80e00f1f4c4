import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeVaultCommand, GlacierClient, type GlacierClientConfig } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import { accountInArn } from '../../../lib/glacier/account-id.js'
import { normalizeEndpoint } from '../../../lib/glacier/endpoint.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { json, startBareService } from '../../helpers/bare-service.js'

/** Sets the AWS configuration for one test: files, and the environment without any other AWS variable. */
function configure(test: Test, config: string, env: Record<string, string> = {}): void {
  const before = { ...process.env }
  const folder = mkdtempSync(join(tmpdir(), 'glacier-pipe-'))
  const file = join(folder, 'config')
  writeFileSync(file, config)
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name)
  const files = { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') }
  Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true' }, files, env)
  test.teardown(() => {
    process.env = before
    rmSync(folder, { recursive: true, force: true })
  })
}

/** The endpoint of a client whose credentials must not be fetched. */
async function endpointOf(config: GlacierClientConfig): Promise<string | undefined> {
  const credentials = (): Promise<never> => Promise.reject(new Error('credentials were fetched'))
  const client = glacierClient({ region: 'eu-west-1', credentials, ...config })
  try {
    return await client.endpoint()
  } finally {
    client.destroy()
  }
}

t.test('endpoints are equal whose scheme, host, port and base path are', async (t) => {
  const table: [string, string | undefined][] = [
    ['http://localhost:9000', 'http://localhost:9000'],
    ['http://localhost:9000/', 'http://localhost:9000'],
    ['HTTP://LocalHost:9000//', 'http://localhost:9000'],
    ['http://localhost:80/', 'http://localhost'],
    ['https://localhost:443', 'https://localhost'],
    ['https://localhost:80', 'https://localhost:80'],
    ['https://gate.example/Glacier/', 'https://gate.example/Glacier'],
    ['https://user:secret@gate.example/a?b=c#d', 'https://gate.example/a'],
    ['http://[::1]:9000/', 'http://[::1]:9000'],
    ['https://glacier.eu-west-1.amazonaws.com', undefined],
    ['https://GLACIER.cn-north-1.amazonaws.com.cn/', undefined],
    ['https://glacier.eu-west-1.api.aws', undefined],
    ['https://vpce-1.glacier.eu-west-1.vpce.amazonaws.com', undefined],
    ['https://notamazonaws.com', 'https://notamazonaws.com'],
    ['https://amazonaws.com.example', 'https://amazonaws.com.example'],
    ['local:0d9e', 'local:0d9e'],
    ['local', 'local'],
  ]
  for (const [endpoint, expected] of table) t.equal(normalizeEndpoint(endpoint), expected, endpoint)
})

t.test('the endpoint of a client is the one its requests would go to', async (t) => {
  configure(t, '')
  t.equal(await endpointOf({}), undefined, "the service's own")
  t.equal(await endpointOf({ region: 'cn-north-1' }), undefined)
  t.equal(await endpointOf({ useDualstackEndpoint: true }), undefined)
  t.equal(await endpointOf({ useFipsEndpoint: true, region: 'us-east-1' }), undefined)
  t.equal(await endpointOf({ endpoint: 'HTTP://Gate.example:80/base/' }), 'http://gate.example/base')
  t.equal(await endpointOf({ endpoint: 'http://gate.example:81//' }), 'http://gate.example:81')
  t.equal(await endpointOf({ endpoint: 'http://[::1]:81' }), 'http://[::1]:81')
  t.equal(
    await endpointOf({ endpoint: async () => ({ protocol: 'http:', hostname: 'a', port: 5, path: '/' }) }),
    'http://a:5',
  )
})

t.test('an endpoint of the AWS configuration is found as the SDK finds it', async (t) => {
  const profiles = [
    '[default]',
    'endpoint_url = http://all.example',
    '[profile service]',
    'services = mine',
    'endpoint_url = http://all.example',
    '[services mine]',
    'glacier =',
    '  endpoint_url = http://glacier.example/',
    '',
  ].join('\n')
  const table: [Record<string, string>, string | undefined][] = [
    [{}, 'http://all.example'],
    [{ AWS_PROFILE: 'service' }, 'http://glacier.example'],
    [{ AWS_ENDPOINT_URL: 'http://env.example/' }, 'http://env.example'],
    [
      { AWS_ENDPOINT_URL: 'http://env.example', AWS_ENDPOINT_URL_GLACIER: 'http://own.example/g/' },
      'http://own.example/g',
    ],
    [{ AWS_ENDPOINT_URL_S3: 'http://s3.example' }, 'http://all.example'],
    [{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, undefined],
    [{ AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL: 'http://env.example' }, undefined],
  ]
  for (const [env, expected] of table) {
    await t.test(JSON.stringify(env), async (t) => {
      configure(t, profiles, env)
      t.equal(await endpointOf({}), expected)
      t.equal(await endpointOf({ endpoint: 'http://given.example' }), 'http://given.example')
    })
  }
})

t.test('asking for the endpoint makes no request and leaves the client of the caller as it is', async (t) => {
  const vault = { VaultName: 'a', VaultARN: 'arn:a', CreationDate: 'then' }
  const service = await startBareService(json(200, vault))
  t.teardown(() => service.close())
  let fetched = 0
  const theirs = new GlacierClient({
    endpoint: `${service.endpoint}/base`,
    region: 'us-east-1',
    credentials: () => {
      fetched++
      return Promise.resolve({ accessKeyId: 'A', secretAccessKey: 'b' })
    },
  })
  t.teardown(() => {
    theirs.destroy()
  })
  const client = glacierClient(theirs)
  t.equal(await client.endpoint(), `${service.endpoint}/base`)
  t.equal(await client.endpoint(), `${service.endpoint}/base`)
  t.equal(service.seen.length, 0, 'no request')
  t.equal(fetched, 0, 'no credentials')
  await client.describeVault({ vaultName: 'a' })
  await theirs.send(new DescribeVaultCommand({ accountId: '-', vaultName: 'b' }))
  t.strictSame(
    service.seen.map(({ url, headers }) => [url, headers.authorization?.startsWith('AWS4')]),
    [
      ['/base/-/vaults/a', true],
      ['/base/-/vaults/b', true],
    ],
  )
})

t.test('a request that a middleware of the caller directs elsewhere has that endpoint', async (t) => {
  const theirs = new GlacierClient({ region: 'us-east-1' })
  theirs.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { hostname: 'elsewhere.example' })
      return next(args)
    },
    { step: 'build', name: 'elsewhere' },
  )
  t.equal(await glacierClient(theirs).endpoint(), 'https://elsewhere.example')
  theirs.destroy()
})

t.test('without a region the endpoint cannot be told', async (t) => {
  configure(t, '')
  const client = glacierClient({})
  await t.rejects(client.endpoint(), { code: 'ERR_SERVICE', message: /no region is set/ })
  client.destroy()
})

t.test('the account is the one in an ARN, where it has 12 digits', async (t) => {
  t.equal(accountInArn('arn:aws:glacier:us-east-1:012345678901:vaults/a'), '012345678901')
  t.equal(accountInArn('arn:aws-cn:glacier:cn-north-1:012345678901:vaults/a:b'), '012345678901')
  for (const arn of ['arn:a', 'arn:aws:glacier:us-east-1:-:vaults/012345678901', 'x', '', undefined])
    t.equal(accountInArn(arn), undefined, String(arn))
})
