import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startLocalVault } from '../../../lib/local/index.js'
import { endpointOf } from '../../../lib/local/http/http-server.js'
import { send } from '../../helpers/local-vault.js'
import { worldFor } from '../../helpers/job-world.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ACCOUNT = '111122223333'
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:jobs`
const inventory = { Type: 'inventory-retrieval' }

/** Where SNS would post, and what was. */
async function subscriber(
  test: Test,
  status: () => number | 'cut' | 'none' = () => 200,
): Promise<{
  endpoint: string
  next: () => Promise<{ headers: IncomingHttpHeaders; json: Record<string, unknown> }>
}> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const json: unknown = JSON.parse(Buffer.concat(chunks).toString())
      const code = status()
      if (code === 'cut') request.socket.destroy()
      else if (code !== 'none') response.writeHead(code).end()
      server.emit('message', { headers: request.headers, json })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const endpoint = endpointOf(server.address() as Parameters<typeof endpointOf>[0])
  const next = async (): Promise<{ headers: IncomingHttpHeaders; json: Record<string, unknown> }> => {
    const [message] = (await once(server, 'message')) as [
      { headers: IncomingHttpHeaders; json: Record<string, unknown> },
    ]
    return message
  }
  return { endpoint, next }
}

t.test('a job that is done is told to its topic, as SNS would tell a subscriber', async (t) => {
  const { endpoint, next } = await subscriber(t)
  const { vault, upload, start, get, time } = await worldFor(t, { jobDelay: HOUR, snsEndpoint: endpoint })
  const archiveId = await upload('x')
  const jobId = await start({ Type: 'archive-retrieval', ArchiveId: archiveId, SNSTopic: TOPIC })
  const told = next()
  t.equal(await vault.control.completeJobs(), 1)
  const { headers, json } = await told
  t.match(headers, {
    'content-type': 'text/plain; charset=UTF-8',
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-topic-arn': TOPIC,
    'x-amz-sns-message-id': json.MessageId,
  })
  t.match(json, { Type: 'Notification', TopicArn: TOPIC, Timestamp: new Date(time.time).toISOString() })
  t.strictSame(JSON.parse(String(json.Message)), (await get(`/jobs/${jobId}`)).json)
})

t.test('and to the vault’s topic, for the events it asks for', async (t) => {
  const { endpoint, next } = await subscriber(t)
  const { vault, upload, start, time } = await worldFor(t, { jobDelay: HOUR, snsEndpoint: endpoint })
  await send(vault, {
    method: 'PUT',
    path: '/-/vaults/docs/notification-configuration',
    body: JSON.stringify({ SNSTopic: TOPIC, Events: ['InventoryRetrievalCompleted'] }),
    time: time.time,
  })
  const archiveId = await upload('x')
  await vault.control.takeInventory('docs')
  await start({ Type: 'archive-retrieval', ArchiveId: archiveId })
  const jobId = await start({ ...inventory, SNSTopic: TOPIC })
  const told = next()
  vault.control.advanceClock(HOUR)
  t.match(JSON.parse(String((await told).json.Message)), { JobId: jobId, Action: 'InventoryRetrieval' })
})

t.test('a message that is not taken is sent again, and one a stopped server left by the next', async (t) => {
  const answers = [500, 'cut' as const, 200]
  const { endpoint, next } = await subscriber(t, () => answers.shift() ?? 200)
  const dir = t.testdir()
  const options = { dir, snsEndpoint: endpoint, jobDelay: HOUR }
  const { vault, upload, start, time } = await worldFor(t, options)
  const order = { Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC }
  await start(order)
  await vault.close()
  time.time += HOUR
  const told = next()
  const second = await startLocalVault({ ...options, now: time.now, createVaults: true })
  const refused = (await told).json
  await next()
  const again = (await next()).json
  t.equal(again.Message, refused.Message)
  await second.close()
})

t.test('what cannot be told keeps nothing from closing', async (t) => {
  const { vault, upload, start } = await worldFor(t, { snsEndpoint: 'http://127.0.0.1:9/' })
  await start({ Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC })
  await vault.close()
  const other = await worldFor(t, {
    snsEndpoint: 'http://127.0.0.1:9/',
    jobDelay: HOUR,
    dir: join(vault.dir, 'other'),
  })
  await other.start({ Type: 'archive-retrieval', ArchiveId: await other.upload('x'), SNSTopic: TOPIC })
  await rm(join(other.vault.dir, 'vaults'), { recursive: true })
  other.vault.control.advanceClock(DAY * 2)
  await other.vault.close()
})

t.test('nor does one who takes a message and never answers', async (t) => {
  const { endpoint, next } = await subscriber(t, () => 'none')
  const { vault, upload, start } = await worldFor(t, { snsEndpoint: endpoint })
  const told = next()
  await start({ Type: 'archive-retrieval', ArchiveId: await upload('x'), SNSTopic: TOPIC })
  await told
  await vault.close()
})
