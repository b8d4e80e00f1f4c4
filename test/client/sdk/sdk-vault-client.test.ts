import { DescribeVaultCommand, GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { glacierClient, vaultClientOf } from '../../../lib/client/glacier-client.js'
import { MIB } from '../../../lib/sizes.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { clientOfService, headersOnly, json, startBareService } from '../../helpers/bare-service.js'

const address = { vaultName: 'backups' }

/** The headers of an answer of nine bytes. */
const NINE_BYTES = { 'content-length': '9', 'content-range': 'bytes 0-8/9' }

t.test('both hashes travel as they were given, whatever client the caller made', async (t) => {
  const service = await clientOfService(t, headersOnly(204, { 'x-amz-sha256-tree-hash': 'f'.repeat(64) }))
  const bytes = Buffer.alloc(3 * MIB, 1)
  const request = { ...address, uploadId: 'u', range: { start: MIB, end: 4 * MIB }, bytes }
  const found = await service.port.uploadPart({ ...request, ...computeChecksums(bytes) })
  t.equal(found, 'f'.repeat(64), "the answer is the service's hash, not ours")
  t.match(service.seen, [
    {
      method: 'PUT',
      url: '/-/vaults/backups/multipart-uploads/u',
      size: bytes.length,
      headers: {
        'content-range': 'bytes 1048576-4194303/*',
        'content-length': String(bytes.length),
        'x-amz-content-sha256': computeChecksums(bytes).linearHash,
        'x-amz-sha256-tree-hash': computeChecksums(bytes).treeHash,
        'x-amz-glacier-version': '2012-06-01',
      },
    },
  ])
})

t.test('a call is one request, however many attempts the client of the caller would make', async (t) => {
  const service = await startBareService(json(500, { code: 'ServiceUnavailableException', message: 'm' }))
  t.teardown(() => service.close())
  const credentials = { accessKeyId: 'A', secretAccessKey: 'b' }
  const theirs = new GlacierClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 5,
  })
  t.teardown(() => {
    theirs.destroy()
  })
  const port = glacierClient(theirs)
  const bytes = Buffer.from('abc')
  const refused = { code: 'ERR_SERVICE', serviceCode: 'ServiceUnavailableException', status: 500 }
  await t.rejects(port.describeVault(address), refused)
  await t.rejects(port.uploadArchive({ ...address, bytes, ...computeChecksums(bytes) }), refused)
  t.equal(service.seen.length, 2)
  t.notOk(
    theirs.middlewareStack.identify().some((name) => name.startsWith('retryMiddleware - a')),
    'theirs is as it was',
  )
  await theirs.send(new DescribeVaultCommand({ ...address, accountId: '-' })).catch(() => undefined)
  t.equal(service.seen.length, 2 + 5, 'their own requests are made as they wish')
})

t.test('expired credentials are refreshed', async (t) => {
  const asked: unknown[] = []
  const service = await startBareService(headersOnly(201, {}))
  t.teardown(() => service.close())
  const credentials = async (options?: {
    forceRefresh?: boolean
  }): Promise<{ accessKeyId: string; secretAccessKey: string }> => {
    asked.push(options?.forceRefresh)
    return { accessKeyId: `KEY${asked.length}`, secretAccessKey: 'b' }
  }
  const port = glacierClient({ endpoint: service.endpoint, region: 'us-east-1', credentials })
  t.teardown(() => {
    port.destroy()
  })
  await port.createVault(address)
  await port.createVault(address)
  await port.refreshCredentials()
  await port.createVault(address)
  t.strictSame(
    service.seen.map(({ headers }) => /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1]),
    ['KEY1', 'KEY1', 'KEY2'],
  )
  t.equal(await port.region(), 'us-east-1')
})

