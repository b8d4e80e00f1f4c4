/** `rm s3://BUCKET/KEY…`: deletes objects, and records each deletion in the catalog. */
import { hashIn } from '../../../catalog/recorded-hash.js'
import { isObjectId } from '../../../catalog/vault-address.js'
import { selectorOf } from '../../../catalog/queries/selector.js'
import { UsageError } from '../../command-errors.js'
import type { RmOptions } from '../../commands/archives/rm.js'
import type { Io } from '../../io.js'
import { bucketAddressOf } from '../../options/bucket-operand.js'
import { withBucketConnection } from '../bucket-connection.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { without } from '../../options/object-options.js'
import { selectArchives } from '../select/select-archives.js'
import { announce } from './announcement.js'
import { deleteAndPrint } from './delete-archives.js'
import { changedSinceQuestion, EmptiedBucket } from './emptied-bucket.js'
import { deletionOf, planRemoval, type Removal } from './removal.js'
import { printRemovalPlan } from './removal-plan.js'
import { storedObjects, type StoredObjects } from './stored-objects.js'

/** Runs `rm` for a bucket, as for a vault. With `--dry-run`, only the catalog is read. */
export async function removeObjects(
  operand: string,
  given: readonly string[],
  allOptions: RmOptions,
  io: Io,
): Promise<void> {
  const options = without(allOptions, ['accountId']) // a setting of the environment about vaults
  const { bucket, prefix: key } = bucketAddressOf(operand)
  const vaultName = `s3://${bucket}`
  const texts = key === '' ? given : [`id:${vaultName}/${key}`, ...given]
  assertInBucket(texts, vaultName)
  const prices = await regionalPrices(options)
  await withBucketConnection(options, io, async (connection) => {
    const place = async () => ({ vaultName, address: await connection.address() })
    const selected = await selectArchives(texts, { vaultName, options, io, place, isStrict: true })
    const archiveIds = selected.map(({ archiveId }) => archiveId)
    const here = options.dryRun
      ? { vaultName, address: await connection.address().catch(() => undefined) }
      : await place()
    const planned = await planRemoval(catalogFileOf(options, io.env), here, archiveIds, options.volumes)
    if (options.dryRun) {
      await printRemovalPlan(planned, prices, options, io)
      return
    }
    const { client: single, retryingClient: client } = connection
    const { bucketOwner: expectedBucketOwner, requesterPays } = options
    const request = { bucket, expectedBucketOwner, requesterPays, signal: io.signal }
    const address = { vaultName, ...(await connection.address()) }
    const emptied = new EmptiedBucket({ client, single, request, address })
    const found = (): Promise<StoredObjects> => storedObjects(planned, emptied, options.volumes)
    const { removals, notes } = await found()
    await announce(removals, prices, vaultName, options, io, notes)
    // Anyone may have stored other objects while the question was open.
    if (!options.yes) assertUnchanged(removals, (await found()).removals)
    const task = { connection, client: emptied, vaultName, options: { ...options, concurrency: 1 } }
    await deleteAndPrint(
      removals.map((removal) => [deletionOf(removal)]),
      task,
      io,
    )
  })
}

/** @throws {UsageError} the objects are not those that the question was about */
function assertUnchanged(asked: readonly Removal[], found: readonly Removal[]): void {
  const textOf = ({ archiveId, record }: Removal): string =>
    JSON.stringify([archiveId, record?.size, record && hashIn(record)])
  if (asked.map(textOf).join() !== found.map(textOf).join()) throw changedSinceQuestion()
}

/** @throws {UsageError} there is nothing to delete, or an address is that of another bucket */
function assertInBucket(texts: readonly string[], vaultName: string): void {
  if (texts.length === 0) throw new UsageError(`Give the objects to delete, as in rm ${vaultName}/KEY.`)
  const other = texts
    .map((text) => selectorOf(text).text)
    .find((text) => {
      return isObjectId(text) && !text.startsWith(`${vaultName}/`)
    })
  if (other !== undefined) throw new UsageError(`${other} is not in ${vaultName}. Nothing was deleted.`)
}
