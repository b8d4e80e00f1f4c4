/**
 * The main job, on this machine alone: a real tar of this project's tree, node_modules included, piped through the built
 * command into the embedded local vault, got back, and compared byte for byte.
 */
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MIB = 1_048_576
const project = fileURLToPath(new URL('../..', import.meta.url))
const command = join(project, 'dist', 'cli', 'bin.js')
const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-demo-'))

/** Starts the built command, to leave its peak memory in a file when it ends. */
function glacierPipe(args, memoryFile) {
  const hook = new URL('report-memory.mjs', import.meta.url).href
  const env = { ...process.env, NODE_OPTIONS: `--import=${hook}`, PEAK_MEMORY_FILE: memoryFile }
  return spawn(process.execPath, [command, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] })
}

function ended(child, what) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${what} ended with code ${code}`)),
    )
  })
}

/** Compares a stream with a file, byte for byte; the bytes compared. */
async function compare(stream, file) {
  const original = createReadStream(file, { highWaterMark: MIB })[Symbol.asyncIterator]()
  let expected = Buffer.alloc(0)
  let size = 0
  for await (const chunk of stream) {
    while (expected.length < chunk.length) {
      const { value, done } = await original.next()
      if (done) throw new Error(`more came back than was sent, after ${size + expected.length} bytes`)
      expected = Buffer.concat([expected, value])
    }
    if (!chunk.equals(expected.subarray(0, chunk.length))) throw new Error(`bytes differ after ${size}`)
    expected = expected.subarray(chunk.length)
    size += chunk.length
  }
  if (expected.length > 0 || !(await original.next()).done) throw new Error(`only ${size} bytes came back`)
  return size
}

async function peakMemory(file) {
  return `${Math.round(Number(await readFile(file, 'utf8')) / MIB)} MiB`
}

function rate(size, since) {
  return `${(size / MIB / ((performance.now() - since) / 1000)).toFixed(0)} MiB/s`
}

try {
  const vault = ['--local-dir', join(folder, 'vaults'), '--quiet']
  const original = join(folder, 'original.tar')

  console.log(`tar of ${project}, through glacier-pipe put, into a local vault`)
  const putStart = performance.now()
  const tar = spawn('tar', ['-c', '-C', project, '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const put = glacierPipe(['put', 'demo', ...vault, '--json'], join(folder, 'put-memory'))
  const archive = text(put.stdout)
  await Promise.all([
    pipeline(tar.stdout, put.stdin),
    pipeline(tar.stdout, createWriteStream(original)),
    ended(tar, 'tar'),
    ended(put, 'put'),
  ])
  const { archiveId, size, treeHash, parts } = JSON.parse(await archive)
  const putRate = rate(size, putStart)

  const getStart = performance.now()
  const get = glacierPipe(['get', 'demo', ...vault, '--', archiveId], join(folder, 'get-memory'))
  get.stdin.end()
  const [compared] = await Promise.all([compare(get.stdout, original), ended(get, 'get')])
  if (compared !== size || compared !== (await stat(original)).size) throw new Error('the sizes differ')

  console.log(`archive ID   ${archiveId}`)
  console.log(`tree hash    ${treeHash}`)
  console.log(`size         ${size} bytes (${(size / MIB).toFixed(1)} MiB) in ${parts} parts`)
  console.log(`put          ${putRate}, peak memory ${await peakMemory(join(folder, 'put-memory'))}`)
  console.log(
    `get          ${rate(size, getStart)}, peak memory ${await peakMemory(join(folder, 'get-memory'))}`,
  )
  console.log('compared     byte for byte: the same')
} finally {
  await rm(folder, { recursive: true, force: true })
}
