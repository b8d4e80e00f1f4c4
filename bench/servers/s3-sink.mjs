/**
 * A bucket that stores nothing: reads request bodies without hashing them, and states the checksums that requests carry, so
 * that the client alone is measured. Prints its address. It has the operations of a multipart upload.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { listen } from './listen.mjs'

/** @typedef {{ number: number, size: number, sha256: string | undefined }} Part */

/** @type {Map<string, Part[]>} */
const uploads = new Map()

const server = createServer((request, response) => {
  let size = 0
  request.on('data', ({ length }) => (size += length))
  request.on('end', () => {
    const { statusCode, headers, body } = answer(request, size)
    response.writeHead(statusCode, { 'x-amz-request-id': 'bench', ...headers })
    response.end(body)
  })
})

/**
 * @typedef {object} Answer
 * @property {number} statusCode
 * @property {import('node:http').OutgoingHttpHeaders} [headers]
 * @property {string} [body]
 */

/**
 * Answers a request whose body has been read.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {number} size - bytes of the body
 * @returns {Answer}
 */
function answer({ method, url = '', headers }, size) {
  const { searchParams: query } = new URL(url, 'http://bench')
  const uploadId = query.get('uploadId') ?? ''
  const sha256 = headers['x-amz-checksum-sha256']?.toString()
  if (method === 'HEAD') return { statusCode: 404 }
  if (method === 'POST' && query.has('uploads')) return begin()
  if (method === 'GET') return list(uploadId, Number(query.get('part-number-marker') ?? 0))
  if (method === 'POST') {
    uploads.delete(uploadId)
    return xml('CompleteMultipartUploadResult', etag(uploadId), field('ChecksumSHA256', sha256))
  }
  const number = Number(query.get('partNumber') ?? 1)
  uploads.get(uploadId)?.push({ number, size, sha256 })
  return { statusCode: 200, headers: { etag: `"${number}"`, ...checksumsIn(headers) } }
}

/** Begins an upload. */
function begin() {
  const uploadId = randomUUID()
  uploads.set(uploadId, [])
  return xml('InitiateMultipartUploadResult', field('UploadId', uploadId))
}

/**
 * Lists the parts after a number, 1,000 at most.
 *
 * @param {string} uploadId
 * @param {number} after
 */
function list(uploadId, after) {
  const all = (uploads.get(uploadId) ?? []).filter(({ number }) => number > after)
  const page = all.toSorted((a, b) => a.number - b.number).slice(0, 1000)
  const parts = page.map(({ number, size, sha256 }) =>
    element(
      'Part',
      field('PartNumber', number),
      field('Size', size),
      etag(number),
      field('ChecksumSHA256', sha256),
    ),
  )
  const hasMore = page.length < all.length
  const more = [field('IsTruncated', String(hasMore)), field('NextPartNumberMarker', page.at(-1)?.number)]
  return xml('ListPartsResult', ...more, ...parts)
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function checksumsIn(headers) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^x-amz-checksum-(?:crc|sha)/.test(name)),
  )
}

/**
 * @param {string} root
 * @param {...string} content
 * @returns {Answer}
 */
function xml(root, ...content) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>${element(root, ...content)}`
  return { statusCode: 200, headers: { 'content-type': 'application/xml' }, body }
}

/**
 * @param {string} name
 * @param {...string} content
 */
function element(name, ...content) {
  return `<${name}>${content.join('')}</${name}>`
}

/**
 * @param {string} name
 * @param {string | number | undefined} value - without one, there is no field
 */
function field(name, value) {
  return value === undefined ? '' : element(name, String(value))
}

/** @param {string | number} value */
function etag(value) {
  return field('ETag', `"${value}"`)
}

listen(server)
