import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { computeChecksums, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { glacierClient } from '../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../lib/client/sdk/sdk-vault-client.js'
import { itemsOf } from '../../lib/store/paging.js'
import { MIB } from '../../lib/sizes.js'
import { serve, type Served } from '../helpers/command.js'
import { send } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'

// The server is killed at any moment under load, and started again on its folder: all it acknowledged must be there.

const ROUNDS = 200
const WORKERS = 4
const vaultName = 'docs'

/** The acknowledged requests. */
interface Ledger {
  readonly vaults: Set<string>
  /** By archive ID, the seed and size of its bytes. */
  readonly archives: Map<string, { seed: number; size: number }>
  readonly deleted: Set<string>
  /** By upload ID, the hashes of its parts by range. */
  readonly uploads: Map<string, Map<string, string>>
  /** By job ID, the archive. */
  readonly jobs: Map<string, string>
  /** The requests without a response: they may have been carried out or not. */
  readonly uncertain: Set<string>
}

function clientOf({ endpoint, region, credentials }: Served): SdkVaultClient {
  return glacierClient({ endpoint, region, credentials, maxAttempts: 1 })
}

let counter = 0

/** One of the things a client does, entered into the ledger when it is acknowledged. */
async function act(server: Served, client: SdkVaultClient, ledger: Ledger): Promise<void> {
  const seed = ++counter
  const kind = seed % 7
  if (kind === 0) {
    const name = `vault-${seed % 50}`
    await client.createVault({ vaultName: name })
    ledger.vaults.add(name)
  } else if (kind <= 3) {
    const size = 1 + ((seed * 7919) % 300_000)
    const bytes = patternBytes(size, seed)
    const { archiveId } = await client.uploadArchive({ vaultName, bytes, ...computeChecksums(bytes) })
    ledger.archives.set(archiveId, { seed, size })
  } else if (kind === 4) {
    await multipart(client, ledger, seed)
  } else {
    const [archiveId] = [...ledger.archives.keys()].slice(seed % Math.max(ledger.archives.size, 1))
    if (archiveId === undefined) return
    if (kind === 5) {
      const jobId = await client.startRetrieval({ vaultName, archiveId })
      ledger.jobs.set(jobId, archiveId)
    } else {
      const known = ledger.archives.get(archiveId)
      if (known === undefined) return
      ledger.archives.delete(archiveId)
      ledger.uncertain.add(archiveId)
      const path = `/-/vaults/${vaultName}/archives/${archiveId}`
      t.equal((await send(server, { method: 'DELETE', path })).status, 204)
      ledger.uncertain.delete(archiveId)
      ledger.deleted.add(archiveId)
    }
  }
}

async function multipart(client: SdkVaultClient, ledger: Ledger, seed: number): Promise<void> {
  const size = 2 * MIB + 1000
  const bytes = patternBytes(size, seed)
  const { uploadId } = await client.initiateUpload({ vaultName, partSize: MIB })
  const parts = new Map<string, string>()
  ledger.uploads.set(uploadId, parts)
  for (let start = 0; start < size; start += MIB) {
    const part = bytes.subarray(start, start + MIB)
    const range = { start, end: start + part.length }
    const hash = await client.uploadPart({
      vaultName,
      uploadId,
      range,
      bytes: part,
      ...computeChecksums(part),
    })
    parts.set(`${range.start}-${range.end}`, String(hash))
  }
  ledger.uncertain.add(uploadId)
  const archive = { vaultName, uploadId, size, treeHash: treeHashOf(bytes) }
  const { archiveId } = await client.completeUpload(archive)
  ledger.uploads.delete(uploadId)
  ledger.archives.set(archiveId, { seed, size })
}

async function bytesOf(client: SdkVaultClient, jobId: string): Promise<Buffer> {
  const job = await client.describeJob({ vaultName, jobId })
  const size = job.archiveSize ?? 0 // retrieved whole
  const { body } = await client.getJobOutput({ vaultName, jobId, range: { start: 0, end: size } })
  return buffer(body)
}

/** Checks all that was acknowledged of some archives, and all the rest that is listed. */
async function audit(
  t: Test,
  client: SdkVaultClient,
  ledger: Ledger,
  archives: readonly string[],
): Promise<void> {
  const vaults = new Set<string>()
  for await (const { vaultName: name } of itemsOf((page) => client.listVaults(page))) vaults.add(name)
  for (const name of ledger.vaults) if (!vaults.has(name)) t.fail(`the vault ${name} is lost`)
  for (const archiveId of archives) {
    const known = ledger.archives.get(archiveId)
    if (!known) continue
    const jobId = await client.startRetrieval({ vaultName, archiveId })
    const found = await bytesOf(client, jobId)
    if (!found.equals(patternBytes(known.size, known.seed)))
      t.fail(`the archive ${archiveId} is not what was stored`)
  }
  for (const archiveId of ledger.deleted) {
    const gone = await client.startRetrieval({ vaultName, archiveId }).then(
      () => false,
      () => true,
    )
    if (!gone) t.fail(`the archive ${archiveId} is back`)
  }
  ledger.deleted.clear()
  for (const [uploadId, parts] of ledger.uploads) {
    const found = new Map<string, string>()
    try {
      for await (const { start, end, treeHash } of itemsOf((page) =>
        client.listParts({ vaultName, uploadId, ...page }),
      ))
        found.set(`${start}-${end}`, treeHash)
    } catch (error) {
      if (!ledger.uncertain.has(uploadId)) throw error // it was being completed
      continue
    }
    for (const [range, hash] of parts)
      if (found.get(range) !== hash) t.fail(`the part ${range} of ${uploadId} is lost`)
  }
  ledger.uploads.clear()
  for (const [jobId, archiveId] of ledger.jobs) {
    const known = ledger.archives.get(archiveId)
    if (!known) continue // deleted since
    if (!(await bytesOf(client, jobId)).equals(patternBytes(known.size, known.seed)))
      t.fail(`the output of the job ${jobId} is not the archive`)
  }
  ledger.jobs.clear()
}

t.test(
  `killed ${ROUNDS} times under load, it loses nothing it acknowledged, and serves nothing half-written`,
  async (t) => {
    const dir = join(t.testdir(), 'vaults')
    const ledger: Ledger = {
      vaults: new Set(),
      archives: new Map(),
      deleted: new Set(),
      uploads: new Map(),
      jobs: new Map(),
      uncertain: new Set(),
    }
    let audited = 0
    for (let round = 0; round <= ROUNDS; round++) {
      const server = await serve(t, dir)
      const client = clientOf(server)
      await client.createVault({ vaultName })
      const all = [...ledger.archives.keys()]
      await audit(t, client, ledger, round === ROUNDS ? all : all.slice(audited))
      audited = all.length
      if (round === ROUNDS) {
        server.process.kill('SIGKILL')
        client.destroy()
        break
      }
      const exited = once(server.process, 'exit')
      let running = true
      const workers = Array.from({ length: WORKERS }, async () => {
        while (running) await act(server, client, ledger).catch(() => (running = false))
      })
      setTimeout(() => server.process.kill('SIGKILL'), Math.random() * 400)
      await exited
      running = false
      await Promise.all(workers)
      client.destroy()
    }
    t.comment(`${counter} acts, ${ledger.archives.size} archives`)
    t.ok(ledger.archives.size > ROUNDS, 'there was a load')
  },
)
