/** Inventory retrievals: JSON and CSV, dates, limits and markers. */
import { guess, guide, type Group } from '../assertion.js'
import {
  fieldsOf,
  hasHeader,
  hasStatus,
  isEqual,
  isText,
  isTrue,
  neededHeader,
  rowsOf,
  summary,
} from '../expectations.js'
import { finishedInventory, outputOf } from '../jobs.js'
import { arnOf, step, vaultStep, type Session } from '../session.js'
import { storedArchive } from '../stored.js'
import { INVENTORY_DATE } from '../samples.js'
import { MIB, numberedMebibytes, treeHash } from '../tree-hash.js'
import type { Answer } from '../wire.js'

const JOB = 'api-initiate-job-post'
const OUTPUT = 'api-job-output-get'
const DESCRIPTION = 'api-GlacierJobDescription'
const DAY_MS = 86_400_000

const vault = vaultStep('inventory')
const vaultWithout = vaultStep('inventory-none')

/** Descriptions, and how each is in the CSV: quotes are escaped with a backslash, backslashes are not. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'my archive description': '"my archive description"',
  'my archive description,1': '"my archive description,1"',
  'my archive description,1"2': '"my archive description,1\\"2"',
  'my archive description,1\\"2': '"my archive description,1\\\\"2"',
}
const BYTES = numberedMebibytes(2 * MIB)

/** A vault with an archive of each description, and an inventory of them if that can be had: the archives' IDs. */
const filled = step('a vault with archives', async (session) => {
  const path = await vault(session)
  const ids: string[] = []
  for (const text of Object.keys(DESCRIPTIONS)) ids.push(await storedArchive(session, path, BYTES, text))
  if (session.control.isThere) await session.control.takeInventory(path.replace(/.*\//, ''))
  return ids
})

const inventoryStep = (parameters = {}): ((session: Session) => Promise<string>) =>
  step('an inventory retrieval', async (session) => {
    await filled(session)
    return finishedInventory(session, await vault(session), parameters)
  })

const json = inventoryStep()
const jsonOutput = step('an inventory', async (session) => outputOf(session, await json(session)))
const csv = inventoryStep({ Format: 'CSV' })
const csvOutput = step('an inventory in CSV', async (session) => outputOf(session, await csv(session)))

async function described(session: Session, job: string): Promise<Readonly<Record<string, unknown>>> {
  return fieldsOf(await session.call('GET', job))
}

/** The IDs in an inventory with some parameters, and the marker that follows. */
async function page(session: Session, parameters: object): Promise<{ ids: unknown[]; marker: unknown }> {
  await filled(session)
  const job = await finishedInventory(session, await vault(session), {
    InventoryRetrievalParameters: parameters,
  })
  const { InventoryRetrievalParameters: found } = await described(session, job)
  return {
    ids: rowsOf(await outputOf(session, job), 'ArchiveList').map((row) => row.ArchiveId),
    marker: (found as { Marker?: unknown } | null)?.Marker,
  }
}

const pages = step('the pages of an inventory', async (session) => {
  const first = await page(session, { Limit: '3' })
  return { first, second: await page(session, { Limit: '3', Marker: first.marker }) }
})

/** The time of the service, some days from now, to the second. */
function daysFromNow(answer: Answer, days: number): string {
  const time = Date.parse(neededHeader(answer, 'date')) + days * DAY_MS
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** Inventories. */
export const inventory: Group = {
  name: 'inventory',
  title: 'Inventory retrievals',
  assertions: [
    guess(
      'Notes in public repositories quote this refusal of the service; the guide only says that the first inventory takes up to a day.',
      'first',
      'An inventory retrieval of a vault without an inventory is refused with 404, or gives an empty one.',
      async (session) => {
        const path = await vaultWithout(session)
        const answer = await session.post('POST', `${path}/jobs`, { Type: 'inventory-retrieval' })
        isTrue('status 202 or 404', [202, 404].includes(answer.status), summary(answer))
      },
    ),
    guide(
      OUTPUT,
      'type-json',
      'The Content-Type of an inventory is application/json by default.',
      async (session) => {
        const answer = await jsonOutput(session)
        hasStatus(answer, 200)
        hasHeader(answer, 'content-type', 'application/json')
      },
    ),
    guide(
      OUTPUT,
      'members',
      'The inventory has VaultARN, InventoryDate and ArchiveList.',
      async (session) => {
        isEqual('members', Object.keys(fieldsOf(await jsonOutput(session))).sort(), [
          'ArchiveList',
          'InventoryDate',
          'VaultARN',
        ])
      },
    ),
    guide(OUTPUT, 'arn', 'VaultARN is that of the vault.', async (session) => {
      const { VaultARN } = fieldsOf(await jsonOutput(session))
      isEqual('VaultARN', VaultARN, await arnOf(session, await vault(session)))
    }),
    guide(OUTPUT, 'date', 'InventoryDate is a date of ISO 8601 in UTC.', async (session) => {
      isText('InventoryDate', fieldsOf(await jsonOutput(session)).InventoryDate, INVENTORY_DATE)
    }),
    guide(OUTPUT, 'archives', 'ArchiveList has every archive, once.', async (session) => {
      const found = rowsOf(await jsonOutput(session), 'ArchiveList').map((row) => row.ArchiveId)
      isEqual('IDs', found.sort(), [...(await filled(session))].sort())
    }),
    guide(OUTPUT, 'row', 'A row has the size, the tree hash and the date of an archive.', async (session) => {
      const [row] = rowsOf(await jsonOutput(session), 'ArchiveList')
      isEqual('Size', row?.Size, BYTES.length)
      isEqual('SHA256TreeHash', row?.SHA256TreeHash, treeHash(BYTES))
      isText('CreationDate', row?.CreationDate, INVENTORY_DATE)
    }),
    guide(OUTPUT, 'descriptions', 'Descriptions are as they were uploaded.', async (session) => {
      const found = rowsOf(await jsonOutput(session), 'ArchiveList').map((row) => row.ArchiveDescription)
      isEqual('descriptions', found.sort(), Object.keys(DESCRIPTIONS).sort())
    }),
    guide(OUTPUT, 'no-hash', 'An inventory has no x-amz-sha256-tree-hash.', async (session) => {
      const answer = await jsonOutput(session)
      hasStatus(answer, 200)
      hasHeader(answer, 'x-amz-sha256-tree-hash', undefined)
    }),
    guide(OUTPUT, 'range', 'A Range of an inventory is answered with 206.', async (session) => {
      const answer = await outputOf(session, await json(session), 'bytes=0-9')
      hasStatus(answer, 206)
      isEqual('body', answer.body.toString(), (await jsonOutput(session)).body.subarray(0, 10).toString())
    }),
    guide(
      DESCRIPTION,
      'job',
      'The job has the action InventoryRetrieval and nothing of an archive.',
      async (session) => {
        const job = await described(session, await json(session))
        isEqual('Action', job.Action, 'InventoryRetrieval')
        const { ArchiveId, ArchiveSizeInBytes, ArchiveSHA256TreeHash, SHA256TreeHash, RetrievalByteRange } =
          job
        const found = [
          ArchiveId,
          ArchiveSizeInBytes,
          ArchiveSHA256TreeHash,
          SHA256TreeHash,
          RetrievalByteRange,
        ]
        isEqual('fields', found, [null, null, null, null, null])
      },
    ),
    guide(DESCRIPTION, 'job-size', 'InventorySizeInBytes is the length of the output.', async (session) => {
      const { InventorySizeInBytes } = await described(session, await json(session))
      isEqual('InventorySizeInBytes', InventorySizeInBytes, (await jsonOutput(session)).body.length)
    }),
    guide(
      'api-InventoryRetrievalJobInput',
      'job-format',
      'The job has the format of the inventory.',
      async (session) => {
        const { InventoryRetrievalParameters: found } = await described(session, await csv(session))
        isEqual('Format', (found as { Format?: unknown } | null)?.Format, 'CSV')
      },
    ),
    guide(OUTPUT, 'type-csv', 'The Content-Type of an inventory in CSV is text/csv.', async (session) => {
      const answer = await csvOutput(session)
      hasStatus(answer, 200)
      hasHeader(answer, 'content-type', 'text/csv')
    }),
    guide(OUTPUT, 'csv-head', 'The CSV has the five columns of the guide.', async (session) => {
      const [head] = (await csvOutput(session)).body.toString().split(/\r?\n/)
      isEqual('first line', head, 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash')
    }),
    ...Object.entries(DESCRIPTIONS).map(([text, written], i) =>
      guide(
        OUTPUT,
        `csv-description-${i + 1}`,
        `The description ${text} is ${written} in the CSV, or without quotes if it needs none.`,
        async (session) => {
          const csvText = (await csvOutput(session)).body.toString()
          const bare = /[",]/.test(text) ? [] : [`,${text},`]
          const fits = [`,${written},`, ...bare].some((part) => csvText.includes(part))
          isTrue(`a line with ${written}`, fits, csvText)
        },
      ),
    ),
    guide(JOB, 'limit', 'A Limit gives so many archives at the most, and a marker.', async (session) => {
      const { first } = await pages(session)
      isEqual('rows', first.ids.length, 3)
      isTrue('a Marker', typeof first.marker === 'string', first.marker)
    }),
    guide(JOB, 'marker', 'The marker leads to the rest, and then is null.', async (session) => {
      const { first, second } = await pages(session)
      const all = [...first.ids, ...second.ids]
      isEqual('IDs', all.sort(), [...(await filled(session))].sort())
      isEqual('Marker', second.marker, null)
    }),
    guide(
      JOB,
      'start-date',
      'A StartDate leaves out archives that were created before it.',
      async (session) => {
        const answer = await jsonOutput(session)
        const past = await page(session, { StartDate: daysFromNow(answer, -30) })
        const future = await page(session, { StartDate: daysFromNow(answer, 30) })
        isEqual('rows', [past.ids.length, future.ids.length], [Object.keys(DESCRIPTIONS).length, 0])
      },
    ),
    guide(JOB, 'end-date', 'An EndDate leaves out archives that were created later.', async (session) => {
      const answer = await jsonOutput(session)
      const past = await page(session, { EndDate: daysFromNow(answer, -30) })
      const future = await page(session, { EndDate: daysFromNow(answer, 30) })
      isEqual('rows', [past.ids.length, future.ids.length], [0, Object.keys(DESCRIPTIONS).length])
    }),
    guide(
      JOB,
      'start-date-inclusive',
      'An archive created at the StartDate is in, one created at the EndDate is not.',
      async (session) => {
        const [row] = rowsOf(await jsonOutput(session), 'ArchiveList')
        const date = String(row?.CreationDate).replace(/\.\d{3}Z$/, 'Z')
        const from = await page(session, { StartDate: date })
        const to = await page(session, { EndDate: date })
        isEqual('in', [from.ids.includes(row?.ArchiveId), to.ids.includes(row?.ArchiveId)], [true, false])
      },
    ),
    guide(
      'api-vault-get',
      'counts',
      'DescribeVault has the count and the date of the inventory.',
      async (session) => {
        const date = String(fieldsOf(await jsonOutput(session)).InventoryDate).slice(0, 19)
        const vaultFields = fieldsOf(await session.call('GET', await vault(session)))
        isEqual('NumberOfArchives', vaultFields.NumberOfArchives, Object.keys(DESCRIPTIONS).length)
        isEqual('LastInventoryDate', String(vaultFields.LastInventoryDate).slice(0, 19), date)
      },
    ),
    guide(
      'api-vault-get',
      'size',
      'SizeInBytes of a vault is that of its archives and more.',
      async (session) => {
        await json(session)
        const { SizeInBytes } = fieldsOf(await session.call('GET', await vault(session)))
        const least = Object.keys(DESCRIPTIONS).length * BYTES.length
        isTrue(`at least ${least}`, Number(SizeInBytes) >= least, SizeInBytes)
      },
    ),
    guess(
      '32 KiB is what S3 documents for its Glacier storage classes; the guide of vaults names no number.',
      'overhead',
      'SizeInBytes has 32 KiB for each archive besides its bytes.',
      async (session) => {
        await json(session)
        const { SizeInBytes } = fieldsOf(await session.call('GET', await vault(session)))
        isEqual('SizeInBytes', SizeInBytes, Object.keys(DESCRIPTIONS).length * (BYTES.length + 32_768))
      },
    ),
  ],
}
