import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { CLASS_CHARGES, type ChargedClass } from '../../../../lib/costs/class-charges.js'
import { MIB } from '../../../../lib/sizes.js'
import {
  AT,
  beginUpload,
  chargedBucketFor,
  completeUpload,
  DAY,
  gb,
  gbMonths,
  restore,
  sendPart,
} from '../../../helpers/bucket-costs.js'
import { clock } from '../../../helpers/local-vault.js'

const bytes = Buffer.alloc(MIB, 'night')
const KIB = 1024

t.test('storage accrues by the clock, with what each class adds to an object', async (t) => {
  for (const [storageClass, small, large, metadata] of [
    ['STANDARD', 1000, MIB, 0],
    ['REDUCED_REDUNDANCY', 1000, MIB, 0],
    ['STANDARD_IA', 128 * KIB, MIB, 0],
    ['ONEZONE_IA', 128 * KIB, MIB, 0],
    ['INTELLIGENT_TIERING', 1000, MIB, 0],
    ['GLACIER_IR', 128 * KIB, MIB, 0],
    ['GLACIER', 1000 + 32 * KIB, MIB + 32 * KIB, 8 * KIB],
    ['DEEP_ARCHIVE', 1000 + 32 * KIB, MIB + 32 * KIB, 8 * KIB],
  ] as const) {
    const { server, put, stored } = await chargedBucketFor(t)
    await put('large', storageClass, bytes)
    t.strictSame(await stored(), {}, 'no time has passed')
    server.control.advanceClock(10 * DAY)
    await put('small', storageClass, bytes.subarray(0, 1000))
    server.control.advanceClock(5 * DAY)
    t.strictSame(
      await stored(),
      {
        [`${storageClass} storage`]: gbMonths(large * 15 + small * 5, 1),
        ...(metadata > 0 && { [`${storageClass} metadataStorage`]: gbMonths(metadata, 20) }),
      },
      storageClass,
    )
  }
})

t.test('what is deleted or replaced before its days are over is charged for the rest of them', async (t) => {
  for (const [name, { minDays, overheadBytes, standardOverheadBytes }] of Object.entries(CLASS_CHARGES)) {
    const storageClass = name as ChargedClass
    const size = MIB + overheadBytes
    const { server, ask, put, stored } = await chargedBucketFor(t)
    for (const key of ['deleted', 'replaced', 'kept']) await put(key, storageClass, bytes)
    server.control.advanceClock(20 * DAY)
    for (let i = 0; i < 2; i++) t.equal((await ask('DELETE', '/deleted')).status, 204, 'and again')
    await put('replaced', 'STANDARD', '')
    const [rest, metadata] = [Math.max(minDays - 20, 0), standardOverheadBytes]
    const early = {
      ...(rest > 0 && { [`${storageClass} earlyDeletion`]: gbMonths(2 * size, rest) }),
      ...(rest > 0 &&
        metadata > 0 && { [`${storageClass} metadataEarlyDeletion`]: gbMonths(2 * metadata, rest) }),
    }
    const ofMetadata = (days: number): object =>
      metadata > 0 ? { [`${storageClass} metadataStorage`]: gbMonths(metadata, days) } : {}
    const at20 = { [`${storageClass} storage`]: gbMonths(size, 60), ...ofMetadata(60), ...early }
    t.strictSame(await stored(), at20, storageClass)

    server.control.advanceClock(180 * DAY)
    t.equal((await ask('DELETE', '/kept')).status, 204)
    const after = { [`${storageClass} storage`]: gbMonths(size, 240), ...ofMetadata(240), ...early }
    t.strictSame(await stored(), after, 'after its days, a deletion is free')
    server.control.advanceClock(180 * DAY)
    t.strictSame(await stored(), after, 'what is gone is stored no longer')
  }
})

