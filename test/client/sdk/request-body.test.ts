import t from 'tap'
import { bodyOf } from '../../../lib/client/sdk/request-body.js'
import { RequestTimeout, timeLimitsFor } from '../../../lib/client/sdk/request-timeout.js'
import { MIB } from '../../../lib/sizes.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import { clientOfService, headersOnly, type Answer } from '../../helpers/bare-service.js'
import { bytesHashed } from '../../helpers/bytes-hashed.js'

const address = { vaultName: 'backups' }

/** Takes any upload and confirms whatever hash the request says. */
const confirmAll: Answer = (request, response) => {
  const treeHash = String(request.headers['x-amz-sha256-tree-hash'])
  const headers: Record<string, string> = { 'content-length': '0', 'x-amz-sha256-tree-hash': treeHash }
  if (request.url.endsWith('/multipart-uploads')) headers['x-amz-multipart-upload-id'] = 'upload'
  else if (request.method === 'POST') headers['x-amz-archive-id'] = 'archive'
  response.writeHead(request.method === 'PUT' ? 204 : 201, headers).end()
}

t.test(
  'each byte of an upload is hashed twice from the source to the wire, and never by the SDK',
  async (t) => {
    const service = await clientOfService(t, confirmAll)
    const client = service.client()
    const size = 10 * MIB + 123
    const upload = (hashThreads: number) => async () => {
      service.seen.length = 0
      const source = [Buffer.alloc(size, 7)]
      const archives = await uploadArchive(source, { client, ...address, partSize: 2 * MIB, hashThreads })
      t.match(archives, [{ archiveId: 'archive', parts: 6, size }])
      const bodies = service.seen.reduce((sum, request) => sum + request.size, 0)
      t.equal(bodies, size, 'all of it was sent, once')
    }
    const hashed = await bytesHashed(100, upload(0))
    // The last part, of 123 bytes, is hashed once. What a signature takes is hashed too: under 2 KiB a request.
    const signatures = service.seen.length * 2048
    const twice = 2 * (size - 123) + 123
    t.ok(hashed >= twice, `${hashed} bytes were hashed, at least ${twice}`)
    t.ok(hashed < twice + signatures, `${hashed} bytes were hashed, not much over ${twice}`)

    const onThisThread = await bytesHashed(100, upload(1))
    t.ok(onThisThread < 2 * 2 * MIB + signatures, `of them ${onThisThread} beside a thread: the first part`)
  },
)

t.test('a byte of a part of at most 1 MiB is hashed once, since both hashes are the same', async (t) => {
  const service = await clientOfService(t, confirmAll)
  const client = service.client()
  const hashed = await bytesHashed(100, async () => {
    await uploadArchive([Buffer.alloc(3 * MIB, 7)], { client, ...address, partSize: MIB })
  })
  t.ok(hashed >= 3 * MIB && hashed < 3 * MIB + service.seen.length * 2048, `${hashed} bytes were hashed`)
})

t.test('a body is sent no faster than allowed, and ends with its request', async (t) => {
  const service = await clientOfService(t, headersOnly(204, { 'x-amz-sha256-tree-hash': 'h' }))
  const bytes = Buffer.alloc(100, 7)
  const taken: number[] = []
  const sendLimit = {
    chunkSize: 30,
    take: async (size: number) => {
      taken.push(size)
    },
  }
  const request = {
    ...address,
    uploadId: 'u',
    range: { start: 0, end: 100 },
    bytes,
    ...computeChecksums(bytes),
  }
  await service.port.uploadPart({ ...request, sendLimit })
  t.strictSame(taken, [30, 30, 30, 10])
  t.match(service.seen, [{ size: 100, headers: { 'content-length': '100' } }])

  const aborting = new AbortController()
  const never = {
    chunkSize: 30,
    take: (_size: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('woken'))
        })
        aborting.abort(new Error('enough'))
      }),
  }
  await t.rejects(service.port.uploadPart({ ...request, sendLimit: never, signal: aborting.signal }), {
    name: 'AbortError',
    cause: { message: 'enough' },
  })
  await t.rejects(
    service.port.uploadPart({ ...request, signal: aborting.signal }),
    { name: 'AbortError' },
    'also before it begins',
  )
})

t.test('the event loop continues every 2 MiB, however fast a socket takes a part', async (t) => {
  const timeout = new RequestTimeout('UploadMultipartPart', timeLimitsFor(1000, 0), undefined)
  const body = bodyOf({ bytes: Buffer.alloc(16 * MIB + 1) }, timeout)
  let maxInTurn = 0
  let inTurn = 0
  let total = 0
  body.on('data', (piece: Buffer) => {
    total += piece.length
    maxInTurn = Math.max(maxInTurn, (inTurn += piece.length))
  })
  while (!body.readableEnded) {
    inTurn = 0
    await new Promise(setImmediate)
  }
  timeout.end()
  t.equal(total, 16 * MIB + 1)
  t.ok(maxInTurn <= 2 * MIB, `${maxInTurn} bytes in one turn`)
})

t.test(
  'onSent reports each piece that the connection takes, also of a request that is repeated',
  async (t) => {
    const statuses = [500, 204, 201]
    const service = await clientOfService(t, (_request, response) => {
      response.writeHead(statuses.shift() ?? 0, { 'content-length': '0', 'x-amz-archive-id': 'a' }).end()
    })
    const bytes = Buffer.alloc(3 * MIB + 5, 7)
    const pieces: number[] = []
    const sum = (): number => pieces.reduce((total, piece) => total + piece, 0)
    const body = { bytes, ...computeChecksums(bytes), onSent: (sent: number) => pieces.push(sent) }
    const part = { ...address, ...body, uploadId: 'u', range: { start: 0, end: bytes.length } }

    await t.rejects(service.port.uploadPart(part), { code: 'ERR_SERVICE', status: 500 })
    t.equal(sum(), bytes.length)
    t.equal(pieces.length, 13, 'twelve of 256 KiB, and the rest')
    t.equal(Math.max(...pieces), MIB / 4)
    await service.port.uploadPart(part)
    t.equal(sum(), 2 * bytes.length, 'the bytes of the second attempt count as well')

    pieces.length = 0
    const sendLimit = { chunkSize: MIB, take: () => Promise.resolve() }
    await service.port.uploadArchive({ ...address, ...body, sendLimit })
    t.strictSame(pieces, [MIB, MIB, MIB, 5], 'the chunks of a rate limit, of an archive in one request')
    t.strictSame(
      service.seen.map(({ size }) => size),
      Array(3).fill(bytes.length),
    )
  },
)

t.test('onSent reports no piece that the connection has not taken', async (t) => {
  const sent: number[] = []
  const timeout = new RequestTimeout('UploadMultipartPart', timeLimitsFor(1000, 0), undefined)
  const body = bodyOf({ bytes: Buffer.alloc(MIB), onSent: (bytes) => sent.push(bytes) }, timeout)
  body.read(0) // fills the buffer
  t.strictSame(sent, [])
  body.read()
  t.strictSame(sent, [MIB / 4])
  body.destroy()
  timeout.end()
})
