/** CreateVault, DescribeVault and DeleteVault. */
import { guess, guide, thread, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasMessage,
  hasStatus,
  isEqual,
  isRefusal,
  isText,
  isTrue,
  summary,
} from '../expectations.js'
import { invalid, unknown } from '../refusals.js'
import { DATE, HELLO } from '../samples.js'
import {
  accountOf,
  arnOf,
  createVault,
  deleteVault,
  pathOf,
  step,
  vaultName,
  vaultStep,
  type Session,
} from '../session.js'
import { storedArchive } from '../stored.js'
import type { Answer } from '../wire.js'

const CREATE = 'api-vault-put'
const DESCRIBE = 'api-vault-get'
const DELETE = 'api-vault-delete'

const vault = vaultStep('vaults')
const description = step('the description of a vault', async (session) => {
  const answer = await session.call('GET', await vault(session))
  hasStatus(answer, 200)
  return fieldsOf(answer)
})
const written = step('a vault that was written to', async (session) => {
  const name = vaultName(session, 'vaults-written')
  hasStatus(await createVault(session, name), 201)
  await storedArchive(session, pathOf(name), HELLO)
  return pathOf(name)
})
const refusedDeletion = step('the deletion of a vault that was written to', async (session) =>
  session.call('DELETE', await written(session)),
)

/** Names with every kind of character there may be, behind the prefix of the run. */
const GOOD_NAMES = { underscore: 'a_b', hyphen: '-a-b-', dot: 'a.b', digits: '0123', capitals: 'ABC' }
const BAD_NAMES = { space: 'a%20b', slash: 'a%2Fb', plus: 'a%2Bb', percent: 'a%25b', umlaut: 'a%C3%A4' }

async function named(session: Session, end: string): Promise<Answer> {
  return createVault(session, vaultName(session, end))
}

