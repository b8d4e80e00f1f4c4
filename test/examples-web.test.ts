import { once } from 'node:events'
import { request as httpRequest, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { uploadServer as expressServer } from '../examples/web/express-upload.js'
import { uploadServer as fastifyServer } from '../examples/web/fastify-upload.js'
import { progressPage } from '../examples/web/progress-page.js'
// As the examples do: the errors of the built library are instances of its own classes.
import {
  decodeDescription,
  glacierClient,
  inventory,
  retrieveArchive,
  uploadArchive,
  type PartRequest,
  type SdkVaultClient,
  type VaultClient,
} from 'glacier-pipe'
import type { LocalVault } from '../lib/local/index.js'
import { MIB } from '../lib/sizes.js'
import { localVaultFor } from './helpers/local-vault.js'
import { patternBytes } from './helpers/pattern-source.js'

const vaultName = 'docs'

/** A request that has a response. */
interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** The servers of the examples, as plain HTTP servers. */
const SERVERS: Record<
  string,
  (client: VaultClient, vaultName: string, maxBytes?: number) => Promise<Server>
> = {
  Fastify: async (...args) => {
    const app = fastifyServer(...args)
    await app.ready()
    return app.server
  },
  Express: async (...args) => expressServer(...args),
}

function clientFor(test: Test, { endpoint, region, credentials }: LocalVault): SdkVaultClient {
  const client = glacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

async function listening(test: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function put(
  port: number,
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, path, method: 'PUT', headers, agent: false }, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) as Answer['body'] })
      }, reject)
    })
    request.once('error', reject)
    request.end(body)
  })
}

/** A client whose requests for a part wait for a function first. */
function withPartHook(client: SdkVaultClient, hook: (request: PartRequest) => Promise<void>): VaultClient {
  return new Proxy<VaultClient>(client, {
    get(target, name) {
      if (name === 'uploadPart')
        return async (request: PartRequest) => {
          await hook(request)
          return client.uploadPart(request)
        }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(client) as unknown) : value
    },
  })
}

async function isEmpty(client: SdkVaultClient, vault: LocalVault): Promise<boolean> {
  await vault.control.takeInventory(vaultName)
  const { archiveCount } = await client.describeVault({ vaultName })
  const { items } = await client.listUploads({ vaultName })
  return archiveCount === 0 && items.length === 0
}

