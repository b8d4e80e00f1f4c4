/** ListVaults: its order and its pages. */
import { guess, guide, type Group } from '../assertion.js'
import { fieldsOf, hasStatus, isEqual, isTrue, rowsOf } from '../expectations.js'
import { invalid } from '../refusals.js'
import { arnOf, createVault, pathOf, step, vaultName, type Session } from '../session.js'
import type { Answer } from '../wire.js'

const PAGE = 'api-vaults-get'
const COUNT = 12
/** Pages that are looked at for the vaults of the run, of accounts that have many. */
const MOST_PAGES = 200

const names = step('a dozen vaults', async (session) => {
  const made = Array.from({ length: COUNT }, (_, i) =>
    vaultName(session, `list-${String(i).padStart(2, '0')}`),
  )
  for (const name of [...made].reverse()) hasStatus(await createVault(session, name), 201)
  return made
})

/** The names in the pages of a list, page by page. */
async function pages(session: Session, limit: number): Promise<string[][]> {
  const found: string[][] = []
  let marker = ''
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await list(session, `limit=${limit}&marker=${encodeURIComponent(marker)}`)
    hasStatus(answer, 200)
    found.push(rowsOf(answer, 'VaultList').map(({ VaultName }) => String(VaultName)))
    const next = fieldsOf(answer).Marker
    if (typeof next !== 'string') break
    marker = next
  }
  return found
}

async function list(session: Session, query: string): Promise<Answer> {
  await names(session)
  return session.call('GET', `/-/vaults?${query}`)
}

const allPages = step('all pages of ListVaults', async (session) => {
  await names(session)
  return pages(session, 5)
})

/** The pages of the list of vaults. */
export const vaultList: Group = {
  name: 'vault-list',
  title: 'ListVaults',
  assertions: [
    guide(PAGE, 'complete', 'Every vault is in the list, once.', async (session) => {
      const made = await names(session)
      const found = (await allPages(session)).flat().filter((name) => made.includes(name))
      isEqual('names', found.sort(), made)
    }),
    guide(PAGE, 'order', 'The list is in the ASCII order of the names.', async (session) => {
      const found = (await allPages(session)).flat()
      isEqual('names', found, [...found].sort())
    }),
    guide(PAGE, 'default', 'A page has 10 vaults at the most.', async (session) => {
      const answer = await list(session, '')
      hasStatus(answer, 200)
      isEqual('rows', rowsOf(answer, 'VaultList').length, 10)
    }),
    guide(PAGE, 'limit', 'A page never has more vaults than the limit.', async (session) => {
      const lengths = (await allPages(session)).map((page) => page.length)
      isTrue('at most 5 rows a page', Math.max(...lengths) <= 5, lengths)
    }),
    guide(PAGE, 'limit-1', 'A limit of 1 gives one vault and a marker.', async (session) => {
      const answer = await list(session, 'limit=1')
      isEqual('rows', rowsOf(answer, 'VaultList').length, 1)
      isTrue('a Marker', typeof fieldsOf(answer).Marker === 'string', fieldsOf(answer).Marker)
    }),
    guide(PAGE, 'marker-arn', 'The marker is the ARN of a vault.', async (session) => {
      const { Marker } = fieldsOf(await list(session, 'limit=1'))
      const prefix = (await arnOf(session, pathOf(''))).replace(/[^:]*$/, 'vaults/')
      isTrue(`a Marker that begins with ${prefix}`, String(Marker).startsWith(prefix), Marker)
    }),
    guide(PAGE, 'marker-empty', 'An empty marker starts with the first vault.', async (session) => {
      const [first, second] = [await list(session, 'limit=2'), await list(session, 'limit=2&marker=')]
      isEqual('rows', rowsOf(second, 'VaultList'), rowsOf(first, 'VaultList'))
    }),
    guide(PAGE, 'last', 'The marker of the last page is null.', async (session) => {
      const made = await names(session)
      const rest = await pages(session, 10)
      isTrue('pages that end', rest.length < MOST_PAGES, rest.length)
      const found = made.slice(-1).filter((name) => rest.flat().includes(name))
      isEqual('the last vault', found, made.slice(-1))
    }),
    guess(
      'The guide contradicts itself: its text leaves out the vault that the marker names, its example has it.',
      'marker-inclusive',
      'The page of a marker begins with the vault that it names.',
      async (session) => {
        const { Marker } = fieldsOf(await list(session, 'limit=3'))
        const [row] = rowsOf(
          await list(session, `limit=3&marker=${encodeURIComponent(String(Marker))}`),
          'VaultList',
        )
        isEqual('first row', row?.VaultARN, Marker)
      },
    ),
    ...['0', '-1', 'many', '1.5'].map((limit) =>
      invalid(PAGE, `limit-${limit}`, `A limit of ${limit}`, async (session) =>
        list(session, `limit=${limit}`),
      ),
    ),
    guess(
      'The guide has 10 as the maximum; that more is taken as 10 is known of ListParts only.',
      'limit-1000',
      'A limit of 1000 is taken as 10.',
      async (session) => {
        isEqual('rows', rowsOf(await list(session, 'limit=1000'), 'VaultList').length, 10)
      },
    ),
    guess(
      'The guide says only that markers come from the list.',
      'marker-wrong',
      'A marker that is not an ARN is refused with 400.',
      async (session) => {
        hasStatus(await list(session, 'marker=nothing'), 400)
      },
    ),
  ],
}
