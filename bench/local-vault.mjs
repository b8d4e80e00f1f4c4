/**
 * UploadMultipartPart at the local vault against a bare server that hashes twice, writes and syncs: MiB a second.
 *
 * Run `npm run bench:local-vault`. Each server is a process of its own; parts of 16 MiB, four at once; the median of RUNS
 * runs, in turn (A B, A B, …). Then the peak memory of the local vault with 16 parts of 64 MiB at once, and how long it
 * takes to start, and then to take its first inventory, over a vault of 100,000 archives.
 */
import { spawn } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { computeChecksums } from 'glacier-pipe/tree-hash'

const MIB = 2 ** 20
const RUNS = 5
const PART = 16 * MIB
const PARTS = 32
const BIN = new URL('../dist/cli/bin.js', import.meta.url).pathname
const BARE = new URL('servers/bare-put.mjs', import.meta.url).pathname
const agent = new Agent({ keepAlive: true })

async function started(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(child.stdout, 'data')
  return { child, line: line.toString().trim() }
}

async function stopped(child) {
  child.kill()
  await once(child, 'exit')
}

function signed(method, path, headers, body, { accessKeyId, secretAccessKey, region }) {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
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
  const key = scope
    .split('/')
    .reduce((k, part) => createHmac('sha256', k).update(part).digest(), `AWS4${secretAccessKey}`)
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...all, authorization }
}

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

async function inParallel(count, atOnce, act) {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await act(next++)
    }),
  )
}

/** Uploads parts to the local vault; bytes a second, and its peak memory in MiB. */
async function ours(part, count, atOnce) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const { child, line } = await started([BIN, 'serve', '--dir', dir, '--json'])
  const keys = JSON.parse(line)
  const host = new URL(keys.endpoint).host
  const call = async (method, path, headers, body = '') => {
    const found = await send(
      keys.endpoint + path,
      method,
      signed(method, path, { host, ...headers }, body, keys),
      body,
    )
    if (found.statusCode >= 300) throw new Error(`${method} ${path}: ${found.statusCode}`)
    return found.headers
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

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Starts the local vault over a vault of many archives, and lets it take an inventory; both in seconds. */
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
  const begun = performance.now()
  const { child, line } = await started([BIN, 'serve', '--dir', dir, '--json'])
  const ready = performance.now()
  const keys = JSON.parse(line)
  const path = '/-/vaults/bench'
  const { host } = new URL(keys.endpoint)
  await send(keys.endpoint + path, 'GET', signed('GET', path, { host }, '', keys))
  const counted = performance.now()
  await stopped(child)
  await rm(dir, { recursive: true })
  return { toStart: (ready - begun) / 1000, toCount: (counted - ready) / 1000 }
}

const part = Buffer.alloc(PART, 7)
const rates = { ours: [], bare: [] }
for (let run = 0; run < RUNS; run++) {
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
