import { join } from 'node:path'
import t from 'tap'
import type { Undocumented } from '../../../lib/local/index.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { hashHeaders, type Clock, type RawResponse } from '../../helpers/local-vault.js'
import { type World, worldFor } from '../../helpers/strict-world.js'

// Each header, parameter and field, with values that the service's model does not have; and what its documents leave open.

const DAY = 86_400_000
const invalid = { status: 400, json: { code: 'InvalidParameterValueException', type: 'Client' } }

t.test('what becomes of a repeated completion can be chosen', async (t) => {
  const bytes = Buffer.alloc(10)
  const { treeHash } = computeChecksums(bytes)
  const base = t.testdir()
  const worldOf = async (
    name: string,
    undocumented?: Undocumented,
  ): Promise<{
    complete: (size?: number, hash?: string) => Promise<RawResponse>
    abort: () => Promise<RawResponse>
    time: Clock
    archives: () => Promise<unknown>
  }> => {
    const { ask, initiate, time, vault } = await worldFor(t, { dir: join(base, name), undocumented })
    const uploadId = await initiate()
    const aborted = await initiate()
    const path = `/vaults/docs/multipart-uploads/${uploadId}`
    const headers = { ...hashHeaders(bytes), 'content-range': 'bytes 0-9/*' }
    await ask('PUT', path, { headers, body: bytes })
    return {
      time,
      complete: (size = 10, hash = treeHash) =>
        ask('POST', path, {
          headers: { 'x-amz-archive-size': String(size), 'x-amz-sha256-tree-hash': hash },
        }),
      abort: () => ask('DELETE', `/vaults/docs/multipart-uploads/${aborted}`),
      archives: async () => (await vault.control.takeInventory('docs')).archiveCount,
    }
  }
  const hash = { 'x-amz-sha256-tree-hash': treeHash }
  const none = { 'x-amz-sha256-tree-hash': undefined }

  const usual = await worldOf('usual')
  const first = await usual.complete()
  t.match(first, { status: 201, headers: hash })
  const same = { status: 201, headers: { 'x-amz-archive-id': first.headers['x-amz-archive-id'], ...hash } }
  usual.time.time += DAY - 1
  t.match(await usual.complete(), same, 'the same archive with its hash, for a day')
  t.match(await usual.complete(9, 'f'.repeat(64)), same, 'whatever is said of it')
  usual.time.time += 1
  t.match(await usual.complete(), { status: 404 })

  const bare = await worldOf('bare', { repeatHash: false })
  t.match(await bare.complete(), { status: 201, headers: hash }, 'the first has it')
  t.match(await bare.complete(), { status: 201, headers: none }, 'the second has not')

  const checked = await worldOf('checked', { repeatChecked: true })
  await checked.complete()
  t.match(await checked.complete(), { status: 201 })
  t.match(await checked.complete(9), { ...invalid, json: { message: /^Invalid x-amz-archive-size: 9;/ } })
  t.match(await checked.complete(10, 'f'.repeat(64)), {
    ...invalid,
    json: { message: `Invalid x-amz-sha256-tree-hash: ${'f'.repeat(64)}` },
  })

  const short = await worldOf('short', { repeatableFor: 1000 })
  t.match(await short.abort(), { status: 204 })
  await short.complete()
  short.time.time += 999
  t.match(await short.complete(), { status: 201 })
  t.match(await short.abort(), { status: 204 })
  short.time.time += 1
  t.match(await short.complete(), { status: 404 })
  t.match(await short.abort(), { status: 404 })

  const never = await worldOf('never', { repeatableFor: 0 })
  t.match(await never.complete(), { status: 201 })
  t.match(await never.complete(), { status: 404 })
  t.match(await never.abort(), { status: 204 })
  t.match(await never.abort(), { status: 404 })
  t.equal(await never.archives(), 1)
})

t.test('the counts, the policy and the answer to a malformed Range can be chosen', async (t) => {
  const policyOf = async ({ ask }: World): Promise<unknown> =>
    (await ask('GET', '/policies/data-retrieval')).json.Policy
  const base = t.testdir()
  const usual = await worldFor(t, { dir: join(base, 'usual') })
  t.match(await usual.ask('GET', '/vaults/docs'), {
    json: { NumberOfArchives: null, SizeInBytes: null, LastInventoryDate: null },
  })
  t.strictSame(await policyOf(usual), { Rules: [{ Strategy: 'None', BytesPerHour: null }] })

  const zero = { firstCounts: 0, retrievalPolicy: 'FreeTier', malformedRange: 'refuse' } as const
  const dir = join(base, 'other')
  const other = await worldFor(t, { dir, undocumented: zero })
  t.match(await other.ask('GET', '/vaults/docs'), {
    json: { NumberOfArchives: 0, SizeInBytes: 0, LastInventoryDate: null },
  })
  const { VaultList } = (await other.ask('GET', '/vaults')).json
  t.match(VaultList, { length: 2, 0: { NumberOfArchives: 0, SizeInBytes: 0 } })
  t.strictSame(await policyOf(other), { Rules: [{ Strategy: 'FreeTier', BytesPerHour: null }] })
  const ArchiveId = await other.store(Buffer.from('0123456789'))
  const body = { Type: 'archive-retrieval', ArchiveId }
  const job = await other.ask('POST', '/vaults/docs/jobs', { body })
  const path = `/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}/output`
  for (const range of ['bytes=5-4', 'bytes=0-1,3-4', '0-9'])
    t.match(await other.ask('GET', path, { headers: { range } }), {
      ...invalid,
      json: { message: `Invalid Range: ${range}` },
    })
  t.match(await other.ask('GET', path, { headers: { range: 'bytes=0-1' } }), { status: 206 })
  t.match(await other.ask('GET', path), { status: 200 })

  await other.ask('POST', '/provisioned-capacity') // writes what is kept of the account
  const limited = await worldFor(t, { dir, undocumented: { retrievalPolicy: 5 } })
  t.strictSame(
    await policyOf(limited),
    { Rules: [{ Strategy: 'BytesPerHour', BytesPerHour: 5 }] },
    'the default is that of the server until a policy is set',
  )
  t.match(await limited.ask('POST', '/vaults/docs/jobs', { body }), {
    json: { code: 'PolicyEnforcedException' },
  })
  await limited.ask('PUT', '/policies/data-retrieval', {
    body: { Policy: { Rules: [{ Strategy: 'None' }] } },
  })
  t.strictSame(await policyOf(other), { Rules: [{ Strategy: 'None', BytesPerHour: null }] })
})
