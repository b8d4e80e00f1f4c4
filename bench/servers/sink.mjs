/**
 * A vault that stores nothing: reads request bodies without hashing them, accepts the hashes in the headers, and returns
 * archives of zeros, so that the client alone is measured. Prints its address.
 */
import { createServer } from 'node:http'
import { combineTreeHashes, treeHashOf } from 'glacier-pipe/tree-hash'
import { listen } from './listen.mjs'

const BLOCK = Buffer.alloc(2 ** 20)
const LEAF = treeHashOf(BLOCK)
/** @type {Map<number, string>} */
const hashes = new Map()

/**
 * The tree hash of zeros.
 *
 * @param {number} size - their number, a multiple of 1 MiB
 */
function hashOf(size) {
  let hash = hashes.get(size)
  if (hash === undefined) {
    hash = combineTreeHashes(Array(size / BLOCK.length).fill(LEAF))
    hashes.set(size, hash)
  }
  return hash
}

const server = createServer((request, response) => {
  const { method, url = '', headers } = request
  request.on('data', () => {})
  request.on('end', () => {
    const { 'x-amz-sha256-tree-hash': treeHash = '' } = headers
    if (method === 'POST' && url.endsWith('/multipart-uploads'))
      response.writeHead(201, { 'x-amz-multipart-upload-id': 'upload', location: url }).end()
    else if (method === 'PUT') response.writeHead(204, { 'x-amz-sha256-tree-hash': treeHash }).end()
    else if (method === 'POST')
      response.writeHead(201, { 'x-amz-archive-id': 'archive', 'x-amz-sha256-tree-hash': treeHash }).end()
    else if (url.endsWith('/output')) output(Number(/jobs\/(\d+)\//.exec(url)?.[1]), headers.range, response)
    else job(url, response)
  })
})

/**
 * Describes a job, whose ID is the size of its output.
 *
 * @param {string} url
 * @param {import('node:http').ServerResponse} response
 */
function job(url, response) {
  const size = Number(/jobs\/(\d+)/.exec(url)?.[1])
  const body = {
    JobId: String(size),
    Action: 'ArchiveRetrieval',
    ArchiveId: 'archive',
    ArchiveSizeInBytes: size,
    ArchiveSHA256TreeHash: hashOf(size),
    SHA256TreeHash: hashOf(size),
    Completed: true,
    StatusCode: 'Succeeded',
    CreationDate: '2026-01-01T00:00:00.000Z',
    RetrievalByteRange: `0-${size - 1}`,
    VaultARN: 'arn:aws:glacier:us-east-1:123456789012:vaults/bench',
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/**
 * Sends the output of a job, or a range of it.
 *
 * @param {number} size
 * @param {string | undefined} range
 * @param {import('node:http').ServerResponse} response
 */
function output(size, range, response) {
  const [from = 0, to = size - 1] = (/bytes=(\d+)-(\d+)/.exec(range ?? '') ?? []).slice(1).map(Number)
  const length = to - from + 1
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    ...(range && { 'content-range': `bytes ${from}-${to}/${size}` }),
    'x-amz-sha256-tree-hash': hashOf(length),
  })
  let left = length
  const write = () => {
    while (left > 0) {
      const piece = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK
      left -= piece.length
      if (!response.write(piece)) return
    }
    response.end()
  }
  response.on('drain', write)
  write()
}

listen(server)
