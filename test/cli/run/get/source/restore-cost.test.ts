import t from 'tap'
import { requestsOf, type ObjectRead } from '../../../../../lib/cli/run/get/source/object-reads.js'
import { restoreCostOf, restoreCostSentence } from '../../../../../lib/cli/run/get/source/restore-cost.js'
import { noteRestoreCost } from '../../../../../lib/cli/run/get/source/restore-plan.js'
import type { ObjectFacts } from '../../../../../lib/s3/bucket-responses.js'
import { GIB, MIB } from '../../../../../lib/sizes.js'
import { stage } from '../../../../helpers/command.js'

const HERE = { region: 'us-east-1', endpoint: undefined }
const RESTORED = { isInProgress: false, expiryDate: undefined }

function read(size: number, storageClass: string, more: Partial<ObjectFacts> = {}): ObjectRead {
  const facts = {
    ...{ size, storageClass, etag: undefined, versionId: undefined, lastModified: undefined },
    ...{ restore: undefined, archiveStatus: undefined, metadata: {} },
    ...{ hash: { sha256: 'a'.repeat(64), parts: Math.ceil(size / (64 * MIB)) } },
    ...more,
  }
  const address = { bucket: 'b-1', key: 'k' }
  return {
    object: { address, archiveId: 's3://b-1/k', facts, hash: undefined },
    bytes: size,
    range: undefined,
  }
}

async function costIn(
  reads: readonly ObjectRead[],
  tier: 'Bulk' | 'Expedited' | 'Standard' = 'Standard',
  days = 30,
): Promise<string> {
  return restoreCostSentence(await restoreCostOf(reads, { tier, days }, HERE, {}))
}

const NOTE = 'The prices are those of us-east-1 of 2026-11, without taxes and data transfer.'

t.test('a restore, its copy and the reads have a cost', async (t) => {
  // 0.02 for a GB, 0.023 for its copy in a month, 0.1 for 1,000 restores and 0.0004 for 1,000 reads.
  t.equal(
    await costIn([read(100 * GIB, 'DEEP_ARCHIVE')]),
    `1 restore, Standard, 100.0 GiB, kept for 30 days: US$4.30. ${NOTE}`,
  )
  t.equal(
    await costIn([read(100 * GIB, 'GLACIER')], 'Bulk', 1),
    `1 restore, Bulk, 100.0 GiB, kept for 1 day: US$0.0773. ${NOTE}`,
  )
  t.match(
    await costIn([read(GIB, 'GLACIER', { restore: RESTORED })]),
    /^No restore is needed: less than US\$0\.0001\. /,
  )
  t.match(
    await costIn([read(100 * GIB, 'GLACIER_IR')]),
    /^No restore is needed: US\$3\.02\. /,
    'each GB is charged for',
  )
  t.match(await costIn([read(GIB, 'STANDARD')]), /^No restore is needed: less than US\$0\.0001\. /)
  t.match(
    await costIn([read(GIB, 'GLACIER'), read(GIB, 'DEEP_ARCHIVE')]),
    /^2 restores, Standard, 2\.00 GiB, .*: US\$0\.0762\. /,
  )
})

t.test('an object of an archive tier comes back for good, and an unknown class has no price', async (t) => {
  const archived = read(100 * GIB, 'INTELLIGENT_TIERING', { archiveStatus: 'ARCHIVE_ACCESS' })
  t.match(await costIn([archived]), /^1 restore, Standard, 100\.0 GiB, .*: US\$0\.0006\. /)
  t.match(await costIn([archived], 'Expedited'), /: at least US\$0\.0006\. /)
  t.match(await costIn([read(GIB, 'OUTPOSTS')]), /^No restore is needed\. The cost is unknown\. /)
})

t.test('a range is read by requests for its parts, and an object is restored as a whole', async (t) => {
  const whole = read(GIB, 'GLACIER')
  t.equal(requestsOf(whole), 16)
  const requests = (start: number, end: number): number => requestsOf({ ...whole, range: { start, end } })
  t.strictSame(
    [requests(0, 1), requests(64 * MIB - 1, 64 * MIB + 1), requests(64 * MIB, 128 * MIB)],
    [1, 2, 1],
  )
  t.equal(requestsOf(read(0, 'STANDARD', { hash: undefined })), 1)
  const part = { ...whole, bytes: 1, range: { start: 0, end: 1 } }
  t.match(await costIn([part]), /^1 restore, Standard, 1\.00 GiB, .*: US\$0\.0331\. /)
})

t.test('a terminal is told what a restore costs before it starts', async (t) => {
  const note = async (
    reads: readonly ObjectRead[],
    endpoint?: string,
    quiet = false,
    tty = true,
  ): Promise<string> => {
    const it = stage(undefined, tty ? ['stderr'] : [])
    await noteRestoreCost(reads, { tier: 'Standard', days: 1 }, { ...HERE, endpoint }, { quiet }, it.io)
    return it.err()
  }
  const archived = [read(GIB, 'GLACIER')]
  t.match(
    await note(archived),
    /1 restore, Standard, 1\.00 GiB, kept for 1 day: US\$0\.0108\. The prices are/,
  )
  t.equal(await note([read(GIB, 'STANDARD')]), '')
  t.equal(await note(archived, 'local:1'), '', 'on this machine')
  t.equal(await note(archived, undefined, true), '')
  t.equal(await note(archived, undefined, false, false), '', 'stderr is no terminal')
})
