/**
 * The program that is run in each environment: stores an archive in a local vault, hashed by threads, and retrieves it.
 * Prints a line of `RESULT` and JSON. `consumers.mjs` makes TypeScript and CommonJS of it by replacing some of its text.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as api from 'glacier-pipe'
import { startLocalVault } from 'glacier-pipe/local'
import { FileHasher, treeHash, treeHashOf } from 'glacier-pipe/tree-hash'

const MIB = 2 ** 20

async function exercise() {
  const threads = { answers: 0, failures: 0 }
  /** @param {import('node:worker_threads').Worker} worker */
  const onWorker = (worker) => {
    worker.on('message', () => threads.answers++)
    worker.on('error', () => threads.failures++)
  }
  /** @type {string[]} */
  const warnings = []
  /** @param {Error & { code?: string }} warning */
  const onWarning = ({ code, message }) => warnings.push(code ?? message)
  process.on('worker', onWorker)
  process.on('warning', onWarning)
  const dir = mkdtempSync(join(tmpdir(), 'glacier-pipe-consumer-'))
  const vault = await startLocalVault({ dir, createVaults: true })
  const { endpoint, region, credentials } = vault
  const client = api.glacierClient({ endpoint, region, credentials })
  try {
    const bytes = randomBytes(9 * MIB + 1)
    const pieces = [bytes.subarray(0, 3 * MIB), bytes.subarray(3 * MIB)]
    const to = { client, vaultName: 'consumers', partSize: 2 * MIB }
    const [archive] = await api.uploadArchive(Readable.from(pieces), to)
    if (archive === undefined) throw new Error('The upload gave no archive.')
    if (archive.hash !== treeHashOf(bytes)) throw new Error('The tree hash of the archive is wrong.')
    const file = join(dir, 'file')
    writeFileSync(file, bytes)
    const hasher = new FileHasher()
    const hashed = await hasher.hash(file)
    hasher.close()
    if (hashed.treeHash !== archive.hash) throw new Error('The tree hash of the file is wrong.')

    const reader = api.retrieveArchive({ client, vaultName: 'consumers', archiveId: archive.archiveId })
    if (!(reader instanceof Readable)) throw new Error('The reader is not a Readable.')
    const hash = createHash('sha256')
    const passing = treeHash({ expected: archive.hash })
    for await (const chunk of reader.pipe(passing)) hash.update(chunk)
    if (hash.digest('hex') !== createHash('sha256').update(bytes).digest('hex'))
      throw new Error('The retrieved bytes differ from the stored bytes.')
    return { threads, warnings }
  } finally {
    client.destroy()
    await vault.close()
    process.off('worker', onWorker)
    process.off('warning', onWarning)
    rmSync(dir, { recursive: true, force: true })
  }
}

// The last line: how the program is started, which differs where a test runner does it.
exercise().then((result) => console.log(`RESULT ${JSON.stringify(result)}`))
