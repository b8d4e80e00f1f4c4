import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { NO_SHELL, shell } from '../helpers/shell.js'

// 1,000 vaults, as many as an account may have, in a process that may have 256 files open. It runs the built module.

const COUNT = 1000
const ID = 'j'.repeat(92)
const ARCHIVE_ID = 'a'.repeat(138)
const HASH = 'f'.repeat(64)
const DATE = '2026-01-01T00:00:00.000Z'
const FAR = '2126-01-01T00:00:00.000Z'

/** Writes a vault with an archive, a job that is under way and whom to tell of it; an inventory is due. */
async function writeVault(dir: string, name: string): Promise<void> {
  const vault = join(dir, 'vaults', name)
  for (const folder of ['uploads', 'ended', 'jobs', `archives/${ARCHIVE_ID}`])
    await mkdir(join(vault, folder), { recursive: true })
  const description = null
  const archive = {
    archiveId: ARCHIVE_ID,
    description,
    size: 0,
    treeHash: HASH,
    partSize: 2 ** 20,
    creationDate: DATE,
  }
  const asked = {
    archiveId: ARCHIVE_ID,
    archiveSize: 0,
    archiveTreeHash: HASH,
    treeHash: null,
    start: 0,
    end: 0,
  }
  const state = { jobId: ID, creationDate: DATE, completionDate: FAR, failure: null, tier: 'Standard' }
  const files: Record<string, object> = {
    'vault.json': { name, creationDate: DATE, inventory: null },
    written: {},
    [`archives/${ARCHIVE_ID}/archive.json`]: archive,
    [`jobs/${ID}.json`]: { ...asked, ...state, description, snsTopic: null, action: 'ArchiveRetrieval' },
    [`jobs/${ID}.notify`]: { vaultName: name, jobId: ID, topics: ['arn:aws:sns:us-east-1:111122223333:x'] },
  }
  for (const [path, value] of Object.entries(files)) await writeFile(join(vault, path), JSON.stringify(value))
}

const SCRIPT = `
  import { GlacierClient, ListVaultsCommand, InitiateJobCommand, SetDataRetrievalPolicyCommand } from '@aws-sdk/client-glacier'
  const { startLocalVault } = await import(process.env.MODULE)
  const failures = []
  const vault = await startLocalVault({
    dir: process.env.VAULTS,
    snsEndpoint: 'http://127.0.0.1:9',
    onFailure: (error) => failures.push(String(error)),
  })
  const { endpoint, region, credentials } = vault
  const client = new GlacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  const accountId = '-'
  const names = new Set()
  let marker
  do {
    const page = await client.send(new ListVaultsCommand({ accountId, marker }))
    for (const { VaultName, NumberOfArchives } of page.VaultList) if (NumberOfArchives === 1) names.add(VaultName)
    marker = page.Marker
  } while (marker && names.size < 30)
  const pages = await Promise.all(
    Array.from({ length: 40 }, () => client.send(new ListVaultsCommand({ accountId }))),
  )
  const policy = { Rules: [{ Strategy: 'FreeTier' }] }
  await client.send(new SetDataRetrievalPolicyCommand({ accountId, Policy: policy }))
  const jobParameters = { Type: 'archive-retrieval', ArchiveId: '${ARCHIVE_ID}', Tier: 'Standard' }
  const refused = await client
    .send(new InitiateJobCommand({ accountId, vaultName: 'v0007', jobParameters }))
    .catch(({ name }) => name)
  const completed = await vault.control.completeJobs()
  await vault.close()
  console.log(JSON.stringify({ names: names.size, pages: pages.length, completed, refused, failures }))
  process.exit()
`

t.test('1,000 vaults work with 256 open files', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir({ vaults: { 'local-vault.json': '{"format":1}' } })
  const vaults = join(dir, 'vaults')
  for (let i = 0; i < COUNT; i++) await writeVault(vaults, `v${String(i).padStart(4, '0')}`)
  t.equal((await readdir(join(vaults, 'vaults'))).length, COUNT)
  const script = new URL('../../.tap/many-vaults.mjs', import.meta.url)
  await writeFile(script, SCRIPT)
  const env = { VAULTS: vaults, MODULE: new URL('../../dist/local/index.js', import.meta.url).href }
  const { code, out, err } = await shell(
    dir,
    `ulimit -n 256; NODE_OPTIONS= "$NODE" --no-warnings "${script.pathname}"`,
    env,
  )
  t.equal(err, '')
  t.equal(code, 0)
  const found = JSON.parse(out || '{}') as Record<string, unknown>
  t.match(found, { names: 30, pages: 40, completed: COUNT, failures: { length: 0 } })
})
