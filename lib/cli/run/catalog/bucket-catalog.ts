/** `catalog rebuild s3://BUCKET/PREFIX` and `catalog diff …`: compare the catalog with the list of the bucket. */
import { archivesIn, mismatchedIn } from '../../../catalog/queries/archives.js'
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import type { ArchiveRecord, MismatchedRecord } from '../../../catalog/record.js'
import { keyIn } from '../../../catalog/vault-address.js'
import { ObjectComparison } from '../../../reconcile/object-comparison.js'
import type { RebuildOptions } from '../../commands/catalog.js'
import type { Io } from '../../io.js'
import type { BucketRequestOptions } from '../../options/object-options.js'
import type { InventoryReadOptions } from '../../options/inventory-options.js'
import { formatCount } from '../../output/format.js'
import { printJson, printNote } from '../../output/print.js'
import { withBucketScope, type BucketScope } from '../bucket-scope.js'
import { catalogFileOf } from '../data-folder.js'
import { openCatalog } from '../open-catalog.js'
import { bucketObjects } from './bucket-objects.js'
import { printDifference } from './difference.js'

type ReadOptions = InventoryReadOptions & BucketRequestOptions

/** Adds the objects that the catalog does not have as they are, and records the outcome of requests that was unknown. */
export async function rebuildFromBucket(operand: string, options: RebuildOptions, io: Io): Promise<void> {
  await withBucketScope(operand, options, io, async (scope) => {
    const catalog = await openCatalog(options, io)
    const counts = { objects: 0, added: 0, replaced: 0, reconciled: 0, withoutHash: 0 }
    try {
      const comparison = await comparisonOf(catalog.path, scope)
      for await (const { archiveId, record } of bucketObjects(scope)) {
        counts.objects++
        if (!record) {
          if (!comparison.takeKey(archiveId)) counts.withoutHash++
          continue
        }
        const finding = comparison.take(record)
        if (finding === 'known') continue
        await catalog.append(finding.record)
        counts.added++
        if (finding.why === 'replaced') counts.replaced++
        if (finding.why === 'unknown outcome') counts.reconciled++
      }
    } finally {
      await catalog.close()
    }
    if (options.json) await printJson(io, { vaultName: scope.address.vaultName, ...counts })
    else if (!options.quiet) printCounts(counts, io)
  })
}

function printCounts(
  { objects, added, replaced, reconciled, withoutHash }: Readonly<Record<string, number>>,
  io: Io,
): void {
  printNote(io, `Objects in the bucket: ${objects}. Added to the catalog: ${added}.`)
  if (replaced)
    printNote(io, `Of these, ${formatCount(replaced, 'object')} replaced others that the catalog had.`)
  if (reconciled)
    printNote(io, `Of these, ${formatCount(reconciled, 'object')} had an unknown outcome before.`)
  if (withoutHash)
    printNote(
      io,
      `Left out, without a SHA-256 or with a key that no request can name: ${formatCount(withoutHash, 'object')}.`,
    )
}

/** Prints `+` before objects that only the bucket has, `-` before those that only the catalog has. */
export async function diffWithBucket(operand: string, options: ReadOptions, io: Io): Promise<void> {
  await withBucketScope(operand, options, io, async (scope) => {
    const comparison = await comparisonOf(catalogFileOf(options, io.env), scope)
    for await (const { archiveId, listed, record } of bucketObjects(scope)) {
      const { lastModified = '-', size, key } = listed
      const finding = record ? comparison.take(record) : comparison.takeKey(archiveId) ? 'known' : undefined
      if (finding === 'known') continue
      const why = finding
        ? WHY[finding.why]
        : 'not in the catalog, and without a SHA-256 or a key that a request can name'
      await printDifference('+', archiveId, lastModified, size, key, why, options, io)
    }
    for (const { archiveId, time, size } of comparison.missing) {
      const key = keyIn(archiveId)
      if (key.startsWith(scope.prefix))
        await printDifference('-', archiveId, time, size, key, 'not in the bucket', options, io)
    }
  })
}

const WHY = {
  new: 'not in the catalog',
  replaced: 'replaced since it was recorded',
  'unknown outcome': 'the outcome of its upload was unknown',
}

async function comparisonOf(file: string, { address }: BucketScope): Promise<ObjectComparison> {
  const known: (ArchiveRecord | MismatchedRecord)[] = await mismatchedIn(file)
  for await (const archive of archivesIn(file)) known.push(archive)
  return new ObjectComparison(known, (await unsettledIn(file)).possible(), address)
}
