import { DescribeVaultCommand, GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { glacierClient } from '../../lib/client/glacier-client.js'
import type { GlacierClientLike } from '../../lib/client/glacier-client-like.js'
import { json, startBareService } from '../helpers/bare-service.js'

const address = { vaultName: 'backups' }
const vault = { VaultName: 'backups', VaultARN: 'arn', CreationDate: '2026-01-01T00:00:00.000Z' }

/** A client as those of an SDK whose commands bring their own serialization: it cannot send the commands of this one. */
function olderClient({ config }: GlacierClient): GlacierClientLike & { readonly config: object } {
  const { protocol, ...older } = config
  t.ok(protocol, 'by which the versions are told apart')
  return {
    config: older,
    send: () => Promise.reject(new Error('serializerMiddleware is not found')),
  }
}

t.test('a client of an older SDK lends its endpoint, region, credentials and request handler', async (t) => {
  const service = await startBareService(json(200, vault))
  t.teardown(() => service.close())
  const theirs = service.client()
  const client = glacierClient(olderClient(theirs))
  t.equal((await client.describeVault(address)).arn, 'arn')
  t.equal(await client.region(), 'us-east-1')
  t.equal(await client.endpoint(), service.endpoint)
  client.destroy()
  await theirs.send(new DescribeVaultCommand({ accountId: '-', vaultName: 'backups' }))
  t.pass('its request handler was not destroyed')
})

t.test('a client of an older SDK without an endpoint goes to the service of its region', async (t) => {
  for (const useFipsEndpoint of [false, true]) {
    const theirs = new GlacierClient({ region: 'us-east-2', useFipsEndpoint })
    t.teardown(() => {
      theirs.destroy()
    })
    const client = glacierClient(olderClient(theirs))
    t.equal(await client.endpoint(), await glacierClient(theirs).endpoint())
    t.equal(await client.region(), 'us-east-2')
  }
})

t.test('a client for another service is refused at once, by name', (t) => {
  const client = (serviceId?: string): GlacierClientLike =>
    ({ config: { serviceId }, send: () => Promise.resolve() }) as unknown as GlacierClientLike
  t.throws(() => glacierClient(client('S3')), { name: 'TypeError', message: 'The client is for S3.' })
  t.throws(() => glacierClient(client()), TypeError)
  t.throws(() => glacierClient({ send: () => Promise.resolve() } as unknown as GlacierClientLike), TypeError)
  t.end()
})
