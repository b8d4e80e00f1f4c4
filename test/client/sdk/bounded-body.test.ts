import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { boundedBody, MAX_RESPONSE_BYTES } from '../../../lib/client/sdk/bounded-body.js'
import { clientOfService, headersOnly } from '../../helpers/bare-service.js'

const MEBIBYTE = Buffer.alloc(1_048_576, ' ')
const vaultName = 'docs'

async function writeForEver(response: ServerResponse): Promise<void> {
  while (!response.destroyed)
    if (!response.write(MEBIBYTE)) await Promise.race([once(response, 'drain'), once(response, 'close')])
}

t.test('a body up to the limit is returned, and a longer one fails and is destroyed', async (t) => {
  const lengthOf = async (body: Readable): Promise<number> => {
    let length = 0
    for await (const chunk of body as AsyncIterable<Buffer>) length += chunk.length
    return length
  }
  const count = MAX_RESPONSE_BYTES / MEBIBYTE.length
  const never = (): Error => new Error('too long')
  t.equal(await lengthOf(boundedBody(Readable.from(Array(count).fill(MEBIBYTE)), never)), MAX_RESPONSE_BYTES)
  const longer = Readable.from([...(Array(count).fill(MEBIBYTE) as Buffer[]), Buffer.from('x')])
  await t.rejects(lengthOf(boundedBody(longer, never)), { message: 'too long' })
  t.ok(longer.destroyed)
})

t.test('responses without an end are errors of the service, of any operation and status', async (t) => {
  let status = 200
  const service = await clientOfService(t, (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'r' })
    void writeForEver(response)
  })
  const tooLong = { name: 'ServiceError', serviceCode: 'UnexpectedResponse', message: /longer than/ }
  await t.rejects(service.port.listVaults({}), tooLong)
  status = 500
  await t.rejects(service.port.describeVault({ vaultName }), { ...tooLong, status })
  status = 403
  await t.rejects(service.port.getJobOutput({ vaultName, jobId: 'j', range: { start: 0, end: 9 } }), {
    ...tooLong,
    status,
  })
})

t.test('the output of a job may be longer', async (t) => {
  const size = MAX_RESPONSE_BYTES + 1
  const service = await clientOfService(t, (_request, response) => {
    response.writeHead(206, {
      'content-length': String(size),
      'content-range': `bytes 0-${size - 1}/${size}`,
    })
    response.end(Buffer.alloc(size))
  })
  const { body } = await service.port.getJobOutput({ vaultName, jobId: 'j', range: { start: 0, end: size } })
  let received = 0
  for await (const chunk of body) received += chunk.length
  t.equal(received, size)
  const empty = await clientOfService(t, headersOnly(204, {}))
  await t.resolves(empty.port.deleteVault({ vaultName }))
})

t.test(
  'a body that is no stream of Node.js, as that of a request handler of the caller, is left as it is',
  async (t) => {
    const requestHandler = {
      handle: () => {
        const response = { statusCode: 204, headers: { 'x-amzn-requestid': 'r' }, body: new Uint8Array() }
        return Promise.resolve({ response })
      },
    }
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' }
    const client = glacierClient(new GlacierClient({ region: 'us-east-1', credentials, requestHandler }))
    await t.resolves(client.deleteVault({ vaultName }))
  },
)