/** Vaults. */
export const vaults: Group = {
  name: 'vaults',
  title: 'CreateVault, DescribeVault, DeleteVault',
  assertions: [
    guide(
      CREATE,
      'location',
      'The Location of a new vault is its path with the account ID, even where the request has "-".',
      async (session) => {
        const location = `/${await accountOf(session)}/vaults/${vaultName(session, 'vaults')}`
        hasHeader(await named(session, 'vaults'), 'location', location)
      },
    ),
    guide(CREATE, 'again', 'Creating a vault that is there answers 201 again.', async (session) => {
      await vault(session)
      hasStatus(await named(session, 'vaults'), 201)
    }),
    guide(CREATE, 'again-same', 'Creating a vault again does not change it.', async (session) => {
      const { CreationDate } = await description(session)
      await named(session, 'vaults')
      const now = fieldsOf(await session.call('GET', await vault(session)))
      isEqual('CreationDate', now.CreationDate, CreationDate)
    }),
    ...Object.entries(GOOD_NAMES).map(([kind, name]) =>
      guide(CREATE, `name-${kind}`, `A name may have ${kind}: ${name}.`, async (session) => {
        hasStatus(await named(session, name), 201)
      }),
    ),
    guide(CREATE, 'name-255', 'A name may have 255 characters.', async (session) => {
      hasStatus(await createVault(session, `${session.prefix}-`.padEnd(255, 'x')), 201)
    }),
    guide(CREATE, 'name-case', 'Names that differ in case are those of two vaults.', async (session) => {
      hasStatus(await named(session, 'abc'), 201)
      hasStatus(await named(session, 'ABC'), 201)
      const found = fieldsOf(await session.call('GET', pathOf(vaultName(session, 'abc'))))
      isText('VaultName', found.VaultName, vaultName(session, 'abc'))
    }),
    invalid(CREATE, 'name-256', 'A name of 256 characters', async (session) =>
      createVault(session, `${session.prefix}-`.padEnd(256, 'x')),
    ),
    ...Object.entries(BAD_NAMES).map(([kind, name]) =>
      guess(
        'The guide lists the allowed characters. Whether others are a 400 or, as in tsileo/bakthat#10, a 404 is not said for CreateVault.',
        `name-${kind}`,
        `A name with a ${kind} is refused with 400 or 404.`,
        async (session) => {
          const answer = await named(session, name)
          isTrue('status 400 or 404', [400, 404].includes(answer.status), summary(answer))
        },
      ),
    ),
    guide(DESCRIBE, 'name', 'VaultName is the name of the vault.', async (session) => {
      isText('VaultName', (await description(session)).VaultName, vaultName(session, 'vaults'))
    }),
    guide(DESCRIBE, 'arn', 'VaultARN has the region, the account ID and the name.', async (session) => {
      isText('VaultARN', (await description(session)).VaultARN, await arnOf(session, await vault(session)))
    }),
    guide(
      DESCRIBE,
      'date',
      'CreationDate is a date of ISO 8601 in UTC with milliseconds, of about now.',
      async (session) => {
        const { CreationDate } = await description(session)
        isText('CreationDate', CreationDate, DATE)
        const seconds = Math.abs((await session.control.time()) - Date.parse(String(CreationDate))) / 1000
        isEqual('within an hour', seconds < 3600, true)
      },
    ),
    guide(DESCRIBE, 'no-inventory', 'LastInventoryDate of a new vault is null.', async (session) => {
      isEqual('LastInventoryDate', (await description(session)).LastInventoryDate, null)
    }),
    guess(
      'The guide has null for the date of a vault without an inventory and says nothing of the counts; an example of the CLI has 0.',
      'no-counts',
      'NumberOfArchives and SizeInBytes of a new vault are null or 0.',
      async (session) => {
        const { NumberOfArchives, SizeInBytes } = await description(session)
        isEqual('counts', [NumberOfArchives ?? 0, SizeInBytes ?? 0], [0, 0])
      },
    ),
    guide(
      DESCRIBE,
      'counts-of-inventory',
      'The counts are those of the last inventory: an upload does not change them at once.',
      async (session) => {
        const path = await written(session)
        const before = fieldsOf(await session.call('GET', path))
        await storedArchive(session, path, HELLO)
        const after = fieldsOf(await session.call('GET', path))
        isEqual('NumberOfArchives', after.NumberOfArchives, before.NumberOfArchives)
      },
    ),
    unknown(
      'api-error-responses',
      'describe-none',
      'DescribeVault of a vault that is not there',
      async (session) => session.call('GET', pathOf(vaultName(session, 'absent'))),
    ),
    guide(DELETE, 'delete', 'A vault that was never written to is deleted with 204.', async (session) => {
      hasStatus(await named(session, 'vaults-empty'), 201)
      const path = pathOf(vaultName(session, 'vaults-empty'))
      hasStatus(await deleteVault(session, vaultName(session, 'vaults-empty')), 204)
      isRefusal(await session.call('GET', path), 404, 'ResourceNotFoundException')
    }),
    guide(DELETE, 'delete-none', 'Deleting a vault that is not there answers 204.', async (session) => {
      hasStatus(await session.call('DELETE', pathOf(vaultName(session, 'absent'))), 204)
    }),
    invalid(DELETE, 'delete-written', 'Deleting a vault with an archive', refusedDeletion),
    thread(
      'leeroybrun/glacier-vault-remove#2',
      'delete-written-text',
      'The refusal to delete a vault with an archive names its ARN.',
      async (session) => {
        const arn = await arnOf(session, await written(session))
        hasMessage(await refusedDeletion(session), `Vault not empty or recently written to: ${arn}`)
      },
    ),
    guide(DELETE, 'delete-kept', 'A vault whose deletion was refused is still there.', async (session) => {
      await refusedDeletion(session)
      hasStatus(await session.call('GET', await written(session)), 200)
    }),
    invalid(
      DELETE,
      'delete-recent',
      'Deleting a vault whose only archive was deleted since the last inventory',
      async (session) => {
        const name = vaultName(session, 'vaults-recent')
        hasStatus(await createVault(session, name), 201)
        const id = await storedArchive(session, pathOf(name), HELLO)
        hasStatus(await session.call('DELETE', `${pathOf(name)}/archives/${id}`), 204)
        return deleteVault(session, name)
      },
    ),
    guide(
      DELETE,
      'delete-after-inventory',
      'A vault that was empty at its inventory, and not written to since, is deleted with 204.',
      async (session) => {
        session.control.assertThere()
        const name = vaultName(session, 'vaults-emptied')
        hasStatus(await createVault(session, name), 201)
        const id = await storedArchive(session, pathOf(name), HELLO)
        hasStatus(await session.call('DELETE', `${pathOf(name)}/archives/${id}`), 204)
        await session.control.takeInventory(name)
        hasStatus(await deleteVault(session, name), 204)
      },
    ),
  ],
}
