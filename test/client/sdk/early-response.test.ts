import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'

const REFUSAL = '{"code":"ThrottlingException","message":"Rate exceeded"}'

t.test('after an early response, nothing of the body is read, and its connection is closed', async (t) => {
  const closed: Promise<unknown>[] = []
  const server = createServer((request, response) => {
    closed.push(new Promise((resolve) => request.socket.once('close', resolve)))
    request.resume() // the connection stays open, and the server continues to read
    response.writeHead(400, { 'content-length': REFUSAL.length, 'x-amzn-requestid': 'r' }).end(REFUSAL)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new GlacierClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  })
  t.teardown(() => {
    client.destroy()
    server.close()
  })

  let taken = 0
  let sent = 0
  const sendLimit = {
    chunkSize: 10,
    take: async () => {
      taken++
      await new Promise(setImmediate)
    },
  }
  const bytes = Buffer.alloc(1_000_000, 7)
  const part = glacierClient(client).uploadPart({
    vaultName: 'backups',
    uploadId: 'u',
    range: { start: 0, end: bytes.length },
    bytes,
    ...computeChecksums(bytes),
    sendLimit,
    onSent: (size) => (sent += size),
  })
  await t.rejects(part, { name: 'ServiceError', serviceCode: 'ThrottlingException' })
  const atSettlement = [taken, sent]
  t.ok(sent < bytes.length, 'the response came before the end of the body')
  await Promise.all(closed)
  t.equal(closed.length, 1)
  t.strictSame([taken, sent], atSettlement)
})
