import t, { type Test } from 'tap'
import { MIB } from '../../../lib/sizes.js'
import { uploadArchive } from '../../../lib/upload/upload-archive.js'
import { failureKindOf } from '../../../lib/store/failure.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../../lib/client/sdk/sdk-vault-client.js'
import { startBareService } from '../../helpers/bare-service.js'
import { localVaultFor } from '../../helpers/local-vault.js'
import { page, reset, roughLineFor, saying, type Act } from '../../helpers/rough-line.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const keys = { accessKeyId: 'AKIAROUGH', secretAccessKey: 'secret' }
const vaultName = 'docs'

function clientOf(test: Test, endpoint: string): SdkVaultClient {
  const client = glacierClient({ endpoint, region: 'us-east-1', credentials: keys })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

const failures: readonly [string, Act][] = [
  ['bytes that are no HTTP', saying('\0\x01\x02 garbage\r\n\r\n')],
  ['a header that is none', saying('HTTP/1.1 201 Created\r\nbad header\r\n\r\n')],
  ['two lengths', saying('HTTP/1.1 201 Created\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')],
  ['a TLS alert', saying(Buffer.from([21, 3, 3, 0, 2, 2, 40]))],
  ['an end at once', saying('')],
  ['an end within a header', saying('HTTP/1.1 201 Crea')],
  ['an end within a body', saying('HTTP/1.1 400 Bad\r\nContent-Length: 900\r\n\r\n{"code":')],
  ['a reset', reset],
  ['a page of a proxy that is overloaded', page(502)],
]

const pages: readonly [string, Act, number][] = [
  ['a page for the answer', page(200), 200],
  ['an empty answer', page(200, 'text/plain', ''), 200],
  ['a login page elsewhere', page(302), 302],
  ['a refusal', page(403), 403],
  ['a refusal in JSON', page(403, 'application/json', '{"message":"Forbidden"}'), 403],
  ['a refusal with a number for a code', page(403, 'application/json', '{"code":403,"message":"no"}'), 403],
  ['a refusal in XML', page(403, 'application/xml', '<Error><Code>AccessDenied</Code></Error>'), 403],
  ['a page that is not found', page(404), 404],
  ['a proxy that wants credentials', page(407), 407],
  ['too much at once', page(413), 413],
  ['a network that wants a login', page(511), 511],
]

t.test('an upload survives whatever happens to a few connections', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true, credentials: keys })
  for (const [what, act] of [...failures, ...pages]) {
    const line = await roughLineFor(t, vault.endpoint, [act, act, act])
    const client = clientOf(t, `http://127.0.0.1:${line.port}`)
    const source = [Buffer.alloc(2 * MIB + 5, 7)]
    const options = { client, vaultName, partSize: MIB, concurrency: 1, clock: new VirtualClock() }
    t.match(await uploadArchive(source, options), [{ size: 2 * MIB + 5 }], what)
    t.ok(line.connections() >= 4, what)
  }
})

t.test("an answer that is never the service's fails after four attempts, and says so", async (t) => {
  for (const [what, act, status] of pages) {
    const line = await roughLineFor(t, '', Array<Act>(20).fill(act))
    const client = clientOf(t, `http://127.0.0.1:${line.port}`)
    const uploading = uploadArchive([Buffer.alloc(2 * MIB)], {
      client,
      vaultName,
      partSize: MIB,
      clock: new VirtualClock(),
    })
    await t.rejects(
      uploading,
      {
        code: 'ERR_SERVICE',
        serviceCode: 'UnexpectedResponse',
        status,
        message: new RegExp(
          `InitiateMultipartUpload: The response did not come from the service: HTTP ${status}, .*A proxy`,
        ),
      },
      what,
    )
    t.equal(line.connections(), 4, what)
  }
})

t.test('what has no answer of its own is not taken for done, or for a list without rows', async (t) => {
  for (const [what, act, status] of pages) {
    const line = await roughLineFor(t, '', Array<Act>(20).fill(act))
    const client = clientOf(t, `http://127.0.0.1:${line.port}`)
    const foreign = { code: 'ERR_SERVICE', serviceCode: 'UnexpectedResponse', status } as const
    const fails = async (request: Promise<unknown>): Promise<void> => {
      t.match(await request.catch((error: unknown) => error), foreign, what)
    }
    await fails(client.createVault({ vaultName }))
    await fails(client.deleteVault({ vaultName }))
    await fails(client.deleteArchive({ vaultName, archiveId: 'a' }))
    await fails(client.abortUpload({ vaultName, uploadId: 'u' }))
    await fails(client.listVaults({}))
    await fails(client.listJobs({ vaultName }))
    await fails(client.listUploads({ vaultName }))
    const range = { start: 0, end: 9 }
    await fails(client.getJobOutput({ vaultName, jobId: 'j', range }))
  }
})

t.test("with a request ID it is the service's answer, and as final as before", async (t) => {
  const requestId = { 'x-amzn-requestid': 'r', 'content-length': '0' }
  const service = await startBareService((_request, response) => response.writeHead(404, requestId).end())
  t.teardown(() => service.close())
  const failed = clientOf(t, service.endpoint).createVault({ vaultName })
  const error: unknown = await failed.catch((it: unknown) => it)
  t.match(error, { code: 'ERR_SERVICE', serviceCode: 'HTTP 404', requestId: 'r' })
  t.equal(failureKindOf(error), 'final')
})

t.test('a certificate that is not accepted is final, and says what to do', async (t) => {
  const line = await roughLineFor(t, '', [], true)
  const client = clientOf(t, `https://127.0.0.1:${line.port}`)
  const options = { client, vaultName, clock: new VirtualClock() }
  await t.rejects(uploadArchive([Buffer.alloc(9)], options), {
    code: 'ERR_CONNECTION',
    serviceCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    message: /certificate is not accepted\. .* NODE_EXTRA_CA_CERTS/,
  })
  t.equal(line.connections(), 1, 'and is not tried again')
})

t.test('a TLS transport that breaks is worth another attempt', async (t) => {
  for (const act of [
    saying('HTTP/1.1 400 no TLS here\r\n\r\n'),
    saying(Buffer.from([21, 3, 3, 0, 2, 2, 40])),
  ]) {
    const line = await roughLineFor(t, '', [act])
    const failed = clientOf(t, `https://127.0.0.1:${line.port}`).createVault({ vaultName })
    const error: unknown = await failed.catch((it: unknown) => it)
    t.match(error, { code: 'ERR_CONNECTION', serviceCode: /^(?:EPROTO|ERR_SSL_)/ })
    t.equal(failureKindOf(error), 'transient')
    t.notMatch((error as Error).message, /\n/)
  }
})