for (const [name, makeServer] of Object.entries(SERVERS)) {
  t.test(`${name} stores the body of a request as an archive`, async (t) => {
    const vault = await localVaultFor(t, { createVaults: true })
    const client = clientFor(t, vault)
    const port = await listening(t, await makeServer(client, vaultName))
    for (const headers of [{}, { 'Content-Type': 'application/json' }]) {
      const bytes = patternBytes(3 * MIB)
      const { status, body } = await put(port, '/archives/holiday%20photos', bytes, headers)
      t.match({ status, body }, { status: 201, body: { size: bytes.length } })
      const reader = retrieveArchive({ client, vaultName, archiveId: String(body.archiveId) })
      t.ok((await buffer(reader)).equals(bytes))
    }
    await vault.control.takeInventory(vaultName)
    for await (const { description } of inventory({ client, vaultName }))
      t.equal(decodeDescription(description), 'holiday photos')
  })

  t.test(`${name} reads a body only as fast as the vault takes the parts`, async (t) => {
    const vault = await localVaultFor(t, { createVaults: true })
    const sockets: Socket[] = []
    let maxAheadBytes = 0
    const client = withPartHook(clientFor(t, vault), async ({ range }) => {
      // Everything that was received before this part was sent is in the memory of the parts, or in a buffer of a stream.
      maxAheadBytes = Math.max(maxAheadBytes, Number(sockets[0]?.bytesRead) - range.start)
      await new Promise((resolve) => setImmediate(resolve))
    })
    const server = await makeServer(client, vaultName)
    server.on('connection', (socket) => sockets.push(socket))
    const port = await listening(t, server)
    const { status } = await put(port, '/archives/large', Buffer.alloc(32 * MIB))
    t.equal(status, 201)
    t.ok(maxAheadBytes > 0 && maxAheadBytes < 22 * MIB, `${maxAheadBytes} bytes`)
  })

  t.test(`${name} stores nothing if the client disconnects`, async (t) => {
    let aborted: () => void = () => undefined
    const isAborted = new Promise<void>((resolve) => (aborted = resolve))
    const vault = await localVaultFor(t, {
      createVaults: true,
      log: ({ operation }) => {
        if (operation === 'AbortMultipartUpload') aborted()
      },
    })
    const plain = clientFor(t, vault)
    const sockets: Socket[] = []
    const client = withPartHook(plain, async () => {
      sockets[0]?.destroy() // in the middle of the body: the upload has begun, and has parts
    })
    const socket = connect(await listening(t, await makeServer(client, vaultName)), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.write(`PUT /archives/half HTTP/1.1\r\nHost: test\r\nContent-Length: ${64 * MIB}\r\n\r\n`)
    socket.write(patternBytes(12 * MIB))
    await isAborted
    t.ok(await isEmpty(plain, vault))
  })

  t.test(`${name} responds with 4xx for wrong requests, and with 5xx if the vault fails`, async (t) => {
    const vault = await localVaultFor(t)
    const client = clientFor(t, vault)
    const server = await makeServer(client, vaultName, 8 * MIB)
    const port = await listening(t, server)
    t.match(await put(port, '/archives/a', patternBytes(5 * MIB)), {
      status: 502,
      body: { error: 'ERR_NOT_FOUND' },
    })
    await client.createVault({ vaultName })
    t.match(await put(port, '/archives/a', Buffer.alloc(0)), {
      status: 400,
      body: { error: 'ERR_EMPTY_ARCHIVE' },
    })
    // The upload fails in the middle of the body. The client receives the response nevertheless.
    t.match(await put(port, '/archives/a', Buffer.alloc(32 * MIB)), {
      status: 413,
      body: { error: 'ERR_TOO_MANY_PARTS' },
    })
    for (const wrongName of ['%ff', 'a'.repeat(1_100)]) {
      const { status } = await put(port, `/archives/${wrongName}`, patternBytes(MIB))
      t.ok(status >= 400 && status < 500, `${status}`)
    }
    t.ok(await isEmpty(client, vault))
  })
}

t.test('a page follows an upload by server-sent events', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  const client = withPartHook(clientFor(t, vault), () => opened)
  const upload = uploadArchive(patternBytes(3 * MIB), {
    client,
    vaultName,
    partSize: MIB,
    sourceSize: 3 * MIB,
  })
  const server = progressPage(upload)
  const address = `http://127.0.0.1:${await listening(t, server)}`
  const page = await fetch(address)
  t.match(page.headers.get('content-type'), 'text/html')
  t.match(await page.text(), /new EventSource\('\/events'\)/)
  t.equal((await fetch(`${address}/other`)).status, 404)

  const left = new AbortController()
  const requested = once(server, 'request') as Promise<[unknown, ServerResponse]>
  await fetch(`${address}/events`, { signal: left.signal })
  const [, leftResponse] = await requested
  const response = await fetch(`${address}/events`)
  t.equal(response.headers.get('content-type'), 'text/event-stream')
  const isClosed = once(leftResponse, 'close')
  left.abort() // a page that is closed before the end
  await isClosed
  open()
  const [archive] = await upload
  const events = (await response.text()).trim().split('\n\n')
  t.equal(events.pop(), `event: stored\ndata: ${archive.archiveId}`)
  for (const event of events) t.match(event, /^event: progress\ndata: \{"doneBytes":\d+,.*\}$/)
  t.match(events.at(-1), `"doneBytes":${3 * MIB},`)
  // A page that is opened after the end.
  t.match(await (await fetch(`${address}/events`)).text(), /"totalBytes":3145728.*event: stored/s)
})

t.test('a page shows the code of a failure and no more', async (t) => {
  const client = clientFor(t, await localVaultFor(t))
  const upload = uploadArchive(patternBytes(MIB), { client, vaultName: 'missing' })
  const address = `http://127.0.0.1:${await listening(t, progressPage(upload))}`
  await t.rejects(upload)
  t.match(await (await fetch(`${address}/events`)).text(), /event: failed\ndata: ERR_\w+\n\n$/)
})
