/**
 * Pipes a tar of this project's tree, node_modules included, through the built command into a local vault, retrieves it, and
 * compares it byte for byte. All of it runs on this machine.
 */
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MIB = 1_048_576
const project = fileURLToPath(new URL('../..', import.meta.url))
const command = join(project, 'dist', 'cli', 'bin.js')
const folder = await mkdtemp(join(tmpdir(), 'glacier-pipe-demo-'))

/**
 * Starts the built command, which writes its peak memory into a file when it ends.
 *
 * @param {string[]} args
 * @param {string} memoryFile
 */
function glacierPipe(args, memoryFile) {
  const hook = new URL('report-memory.mjs', import.meta.url).href
  const env = { ...process.env, NODE_OPTIONS: `--import=${hook}`, PEAK_MEMORY_FILE: memoryFile }
  return spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
}

/**
 * Waits until a process ends, and fails unless it succeeded.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} name
 * @returns {Promise<void>}
 */
function ended(child, name) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${name} ended with exit code ${code}`)),
    )
  })
}

/**
 * Compares a stream with a file, byte for byte.
 *
 * @param {AsyncIterable<Buffer>} stream
 * @param {string} file
 * @returns the number of bytes compared
 */
async function compare(stream, file) {
  const original = createReadStream(file, { highWaterMark: MIB })[Symbol.asyncIterator]()
  let expected = Buffer.alloc(0)
  let size = 0
  for await (const chunk of stream) {
    while (expected.length < chunk.length) {
      const { value, done } = await original.next()
      if (done) throw new Error(`More bytes came back than the ${size + expected.length} that were stored.`)
      expected = Buffer.concat([expected, value])
    }
    if (!chunk.equals(expected.subarray(0, chunk.length)))
      throw new Error(`Bytes differ in the chunk that begins at byte ${size}.`)
    expected = expected.subarray(chunk.length)
    size += chunk.length
  }
  if (expected.length > 0 || !(await original.next()).done) throw new Error(`Only ${size} bytes came back.`)
  return size
}

/** @param {string} file */
async function peakMemory(file) {
  return `${Math.round(Number(await readFile(file, 'utf8')) / MIB)} MiB`
}

/**
 * @param {number} size - bytes
 * @param {number} since - when they began to move
 */
function rate(size, since) {
  return `${(size / MIB / ((performance.now() - since) / 1000)).toFixed(0)} MiB/s`
}

try {
  const vault = ['--local-dir', join(folder, 'vaults'), '--quiet']
  const original = join(folder, 'original.tar')

  console.log(`glacier-pipe put demo -- tar -c ${project}, into a local vault`)
  const putStart = performance.now()
  // put runs the command, and completes the archive only if it succeeds. tee keeps a copy to compare with.
  const tar = ['bash', '-o', 'pipefail', '-c', 'tar -c -C "$1" . | tee "$2"', 'tar', project, original]
  const put = glacierPipe(['put', 'demo', ...vault, '--json', '--', ...tar], join(folder, 'put-memory'))
  const [archive] = await Promise.all([text(put.stdout), ended(put, 'put')])
  const { archiveId, size, treeHash, parts } = JSON.parse(archive)
  const putRate = rate(size, putStart)

  const getStart = performance.now()
  const get = glacierPipe(['get', 'demo', ...vault, '--', archiveId], join(folder, 'get-memory'))
  const [compared] = await Promise.all([compare(get.stdout, original), ended(get, 'get')])
  if (compared !== size || compared !== (await stat(original)).size) throw new Error('The sizes differ.')

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
