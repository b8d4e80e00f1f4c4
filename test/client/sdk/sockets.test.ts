import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { DescribeVaultCommand, GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { isQueued } from '../../../lib/client/sdk/socket-queue.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { json, startBareService, type Answer } from '../../helpers/bare-service.js'
import { gate } from '../../helpers/gate.js'

const vault = { vaultName: 'docs' }
const described = json(200, { VaultName: 'docs', VaultARN: 'arn:a', CreationDate: 'then' })
const credentials = { accessKeyId: 'A', secretAccessKey: 'b' }

t.test('a client that is made here has a socket for each of 150 requests', async (t) => {
  const all = gate()
  let count = 0
  const service = await startBareService((request, response) => {
    if (++count === 150) all.open()
    void all.opened.then(() => {
      described(request, response)
    })
  })
  t.teardown(() => service.close())
  const client = glacierClient({ endpoint: service.endpoint, region: 'us-east-1', credentials })
  t.teardown(() => {
    client.destroy()
  })
  const requests = Array.from({ length: 150 }, () => client.describeVault(vault))
  t.equal((await Promise.all(requests)).length, 150, 'each arrived before one was answered')
})

t.test("the time a request waits for a socket of the caller's client is not idle time", async (t) => {
  const held = gate()
  const first: Answer = (request, response) => {
    void held.opened.then(() => {
      described(request, response)
    })
  }
  const answers = [first, described]
  const service = await startBareService((request, response) => {
    answers.shift()?.(request, response)
  })
  t.teardown(() => service.close())
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
  const theirs = new GlacierClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials,
    requestHandler: { httpAgent },
  })
  t.teardown(() => {
    theirs.destroy()
  })
  const own = theirs.send(new DescribeVaultCommand({ ...vault, accountId: '-' }))
  while (service.seen.length === 0) await delay(1)
  const queued = glacierClient(theirs, { idleTimeout: 500 }).describeVault(vault)
  const told = queued.catch((error: unknown) => error)
  await delay(1_500) // three idle times, in which nothing moves
  t.equal(service.seen.length, 1)
  held.open()
  await own
  t.match(await told, { vaultName: 'docs' })

  // Once it has its socket, a request is given up as ever, though another waits for one.
  const hanging = [1, 2].map(() => glacierClient(theirs, { idleTimeout: 50 }).describeVault(vault))
  for (const result of await Promise.allSettled(hanging))
    t.match(result, { status: 'rejected', reason: { serviceCode: 'TimeoutError' } })
})

t.test('a request handler that shows no agents has no queue to look into', async (t) => {
  t.equal(isQueued({}, 's'), false)
  t.equal(isQueued({ httpHandlerConfigs: () => ({}) }, 's'), false)
  t.equal(
    isQueued({ httpHandlerConfigs: () => ({ httpAgent: {}, httpsAgent: { requests: {} } }) }, 's'),
    false,
  )
  const requests = { a: undefined, b: [{}, { getHeader: () => 's' }] }
  t.equal(isQueued({ httpHandlerConfigs: () => ({ httpsAgent: { requests } }) }, 's'), true)
  t.equal(isQueued({ httpHandlerConfigs: () => ({ httpsAgent: { requests } }) }, 'other'), false)
})
