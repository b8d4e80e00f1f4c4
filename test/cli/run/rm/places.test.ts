import t from 'tap'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { configuredCredentials, send } from '../../../helpers/local-vault.js'
import { policy } from '../../../helpers/policies.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'
import { worldFor, type World } from '../../../helpers/world.js'

const OTHER_ACCOUNT = '999988887777'
const credentials = await configuredCredentials(t)

/** A record of an archive that the service does not have. */
function recordOf({ place }: World, letter: string, more: object = {}): { readonly archiveId: string } {
  return {
    ...{ type: 'archive', time: '2020-01-01T00:00:00.000Z', ...place, size: 5 * MIB, treeHash: letter },
    ...{ volume: 1, partSize: MIB, archiveId: letter.repeat(138), ...more },
  }
}

t.test(
  'rm refuses an archive that the catalog has in another place: the service would report success',
  async (t) => {
    const world = await worldFor(t, credentials)
    await world.put('one')
    const others = [
      recordOf(world, 'a', { region: 'eu-west-1' }),
      recordOf(world, 'b', { endpoint: undefined }),
      recordOf(world, 'c', { endpoint: 'local:1' }),
      recordOf(world, 'd', { accountId: OTHER_ACCOUNT }),
      recordOf(world, 'e', { vaultName: 'photos' }),
    ]
    await world.append(...others)
    for (const { archiveId } of others) {
      t.match(await world.run(['rm', 'docs', '--yes', '--', archiveId]), {
        code: 2,
        err: /another vault docs: the region .* Nothing was deleted\. Give the --region|in the vault photos, not in docs/,
      })
      t.match(await world.run(['rm', 'docs', '--yes', '--no-volumes', '--', archiveId]), { code: 2 })
    }
    const [elsewhere] = others
    t.match(await world.run(['rm', 'docs', '--dry-run', '--', `${elsewhere?.archiveId}`]), { code: 2 })
    t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 0)
    t.notOk((await world.records()).some(({ type }) => type === 'deleted'))
    const { accountId } = world.vault
    const here = [
      recordOf(world, 'f', { accountId }),
      recordOf(world, 'g', { accountId: '-' }),
      recordOf(world, 'h'),
    ]
    await world.append(...here)
    const ids = here.map(({ archiveId }) => archiveId)
    t.match(await world.run(['rm', 'docs', '--yes', '--', ...ids]), { code: 0, err: /3 archives deleted/ })
  },
)

t.test('rm refuses a set with a volume that the catalog has in another set or place', async (t) => {
  const world = await worldFor(t, credentials)
  const first = recordOf(world, 'y', { name: 'db' })
  const single = recordOf(world, 'x', { name: 'keys' })
  const { archiveId: firstVolume } = first
  await world.append(first, single, { ...single, volume: 2, firstVolume })
  for (const given of [firstVolume, 'name:db', single.archiveId])
    t.match(await world.run(['rm', 'docs', '--yes', '--', given]), { code: 2 }, given)
  t.match(await world.run(['rm', 'docs', '--yes', '--', firstVolume]), {
    err: /is in several sets\. Nothing was/,
  })
  await world.append(
    recordOf(world, 'p'),
    recordOf(world, 'q', { volume: 2, firstVolume: 'p'.repeat(138), vaultName: 'photos' }),
  )
  t.match(await world.run(['rm', 'docs', '--yes', '--', 'p'.repeat(138)]), {
    code: 2,
    err: /in the vault photos/,
  })
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 0)
})

t.test('empty leaves the archives of another account alone', async (t) => {
  const world = await worldFor(t, credentials)
  await world.put('one')
  await world.append(recordOf(world, 'd', { accountId: OTHER_ACCOUNT }))
  t.match((await world.run(['empty', '--dry-run', 'docs'])).out, /^The catalog has 1 archive of the vault/)
  t.match(await world.run(['empty', '--yes', 'docs']), { code: 0, err: /1 archive deleted/ })
  t.match((await world.run(['ls'])).out, /dddddddd/, 'it is still in the catalog')
})

t.test('empty needs the account if it cannot be found out and the catalog has several', async (t) => {
  const world = await worldFor(t, credentials)
  await world.put('one')
  await world.append(recordOf(world, 'd', { accountId: OTHER_ACCOUNT }))
  const vaultArn = `arn:aws:glacier:${world.vault.region}:${world.vault.accountId}:vaults/docs`
  const statement = { Effect: 'Deny', Principal: '*', Action: 'glacier:DescribeVault', Resource: vaultArn }
  const body = JSON.stringify({ Policy: policy(statement) })
  await send(world.vault, { method: 'PUT', path: '/-/vaults/docs/access-policy', body })
  for (const mode of ['--dry-run', '--yes'])
    t.match(await world.run(['empty', mode, 'docs']), {
      code: 2,
      err: /in several accounts.* Give --account-id/,
    })
  t.equal(world.vault.traffic.of('DeleteArchive').carriedOut, 0)
})

t.test('empty does not delete what is stored after the confirmation', async (t) => {
  const during = { task: (): Promise<void> => Promise.resolve(), stored: Promise.resolve() }
  const world = await worldFor(t, credentials, {
    log: ({ operation }) => {
      if (operation === 'InitiateJob') during.stored = during.task()
    },
  })
  await world.put('one')
  during.task = () => world.append(recordOf(world, 'l'))
  t.match(await world.run(['empty', '--yes', 'docs']), { code: 0, err: /1 archive deleted/ })
  await during.stored
  t.match((await world.run(['ls'])).out, /llllllll/)
})

t.test('rm --dry-run of whole IDs needs no region', async (t) => {
  const world = await worldFor(t, credentials)
  const here = recordOf(world, 'a')
  await world.append(here)
  const it = stage(Buffer.alloc(0), [], {}, new VirtualClock())
  const { AWS_REGION: region } = process.env
  delete process.env.AWS_REGION
  t.teardown(() => {
    if (region !== undefined) process.env.AWS_REGION = region
  })
  const code = await runHere(
    ['rm', 'docs', '--dry-run', '--catalog', world.catalog, '--', here.archiveId],
    it,
  )
  t.match({ code, out: it.out() }, { code: 0, out: /Nothing is deleted/ })
})
