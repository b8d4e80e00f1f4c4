/**
 * An Express server that stores the body of `PUT /archives/NAME` as an archive, straight from the socket.
 *
 * - The body is never in memory as a whole. The upload reads as fast as the vault takes the parts, and TCP slows the client.
 * - If the client disconnects, no archive is stored, and the upload is aborted, so that none of its parts is charged.
 *
 * Run it: `node express-upload.ts VAULT`, with region and credentials in the environment.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { glacierClient, namedDescription, uploadArchive, type VaultClient } from 'glacier-pipe'

/** The status of the response after an error of the upload. After the client has disconnected, no response is sent. */
const STATUS: Readonly<Record<string, number>> = { ERR_EMPTY_ARCHIVE: 400, ERR_TOO_MANY_PARTS: 413 }

interface RequestError extends Error {
  readonly code?: string
  /** The status of an error of the framework, as for a path that cannot be decoded. */
  readonly statusCode?: number
}

/** Makes the server. The caller starts it with `listen()`. */
export function uploadServer(
  client: VaultClient,
  vaultName: string,
  maxBytes: number = 10 * 2 ** 30,
): Server {
  const app = express()

  // No middleware reads the body before the handler, as express.json() or express.raw() would.
  app.put('/archives/:name', async (request, response) => {
    // With the request itself as the source, a failure of the vault would close the connection before the response.
    const body = request.iterator({ destroyOnReturn: false })
    const [archive] = await uploadArchive(body, {
      client,
      vaultName,
      description: namedDescription(request.params.name),
      partSize: 4 * 2 ** 20, // at most 10,000 parts
      memory: 16 * 2 ** 20, // for each request
      maxArchiveSize: maxBytes,
      volumes: false,
      retryFor: 60_000, // a client does not wait for the six hours of the default
      onFailure: 'abort',
    })
    const { archiveId, size, hash: treeHash } = archive
    response.status(201).json({ archiveId, size, treeHash })
  })

  // Express recognizes a handler of errors by its four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- as above
  const onError: ErrorRequestHandler = (error: RequestError, _request, response, _next) => {
    // A RangeError is a name that is too long. 502: the vault fails.
    const status = error instanceof RangeError ? 400 : (error.statusCode ?? STATUS[String(error.code)] ?? 502)
    response.status(status).json({ error: error.code })
  }
  app.use(onError)

  // Node.js ends a request after five minutes by default, and an upload may take hours. A connection without traffic is closed
  // after a while: later than the upload gives up, because the connection is silent while requests to the vault are repeated.
  const server = createServer({ requestTimeout: 0 }, app)
  server.timeout = 120_000
  return server
}

const [, program, vaultName = 'backups'] = process.argv
const { PORT = '8080' } = process.env
if (program === import.meta.filename) {
  const client = glacierClient()
  const server = uploadServer(client, vaultName)
  server.once('close', () => {
    client.destroy()
  })
  process.once('SIGTERM', () => server.close()) // after the uploads in progress
  server.listen(Number(PORT), '127.0.0.1')
  await once(server, 'listening')
  console.log(server.address())
}