t.test('parts are stored until their upload is completed or aborted, or its bucket is deleted', async (t) => {
  const { server, ask, stored, lines } = await chargedBucketFor(t)
  const part = Buffer.alloc(5 * MIB)
  const uploadId = await beginUpload(ask, 'a', 'DEEP_ARCHIVE')
  const parts = [await sendPart(ask, 'a', uploadId, 1, bytes)]
  server.control.advanceClock(DAY)
  parts[0] = await sendPart(ask, 'a', uploadId, 1, part) // replaces the one before
  parts[1] = await sendPart(ask, 'a', uploadId, 2, bytes)
  await sendPart(ask, 'a', uploadId, 7, bytes) // is not listed
  server.control.advanceClock(2 * DAY)
  const until3 = MIB + 2 * 7 * MIB
  t.strictSame(await stored(), { 'DEEP_ARCHIVE unfinishedUploads': gbMonths(until3, 1) })
  const [, amount] = (await lines())['DEEP_ARCHIVE unfinishedUploads'] ?? []
  t.equal(amount, 0.000011, 'at the price of STANDARD')
  t.equal((await completeUpload(ask, 'a', uploadId, parts)).status, 200)
  server.control.advanceClock(3 * DAY)
  const completed = {
    'DEEP_ARCHIVE storage': gbMonths(6 * MIB + 32 * KIB, 3),
    'DEEP_ARCHIVE metadataStorage': gbMonths(8 * KIB, 3),
    'DEEP_ARCHIVE unfinishedUploads': gbMonths(until3, 1),
  }
  t.strictSame(await stored(), completed, 'the object is stored from the completion on')

  const aborted = await beginUpload(ask, 'b', 'GLACIER_IR')
  await sendPart(ask, 'b', aborted, 1, bytes)
  server.control.advanceClock(DAY)
  t.equal((await ask('DELETE', `/b?uploadId=${aborted}`)).status, 204)
  server.control.advanceClock(DAY)
  t.match(await stored(), { 'GLACIER_IR unfinishedUploads': gbMonths(MIB, 1) })
  t.notOk('GLACIER_IR earlyDeletion' in (await stored()), 'no days are charged for parts at least')

  const left = await beginUpload(ask, 'c', 'STANDARD_IA')
  await sendPart(ask, 'c', left, 1, bytes)
  t.equal((await ask('DELETE', '/a')).status, 204)
  server.control.advanceClock(DAY)
  t.equal((await ask('DELETE', '')).status, 204)
  server.control.advanceClock(DAY)
  t.match(await stored(), { 'STANDARD_IA unfinishedUploads': gbMonths(MIB, 1) })
})

t.test('a restore is charged for by its tier, and its copy until it expires', async (t) => {
  for (const [storageClass, tier, id, requestAmount] of [
    ['GLACIER', 'Expedited', 'expedited', 0.02],
    ['GLACIER', 'Standard', 'standard', 0.0001],
    ['GLACIER', 'Bulk', 'bulk', 0],
    ['DEEP_ARCHIVE', 'Standard', 'standard', 0.0002],
    ['DEEP_ARCHIVE', 'Bulk', 'bulk', 0.00005],
  ] as const) {
    const { server, ask, put, lines } = await chargedBucketFor(t)
    await put('a', storageClass, bytes)
    t.equal((await restore(ask, 'a', 5, tier)).status, 202)
    server.control.advanceClock(2 * DAY)
    t.strictSame((await lines())[`${storageClass} restoredCopies`], [gbMonths(MIB, 2), 0.000001])
    t.equal((await restore(ask, 'a', 3, tier)).status, 200, 'the copy is kept for three days from now')
    server.control.advanceClock(10 * DAY)
    const costs = await lines()
    t.strictSame(costs[`${storageClass} ${id}Requests`], [2, requestAmount], `${storageClass} ${tier}`)
    t.equal(costs[`${storageClass} ${id}Retrieval`]?.[0], gb(MIB), 'the bytes are paid for once')
    t.equal(costs[`${storageClass} restoredCopies`]?.[0], gbMonths(MIB, 5))
    t.equal((await restore(ask, 'a', 1, tier)).status, 202, 'the copy has expired')
    server.control.advanceClock(10 * DAY)
    const again = await lines()
    t.equal(again[`${storageClass} ${id}Retrieval`]?.[0], gb(2 * MIB))
    t.equal(again[`${storageClass} restoredCopies`]?.[0], gbMonths(MIB, 6))
    t.equal((await ask('DELETE', '/a')).status, 204)
    t.equal((await lines())[`${storageClass} restoredCopies`]?.[0], gbMonths(MIB, 6), 'also when it is gone')
  }
})

t.test('a copy is charged for from when it can be read, and is gone with its object', async (t) => {
  const { server, ask, put, stored } = await chargedBucketFor(t, { restoreDelay: 2 * DAY })
  const copies = async (): Promise<number | undefined> => (await stored())['GLACIER restoredCopies']
  for (const key of ['a', 'b']) {
    await put(key, 'GLACIER', bytes)
    t.equal((await restore(ask, key, 30)).status, 202)
  }
  t.equal((await restore(ask, 'a', 30)).status, 409)
  server.control.advanceClock(DAY)
  t.equal(await copies(), undefined, 'it is being restored')
  server.control.completeRestores()
  server.control.advanceClock(DAY)
  t.equal(await copies(), gbMonths(2 * MIB, 1))
  server.control.completeRestores()
  t.equal(await copies(), gbMonths(2 * MIB, 1), 'the first completion counts')
  server.control.advanceClock(DAY)
  t.equal(await copies(), gbMonths(2 * MIB, 2), 'they were completed a day before they would have been ready')
  t.equal((await ask('DELETE', '/a')).status, 204)
  await put('b', 'GLACIER', '')
  server.control.advanceClock(10 * DAY)
  t.equal(await copies(), gbMonths(2 * MIB, 2))
  t.equal((await stored())['GLACIER standardRetrieval'], gb(2 * MIB))
})

