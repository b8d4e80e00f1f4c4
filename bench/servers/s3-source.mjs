/**
 * A bucket with objects of zeros, `/bench/SIZE`, in parts of a size: states the SHA-256 of each part, and sends any range. All
 * responses together are sent at a rate that is given, as a network would. Prints its address.
 *
 * Arguments: bytes of a part, bytes of each second (0: as fast as possible).
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { listen } from './listen.mjs'
import { SharedRate } from './shared-rate.mjs'

const BLOCK = Buffer.alloc(256 * 1024)
const [partSize = 0, rate = 0] = process.argv.slice(2).map(Number)
const pace = new SharedRate(rate)
/** @type {Map<number, Buffer>} */
const hashes = new Map()

/**
 * The SHA-256 of zeros.
 *
 * @param {number} size - their number
 */
function hashOf(size) {
  const known = hashes.get(size)
  if (known) return known
  const hash = createHash('sha256').update(Buffer.alloc(size)).digest()
  hashes.set(size, hash)
  return hash
}

/**
 * The sizes of the parts of an object.
 *
 * @param {number} size
 */
function partsOf(size) {
  const count = Math.ceil(size / partSize)
  return Array.from({ length: count }, (_, i) => Math.min(partSize, size - i * partSize))
}

/**
 * The composite of an object, without the number of its parts.
 *
 * @param {number} size
 */
function compositeOf(size) {
  const parts = Buffer.concat(partsOf(size).map(hashOf))
  return createHash('sha256').update(parts).digest('base64')
}

const server = createServer((request, response) => {
  const { method, url = '', headers } = request
  const { pathname, searchParams } = new URL(url, 'http://bench')
  const size = Number(pathname.replace(/^.*\//, ''))
  request.resume()
  if (method === 'HEAD') head(size, response)
  else if (searchParams.has('attributes'))
    attributes(size, Number(headers['x-amz-part-number-marker'] ?? 0), response)
  else void send(size, headers.range, response)
})

/**
 * HeadObject.
 *
 * @param {number} size
 * @param {import('node:http').ServerResponse} response
 */
function head(size, response) {
  const composite = `${compositeOf(size)}-${partsOf(size).length}`
  response.writeHead(200, {
    'content-length': size,
    etag: '"bench"',
    'x-amz-checksum-sha256': composite,
    'x-amz-checksum-type': 'COMPOSITE',
  })
  response.end()
}

/**
 * GetObjectAttributes: 1,000 parts at most, after a number.
 *
 * @param {number} size
 * @param {number} after
 * @param {import('node:http').ServerResponse} response
 */
function attributes(size, after, response) {
  const parts = partsOf(size)
  const last = Math.min(after + 1000, parts.length)
  const listed = parts.slice(after, last).map((part, i) => {
    const hash = hashOf(part).toString('base64')
    return `<Part><PartNumber>${after + i + 1}</PartNumber><Size>${part}</Size><ChecksumSHA256>${hash}</ChecksumSHA256></Part>`
  })
  const body = [
    '<?xml version="1.0" encoding="UTF-8"?><GetObjectAttributesResponse><ETag>bench</ETag>',
    `<Checksum><ChecksumSHA256>${compositeOf(size)}</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType></Checksum>`,
    `<ObjectParts><PartsCount>${parts.length}</PartsCount><NextPartNumberMarker>${last}</NextPartNumberMarker>`,
    `<IsTruncated>${last < parts.length}</IsTruncated>${listed.join('')}</ObjectParts>`,
    `<ObjectSize>${size}</ObjectSize></GetObjectAttributesResponse>`,
  ]
  response.writeHead(200, { 'content-type': 'application/xml' }).end(body.join(''))
}

/**
 * GetObject, of all bytes or a range.
 *
 * @param {number} size
 * @param {string | undefined} range
 * @param {import('node:http').ServerResponse} response
 */
async function send(size, range, response) {
  const [from = 0, to = size - 1] = (/bytes=(\d+)-(\d+)/.exec(range ?? '') ?? []).slice(1).map(Number)
  const length = to - from + 1
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    etag: '"bench"',
    ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
  })
  for (let left = length; left > 0 && !response.destroyed;) {
    const piece = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
    const waitMs = pace.take(piece.length, performance.now())
    if (waitMs > 0) await delay(waitMs)
    left -= piece.length
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

/**
 * Resolves when a response takes more bytes, or is closed.
 *
 * @param {import('node:http').ServerResponse} response
 * @returns {Promise<void>}
 */
function drained(response) {
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end)
      response.off('close', end)
      resolve()
    }
    response.on('drain', end)
    response.on('close', end)
  })
}

listen(server)
