import t from 'tap'
import { streamLocks } from '../../../../lib/selection/stream-owner.js'
import { uploads } from '../../../../lib/cli/run/uploads/uploads.js'
import { treeHashOf } from '../../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../../lib/sizes.js'
import { stage } from '../../../helpers/command.js'
import { clientFor, configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { worldFor, type World } from '../../../helpers/world.js'

const time = '2026-01-01T00:00:00.000Z'
/** Of every local vault. */
const accountId = '111122223333'
const credentials = await configuredCredentials(t)

/** The records of an upload whose completion had no response. */
function unknownUpload({ place }: World, uploadId: string, content: object, more: object = {}): object[] {
  return [
    {
      type: 'begun',
      time,
      ...place,
      accountId,
      uploadId,
      partSize: MIB,
      name: 'nightly',
      streamId: 's',
      volume: 1,
      ...more,
    },
    { type: 'completing', time, uploadId, ...content },
    { type: 'unknown', time, ...place, uploadId, ...content },
  ]
}

t.test('uploads and requests of which nothing was known are stored once an inventory has them', async (t) => {
  const world = await worldFor(t, credentials)
  const { run, put, keep, append, records, place } = world
  const bytes = patternBytes(3 * MIB)
  const [upload = ''] = await put(bytes)
  const [request = ''] = await put('hello world')
  const [unrelated = ''] = await put('another')
  await keep(() => false)
  const content = { size: bytes.length, treeHash: treeHashOf(bytes) }
  const hello = { size: 11, treeHash: treeHashOf(Buffer.from('hello world')) }
  const elsewhere = { ...place, vaultName: 'elsewhere' }
  await append(
    ...unknownUpload(world, 'u0', content, elsewhere),
    ...unknownUpload(world, 'u1', content, { volume: 2, firstVolume: 'another set' }),
    ...unknownUpload(world, 'u2', content, { description: 'of another archive' }),
    ...unknownUpload(world, 'u3', content),
    ...unknownUpload(world, 'still asked', content).slice(0, 2),
    { type: 'unknown', time, ...place, uploadId: 'named', ...content, archiveId: 'another' },
    { type: 'sending', time, ...place, ...hello, intentId: 'i', name: 'hi', streamId: 's2', volume: 1 },
  )
  t.equal((await run(['ls', 'docs'])).out.match(/may exist/g)?.length, 6)
  const diff = (await run(['catalog', 'diff', 'docs'])).out
  t.match(diff, new RegExp(`^\\+ .* ${upload} .*\\(was unknown: completion of upload u3\\)$`, 'm'))
  t.match(diff, new RegExp(`^\\+ .* ${request} .*\\(was unknown: request of ${time}\\)$`, 'm'))
  t.match(diff, new RegExp(`^\\+ .* ${unrelated} .*\\(not in the catalog\\)$`, 'm'))
  t.match(await run(['catalog', 'rebuild', 'docs']), {
    code: 0,
    err: /Added to the catalog: 3\.[^]*Of these, 2 archives had an unknown outcome before/,
  })
  const added = (await records()).filter((it) => it.type === 'archive')
  t.equal(added.length, 3)
  t.match(
    added.find((it) => it.archiveId === upload),
    { uploadId: 'u3', name: 'nightly', streamId: 's', partSize: MIB, parts: 3, volume: 1 },
  )
  t.match(
    added.find((it) => it.archiveId === request),
    { intentId: 'i', name: 'hi', streamId: 's2', parts: 1 },
  )
  t.equal((await run(['ls', 'docs'])).out.match(/may exist/g)?.length, 4, 'all but u3 and the request')
  t.match((await run(['ls', 'docs'])).out, /may exist \(its ID may be another\)$/m)
  t.match(await run(['catalog', 'rebuild', 'docs', '--json']), {
    out: '{"vaultName":"docs","inventory":3,"added":0,"reconciled":0,"settled":0}\n',
  })
})

t.test('an unknown volume that another follows keeps its place in the set', async (t) => {
  const world = await worldFor(t, credentials)
  const { run, put, keep, append, records } = world
  const bytes = patternBytes(3 * MIB)
  const [a = '', b = ''] = await put(bytes, '--max-archive-size', '2MiB')
  await keep((it) => it.type === 'archive' && it.archiveId === b)
  const content = { size: 2 * MIB, treeHash: treeHashOf(bytes.subarray(0, 2 * MIB)) }
  await append(...unknownUpload(world, 'u', { ...content, more: true }))
  t.match(await run(['catalog', 'rebuild', 'docs']), { code: 0, err: /Of these, 1 / })
  t.match((await records()).at(-1), { archiveId: a, more: true, uploadId: 'u' })
  t.match((await run(['ls', '--json'])).out, /"state":"complete"/)
})

t.test(
  'an archive with a wrong tree hash is known: it is not added as a good one, and can be emptied',
  async (t) => {
    const { run, put, keep, append, place } = await worldFor(t, credentials)
    const [a = ''] = await put('hello world')
    await keep(() => false)
    const wrong = { type: 'mismatched', time, ...place, archiveId: a, size: 11, sentTreeHash: 's' }
    await append(wrong)
    t.match(await run(['catalog', 'diff', 'docs']), { out: '' })
    t.match(await run(['catalog', 'rebuild', 'docs']), { err: /inventory: 1\. Added to the catalog: 0\./ })
    await append({ ...wrong, archiveId: 'x'.repeat(138) })
    t.match((await run(['catalog', 'diff', 'docs'])).out, /^- .* x{138} .*\(not in the vault\)$/m)
    t.match(await run(['empty', '--yes', 'docs']), { code: 0, err: /2 archives deleted/ })
    t.equal((await run(['ls'])).out, '')
  },
)

t.test('open uploads are listed with what the catalog says of them, and unknown ones too', async (t) => {
  const world = await worldFor(t, credentials)
  const { run, append, place, vault } = world
  const client = clientFor(t, vault)
  await client.createVault({ vaultName: 'docs' })
  const begin = async (description: string): Promise<string> =>
    (await client.initiateUpload({ vaultName: 'docs', partSize: MIB, description })).uploadId
  const [a, b, c] = [await begin('one'), await begin('two'), await begin('three')]
  const common = { type: 'begun', time, ...place, partSize: MIB, volume: 1 }
  await append({ ...common, uploadId: a, name: 'one' }, { ...common, uploadId: b, name: 'nightly' })
  await append({ type: 'superseded', time, ...place, uploadId: b })
  await append(...unknownUpload(world, 'u', { size: 5, treeHash: 'h' }))
  await append(
    { ...common, uploadId: 'x', description: 'by description' },
    { type: 'unknown', time, ...place, uploadId: 'x' },
  )
  await append(
    { type: 'unknown', time, ...place, uploadId: 'v' },
    { type: 'unknown', time, ...place, vaultName: 'x', uploadId: 'w' },
  )
  const { out } = await run(['uploads', 'docs'])
  t.match(out, new RegExp(`  ${a}  one$`, 'm'))
  t.match(out, new RegExp(`  ${b}  two  \\(name: nightly, superseded\\)$`, 'm'))
  t.match(out, new RegExp(`  ${c}  three$`, 'm'))
  t.match(out, /^\S+Z {7}5 B {2}u {2}nightly {2}\(unknown: the archive may exist\)$/m)
  t.match(out, / {2}v {2}\(unknown/)
  t.notMatch(out, / {2}w {2}/)
  const objects = (await run(['uploads', 'docs', '--json'])).out.trim().split('\n')
  t.match(
    objects.map((line) => JSON.parse(line) as { uploadId: string }).find(({ uploadId }) => uploadId === b),
    { name: 'nightly', outcome: 'superseded' },
  )
  t.match(objects.at(-1), /"type":"unknown"/)
})

t.test(
  'an upload that the service does not have can be closed, where it was one of this vault',
  async (t) => {
    const world = await worldFor(t, credentials)
    const { run, append, place, records, vault } = world
    await clientFor(t, vault).createVault({ vaultName: 'docs' })
    await append(
      { type: 'begun', time, ...place, accountId, uploadId: 'gone', partSize: MIB, volume: 1 },
      { type: 'begun', time, ...place, uploadId: 'unproven', partSize: MIB, volume: 1 },
      {
        type: 'begun',
        time,
        ...place,
        accountId: '999999999999',
        uploadId: 'other account',
        partSize: MIB,
        volume: 1,
      },
      { type: 'begun', time, ...place, vaultName: 'other', uploadId: 'elsewhere', partSize: MIB, volume: 1 },
      ...unknownUpload(world, 'asked', { size: 5, treeHash: 'h' }),
      { type: 'unknown', time, ...place, accountId, uploadId: 'begun elsewhere' },
    )
    t.match(await run(['uploads', 'docs', '--abort', 'gone']), {
      code: 0,
      err: /no longer has the upload.*now has it as aborted\.\n$/,
    })
    t.match((await records()).at(-1), { type: 'aborted', uploadId: 'gone', vaultName: 'docs' })
    t.match(await run(['uploads', 'docs', '--abort', 'asked']), {
      code: 0,
      err: /archive may exist nevertheless/,
    })
    t.match(await run(['uploads', 'docs', '--abort', 'begun elsewhere']), { code: 0 })
    t.match((await run(['ls'])).out, '')
    t.match(await run(['uploads', 'docs', '--abort', 'gone']), { code: 1 }, 'it is closed')
    for (const id of ['elsewhere', 'unproven', 'other account'])
      t.match(await run(['uploads', 'docs', '--abort', id]), { code: 1 }, id)
    t.match(await run(['uploads', 'docs', '--abort', 'foreign']), { code: 1 })
  },
)

t.test('an upload that a living process owns is not aborted', async (t) => {
  const { vault, catalog } = await worldFor(t, credentials)
  const client = clientFor(t, vault)
  await client.createVault({ vaultName: 'docs' })
  const { uploadId } = await client.initiateUpload({ vaultName: 'docs', partSize: MIB })
  const { endpoint, region } = vault
  const options = { abort: uploadId, endpoint, region, catalog, progress: 'never' } as const
  const lock = await (await streamLocks(catalog)).tryTake(uploadId, 'The upload')
  await t.rejects(uploads('docs', options, stage().io), { code: 'ERR_LOCK_HELD' })
  t.equal(vault.traffic.of('AbortMultipartUpload').requests, 0)
  await lock.release()
  await uploads('docs', options, stage().io)
  t.equal(vault.traffic.of('AbortMultipartUpload').carriedOut, 1)
})