t.test('what was there at the start counts from then on, with its age', async (t) => {
  const dir = t.testdir({})
  const before = await chargedBucketFor(t, { dir })
  await before.put('a', 'GLACIER', bytes)
  t.equal((await restore(before.ask, 'a', 20)).status, 202)
  const uploadId = await beginUpload(before.ask, 'b', 'STANDARD')
  await sendPart(before.ask, 'b', uploadId, 1, bytes)
  await before.server.close()
  const ended = await before.server.costs()
  t.equal(
    ended.lines.find(({ id }) => id === 'uploadRequests')?.quantity,
    1,
    'they can be asked for after the end',
  )

  const time = clock(Date.parse(AT) + 10 * DAY)
  const { server, ask, lines, stored } = await chargedBucketFor(t, { dir }, time)
  t.strictSame(await lines(), {})
  const other = await chargedBucketFor(t, { dir }, time)
  server.control.advanceClock(15 * DAY)
  t.strictSame(await stored(), {
    'STANDARD unfinishedUploads': gbMonths(MIB, 15),
    'GLACIER storage': gbMonths(MIB + 32 * KIB, 15),
    'GLACIER metadataStorage': gbMonths(8 * KIB, 15),
    'GLACIER restoredCopies': gbMonths(MIB, 10),
  })
  t.equal((await ask('DELETE', '/a')).status, 204)
  t.strictSame((await stored())['GLACIER earlyDeletion'], gbMonths(MIB + 32 * KIB, 65))
  await other.put('c', 'STANDARD', bytes)
  server.control.advanceClock(15 * DAY)
  t.match(
    await stored(),
    { 'STANDARD storage': gbMonths(MIB, 30) },
    'of the other server, whose clock was not moved',
  )
  t.notOk('GLACIER earlyDeletion' in (await other.stored()), 'deletions count for the server that deletes')
})

t.test('the accounts and regions of the server count, each once', async (t) => {
  const dir = t.testdir({})
  const keys = { accessKeyId: 'AKIAONE', secretAccessKey: 'secret-one' }
  const second = { accessKeyId: 'AKIATWO', secretAccessKey: 'secret-two', accountId: '999999999999' }
  const all = await chargedBucketFor(t, {
    dir,
    region: ['us-east-1', 'eu-west-1'],
    credentials: [keys, second],
  })
  await all.put('a', 'STANDARD', bytes)
  const elsewhere = await chargedBucketFor(t, { dir, region: 'eu-west-1', credentials: [keys] })
  t.equal((await elsewhere.ask('PUT', '/a')).status, 301, 'the bucket is in another region')
  const otherAccount = await chargedBucketFor(t, { dir, credentials: [second] })
  for (const { server } of [all, elsewhere, otherAccount]) server.control.advanceClock(DAY)
  t.strictSame(await all.stored(), { 'STANDARD storage': gbMonths(MIB, 1) })
  t.strictSame(await elsewhere.stored(), {})
  t.strictSame(await otherAccount.stored(), {})
})

t.test('a clock that goes back accrues nothing less', async (t) => {
  const { time, put, ask, stored } = await chargedBucketFor(t)
  await put('a', 'GLACIER_IR', bytes)
  time.time -= 100 * DAY
  t.equal((await ask('DELETE', '/a')).status, 204)
  t.strictSame(await stored(), { 'GLACIER_IR earlyDeletion': gbMonths(MIB, 90) })
})

t.test('damaged objects are reported and left out, and what is not ours is', async (t) => {
  const dir = t.testdir({})
  const failures: Error[] = []
  const onFailure = (error: Error): number => failures.push(error)
  const { server, ask, put, stored } = await chargedBucketFor(t, { dir, onFailure })
  for (const key of ['a', 'b']) await put(key, 'GLACIER', bytes)
  t.equal((await restore(ask, 'a', 9)).status, 202)
  server.control.advanceClock(DAY)
  const named = async (name: string): Promise<string[]> => {
    const entries = await readdir(dir, { recursive: true })
    return entries.filter((entry) => entry.endsWith(`/${name}`)).map((entry) => join(dir, entry))
  }
  const [copy = ''] = await named('restore.json')
  await writeFile(copy, '{')
  const size = MIB + 32 * KIB
  t.match(await stored(), { 'GLACIER storage': gbMonths(size, 2), 'GLACIER restoredCopies': undefined })
  t.equal(failures.length, 1)
  await put('a', 'GLACIER', '')
  t.match(await stored(), {
    'GLACIER storage': gbMonths(size, 2),
    'GLACIER earlyDeletion': gbMonths(size, 89),
  })

  for (const path of await named('object.json')) await writeFile(path, '{')
  t.match(await stored(), {
    'GLACIER storage': gbMonths(size, 1),
    'GLACIER earlyDeletion': gbMonths(size, 89),
  })
  for (const key of ['a', 'b']) await put(key, 'STANDARD', '')
  t.match(await stored(), { 'GLACIER storage': gbMonths(size, 1) }, 'how long it was stored is not known')
  await rm(join(dir, 'buckets'), { recursive: true })
  t.match(await stored(), { 'GLACIER storage': gbMonths(size, 1) })
})
