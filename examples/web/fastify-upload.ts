/**
 * A Fastify server that stores the body of `PUT /archives/NAME` as an archive, straight from the socket.
 *
 * - The body is never in memory as a whole. The upload reads as fast as the vault takes the parts, and TCP slows the client.
 * - If the client disconnects, no archive is stored, and the upload is aborted, so that none of its parts is charged.
 *
 * Run it: `node fastify-upload.ts VAULT`, with region and credentials in the environment.
 */
import Fastify, { type FastifyInstance } from 'fastify'
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
): FastifyInstance {
  // An upload may take hours, so the time of a request is not limited. A connection without traffic is closed after a while:
  // later than the upload gives up, because the connection is silent while requests to the vault are repeated.
  const app = Fastify({ requestTimeout: 0, connectionTimeout: 120_000 })

  // No parser: the handler reads the body. Fastify does not limit its size then; `maxArchiveSize` does.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => {
    done(null)
  })

  app.put<{ Params: { name: string } }>('/archives/:name', async (request, reply) => {
    // With the request itself as the source, a failure of the vault would close the connection before the response.
    const body = request.raw.iterator({ destroyOnReturn: false })
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
    return reply.code(201).send({ archiveId, size, treeHash })
  })

  app.setErrorHandler((error: RequestError, _request, reply) => {
    const status = error.statusCode ?? STATUS[String(error.code)] ?? 502 // 502: the vault fails
    return reply.code(status).send({ error: error.code })
  })
  return app
}

const [, program, vaultName = 'backups'] = process.argv
const { PORT = '8080' } = process.env
if (program === import.meta.filename) {
  const client = glacierClient()
  const app = uploadServer(client, vaultName)
  app.addHook('onClose', () => {
    client.destroy()
  })
  process.once('SIGTERM', () => void app.close()) // after the uploads in progress
  console.log(await app.listen({ port: Number(PORT) }))
}
