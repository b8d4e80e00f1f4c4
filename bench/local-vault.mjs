/**
 * UploadMultipartPart at the local vault and at a bare server that hashes twice, writes and syncs: MiB per second.
 *
 * Run `npm run bench:local-vault`. Each server is a process of its own; parts of 16 MiB, four at once; the median of RUNS
 * runs, in turn (A B, A B, …). Then the peak memory of the local vault with 16 parts of 64 MiB at once, and the time it
 * takes to start with a vault of 100,000 archives, and to take its first inventory of it.
 */
import { spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { computeChecksums } from 'glacier-pipe/tree-hash'

const MIB = 2 ** 20
const RUNS = 5
const PART = 16 * MIB
const PARTS = 32
const BIN = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
const BARE = fileURLToPath(new URL('servers/bare-put.mjs', import.meta.url))
const agent = new Agent({ keepAlive: true })

/** @typedef {{ endpoint: string, accessKeyId: string, secretAccessKey: string, region: string }} Connection */

/**
 * Starts a server, and waits for its first line.
 *
 * @param {string[]} args
 */
async function started(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${args.join(' ')} ended with exit code ${code}.`)
  })
  ended.catch(() => undefined) // it ends later, when it is stopped
  const [line] = await Promise.race([once(child.stdout, 'data'), ended])
  return { child, line: line.toString().trim() }
}

/** @param {import('node:child_process').ChildProcess} child */
async function stopped(child) {
  child.kill()
  await once(child, 'exit')
}

/**
 * The headers of a request, signed with Signature Version 4.
 *
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {string | Buffer} body
 * @param {Connection} connection
 */
function signed(method, path, headers, body, { accessKeyId, secretAccessKey, region }) {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  /** @type {Record<string, string>} */
  const all = { ...headers, 'x-amz-date': time, 'x-amz-glacier-version': '2012-06-01' }
  const names = Object.keys(all).sort()
  const payload = headers['x-amz-content-sha256'] ?? createHash('sha256').update(body).digest('hex')
  const canonical = [
    method,
    path,
    '',
    ...names.map((n) => `${n}:${all[n]}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
  const scope = `${time.slice(0, 8)}/${region}/glacier/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  )
  let key = Buffer.from(`AWS4${secretAccessKey}`)
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...all, authorization }
}

/**
 * Sends a request, and discards the body of its answer.
 *
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string>} headers
 * @param {string | Buffer} [body]
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
function send(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve(incoming))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/**
 * Calls a function with each index below `count`.
 *
 * @param {number} count
 * @param {number} atOnce
 * @param {(index: number) => Promise<unknown>} act
 */
async function inParallel(count, atOnce, act) {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await act(next++)
    }),
  )
}

/**
 * Uploads parts to the local vault.
 *
 * @param {Buffer} part
 * @param {number} count
 * @param {number} atOnce
 * @returns MiB per second, and its peak memory in MiB
 */
async function ours(part, count, atOnce) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const { child, line } = await started([BIN, 'serve', '--dir', dir, '--json'])
  /** @type {Connection} */
  const keys = JSON.parse(line)
  const host = new URL(keys.endpoint).host
  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {string | Buffer} [body]
   */
  const call = async (method, path, headers, body = '') => {
    const { statusCode = 0, headers: answered } = await send(
      keys.endpoint + path,
      method,
      signed(method, path, { host, ...headers }, body, keys),
      body,
    )
    if (statusCode >= 300) throw new Error(`${method} ${path}: expected success, found ${statusCode}`)
    return answered
  }
  await call('PUT', '/-/vaults/bench', {})
  const initiated = await call('POST', '/-/vaults/bench/multipart-uploads', {
    'x-amz-part-size': String(part.length),
  })
  const path = `/-/vaults/bench/multipart-uploads/${initiated['x-amz-multipart-upload-id']}`
  const { linearHash, treeHash } = computeChecksums(part)
  const start = performance.now()
  await inParallel(count, atOnce, (index) =>
    call(
      'PUT',
      path,
      {
        'content-length': String(part.length),
        'content-range': `bytes ${index * part.length}-${(index + 1) * part.length - 1}/*`,
        'x-amz-content-sha256': linearHash,
        'x-amz-sha256-tree-hash': treeHash,
      },
      part,
    ),
  )
  const rate = (count * part.length) / MIB / ((performance.now() - start) / 1000)
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024
  await stopped(child)
  await rm(dir, { recursive: true })
  return { rate, peak }
}

/**
 * Uploads parts to the bare server.
 *
 * @param {Buffer} part
 * @param {number} count
 * @param {number} atOnce
 * @returns MiB per second
 */
async function bare(part, count, atOnce) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const { child, line } = await started([BARE, dir])
  const start = performance.now()
  await inParallel(count, atOnce, () => send(line, 'PUT', { 'content-length': String(part.length) }, part))
  const rate = (count * part.length) / MIB / ((performance.now() - start) / 1000)
  await stopped(child)
  await rm(dir, { recursive: true })
  return { rate }
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/**
 * Starts the local vault with a vault of many archives, and makes it take an inventory.
 *
 * @param {number} count - archives
 * @returns the seconds of both
 */
async function start(count) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const vault = join(dir, 'vaults', 'bench')
  for (const kind of ['uploads', 'jobs', 'ended', 'archives'])
    mkdirSync(join(vault, kind), { recursive: true })
  writeFileSync(
    join(vault, 'vault.json'),
    '{"name":"bench","creationDate":"2012-01-01T00:00:00.000Z","inventory":null}',
  )
  writeFileSync(join(vault, 'written'), '')
  writeFileSync(join(dir, 'local-vault.json'), '{"format":1}')
  const part = Buffer.alloc(65) // a byte, its leaf, its root
  for (let i = 0; i < count; i++) {
    const archiveId = String(i).padStart(138, 'x')
    const folder = join(vault, 'archives', archiveId)
    mkdirSync(folder)
    writeFileSync(join(folder, '00000.part'), part)
    const record = { archiveId, description: null, size: 1, treeHash: '0'.repeat(64), partSize: 2 ** 32 }
    writeFileSync(
      join(folder, 'archive.json'),
      JSON.stringify({ ...record, creationDate: '2012-01-01T00:00:00.000Z' }),
    )
  }
  const startedAt = performance.now()
  const { child, line } = await started([BIN, 'serve', '--dir', dir, '--json'])
  const ready = performance.now()
  /** @type {Connection} */
  const keys = JSON.parse(line)
  const path = '/-/vaults/bench'
  const { host } = new URL(keys.endpoint)
  await send(keys.endpoint + path, 'GET', signed('GET', path, { host }, '', keys))
  const counted = performance.now()
  await stopped(child)
  await rm(dir, { recursive: true })
  return { toStart: (ready - startedAt) / 1000, toCount: (counted - ready) / 1000 }
}

const part = Buffer.alloc(PART, 7)
/** @type {Record<'ours' | 'bare', number[]>} */
const rates = { ours: [], bare: [] }
for (let i = 0; i < RUNS; i++) {
  rates.ours.push((await ours(part, PARTS, 4)).rate)
  rates.bare.push((await bare(part, PARTS, 4)).rate)
}
const [a, b] = [median(rates.ours), median(rates.bare)]
console.log(`UploadMultipartPart, parts of 16 MiB, median of ${RUNS} runs, Node ${process.version}`)
console.log(
  `local vault ${a.toFixed(0)} MiB/s, bare server ${b.toFixed(0)} MiB/s, ratio ${(a / b).toFixed(2)}`,
)
const { peak } = await ours(Buffer.alloc(64 * MIB, 7), 16, 16)
console.log(`16 parts of 64 MiB at once: peak memory of the local vault ${peak.toFixed(0)} MiB`)
const { toStart, toCount } = await start(100_000)
console.log(
  `100,000 archives: ready after ${toStart.toFixed(2)} s, first inventory in ${toCount.toFixed(1)} s`,
)
process.exit()