t.test('the signal ends a request, and an output while it comes', async (t) => {
  const service = await clientOfService(t, (request, response) => {
    if (request.url.endsWith('/output')) response.writeHead(206, NINE_BYTES).write('abc')
  })
  const asking = new AbortController()
  const asked = service.port.describeVault({ ...address, signal: asking.signal })
  asking.abort(new Error('enough'))
  await t.rejects(asked, { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } })

  const reading = new AbortController()
  const { signal } = reading
  const output = await service.port.getJobOutput({
    ...address,
    jobId: 'j',
    range: { start: 0, end: 9 },
    signal,
  })
  await t.rejects(
    async () => {
      for await (const piece of output.body) reading.abort(new Error(`enough after ${piece.length}`))
    },
    { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough after 3' } },
  )
})

t.test('what the service refuses is an error to branch on', async (t) => {
  const cases = [
    [404, 'ResourceNotFoundException', 'NotFoundError', 'ERR_NOT_FOUND'],
    [403, 'AccessDeniedException', 'AccessDeniedError', 'ERR_ACCESS_DENIED'],
    [403, 'InvalidSignatureException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [403, 'ExpiredTokenException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [400, 'UnrecognizedClientException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [400, 'ThrottlingException', 'ServiceError', 'ERR_SERVICE'],
    [500, 'ServiceUnavailableException', 'ServiceError', 'ERR_SERVICE'],
  ] as const
  for (const [status, serviceCode, name, code] of cases) {
    const body = { code: serviceCode, message: 'the reason', type: 'Client' }
    const service = await clientOfService(t, json(status, body, { 'x-amzn-RequestId': 'r' }))
    await t.rejects(service.port.describeVault(address), {
      name,
      code,
      serviceCode,
      status,
      requestId: 'r',
      operation: 'DescribeVault',
      message: `DescribeVault: the reason (${serviceCode})`,
    })
  }
})

t.test('a refused connection says where it was refused', async (t) => {
  const service = await startBareService(() => undefined)
  const client = service.client()
  await service.close()
  await t.rejects(glacierClient(client).createVault(address), {
    name: 'ConnectionError',
    code: 'ERR_CONNECTION',
    serviceCode: 'ECONNREFUSED',
    message: /ECONNREFUSED 127\.0\.0\.1/,
  })
})

t.test('a client made here is closed by destroy(); one of the caller is left alone', async (t) => {
  const service = await clientOfService(t, headersOnly(201, {}))
  const theirs = service.client()
  let closed = 0
  theirs.destroy = () => {
    closed++
  }
  const port = glacierClient(theirs)
  await port.createVault(address)
  port.destroy()
  port[Symbol.dispose]()
  await port[Symbol.asyncDispose]()
  t.equal(closed, 0)

  const credentials = { accessKeyId: 'A', secretAccessKey: 'b' }
  const ours = glacierClient({ endpoint: service.endpoint, region: 'us-east-1', credentials })
  ours.destroy()
  await ours.createVault(address)
  ours.destroy()
  t.equal(service.seen.length, 2)
})

t.test('no region is a clear error', async (t) => {
  const { AWS_REGION: region, AWS_CONFIG_FILE: file } = process.env
  t.teardown(() => {
    if (region !== undefined) process.env.AWS_REGION = region
    if (file === undefined) delete process.env.AWS_CONFIG_FILE
    else process.env.AWS_CONFIG_FILE = file
  })
  delete process.env.AWS_REGION
  process.env.AWS_CONFIG_FILE = `${t.testdir()}/none`
  const client = glacierClient({ credentials: { accessKeyId: 'A', secretAccessKey: 'b' } })
  await t.rejects(client.createVault(address), {
    message: /no region is set: pass one/,
    reason: 'region-missing',
  })
  await t.rejects(client.region(), { name: 'ServiceError', message: /Configuration: no region is set/ })
})

t.test('a client is a GlacierClient or a VaultClient', async (t) => {
  const service = await clientOfService(t, headersOnly(201, {}))
  t.equal(vaultClientOf(service.port), service.port)
  await vaultClientOf(service.client()).createVault(address)
  t.equal(service.seen.length, 1)
})
