/** RestoreObject: makes a copy of an archived object that can be read for some days. */
import { withBucket } from '../requests/bucket-access.js'
import type { BucketRequest, BucketResponse } from '../requests/bucket-request.js'
import { xmlBody } from '../requests/xml-body.js'
import { BucketError, invalidArgument, malformedXml, notImplemented } from '../service/bucket-error.js'
import { isArchiveClass } from '../service/storage-classes.js'
import { delayOf, RESTORE_TIERS, type RestoreTier } from '../storage/restore-delay.js'
import { childOf, textOf, type XmlNode } from '../xml/xml-reader.js'
import { assertNoVersion } from './read-object.js'

/** A copy that is kept for longer would have a date that cannot be written. The service states no maximum. */
const MAX_DAYS = 999_999

/** RestoreObject: 202 when a copy is started; 200, with a new time at which it expires, when there is one. */
export async function restoreObject(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  const root = await xmlBody(request, 'RestoreRequest')
  assertNoVersion(request)
  if (root.children.some(({ name }) => ['SelectParameters', 'OutputLocation', 'Type'].includes(name)))
    throw notImplemented('a restore with SelectParameters')
  const days = daysIn(root)
  const tier = tierIn(root)
  return stores.buckets.withLock(bucket, async () => {
    const object = await stores.objects.find(bucket, key)
    const { storageClass } = object.record.settings
    if (!isArchiveClass(storageClass)) {
      throw new BucketError(
        403,
        'InvalidObjectState',
        "Restore is not allowed for the object's current storage class",
        { fields: { StorageClass: storageClass } },
      )
    }
    if (tier === 'Expedited' && storageClass === 'DEEP_ARCHIVE')
      throw invalidArgument('Retrieval option is not supported by this storage class', 'Tier', tier)
    const { state } = await stores.restores.stateOf(object)
    if (state === 'ongoing')
      throw new BucketError(409, 'RestoreAlreadyInProgress', 'Object restore is already in progress')
    const isRestored = state === 'restored'
    const delayMs = isRestored ? 0 : delayOf(stores.restoreDelay, storageClass, tier)
    await stores.restores.request(object, days, delayMs)
    stores.meter.restored(storageClass, tier, isRestored ? 0 : object.record.size)
    return { status: isRestored ? 200 : 202 }
  })
}

function daysIn(root: XmlNode): number {
  const text = textOf(root, 'Days')
  if (text === undefined || !/^-?\d{1,9}$/.test(text)) throw malformedXml()
  if (Number(text) < 1) throw invalidArgument('restoration days should be at least 1', 'Days', text)
  if (Number(text) > MAX_DAYS) throw invalidArgument('restoration days are too many', 'Days', text)
  return Number(text)
}

/** The tier, in `GlacierJobParameters`, or in `Tier` itself; default Standard. */
function tierIn(root: XmlNode): RestoreTier {
  const parameters = childOf(root, 'GlacierJobParameters')
  const text = (parameters && textOf(parameters, 'Tier')) ?? textOf(root, 'Tier') ?? 'Standard'
  const tier = RESTORE_TIERS.find((one) => one === text)
  if (tier === undefined) throw malformedXml()
  return tier
}
