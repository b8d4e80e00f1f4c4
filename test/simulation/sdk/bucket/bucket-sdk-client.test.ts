import t from 'tap'
import { GlacierPipeError, type ServiceError } from '../../../../lib/errors.js'
import { failureKindOf, mayHaveActed } from '../../../../lib/store/failure.js'
import { sha256Of } from '../../bucket/bucket-content.js'
import { BucketModel } from '../../bucket/bucket-model.js'
import { atPort, onBucket, type ListedBucket } from '../../bucket/listed-bucket.js'
import type { MakeBucketClient } from '../../network/client-of.js'
import { passing } from '../../scenario/passing.js'
import { bytesOfSize, listedWorld, processIn, type ListedOutcomes } from '../../service/listed-world.js'
import { turn } from '../../world/scheduler.js'
import { bucketSdkClient, prepareBucketSdk } from './bucket-sdk-client.js'

const AT = { bucket: 'backups', key: 'dir/a+b c.tar' }
const BYTES = bytesOfSize(48)
const HOUR_MS = 3_600_000

/** Runs a scenario with a client, and gives its result. */
async function on<Result>(
  make: MakeBucketClient,
  outcomes: ListedOutcomes,
  scenario: (net: ListedBucket) => Promise<Result>,
): Promise<Result> {
  const results: Result[] = []
  await onBucket(outcomes, async (net) => void results.push(await scenario(net)), make)
  return results[0] as Result
}

/** Runs a scenario with the client at the port and with both clients over the SDK. */
async function onEach<Result>(
  outcomes: ListedOutcomes,
  scenario: (net: ListedBucket) => Promise<Result>,
): Promise<readonly [port: Result, ofPackage: Result, ofCaller: Result]> {
  return [
    await on(atPort, outcomes, scenario),
    await on(bucketSdkClient, outcomes, scenario),
    await on(bucketSdkClient, { ...outcomes, 'upload-1/client': 'caller' }, scenario),
  ]
}

/** What callers and invariants see of a call. */
async function resultOf({ process, model }: ListedBucket, call: () => Promise<unknown>): Promise<object> {
  const settled = await call().then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
  const last = model.history.records.at(-1)
  const seen = {
    requests: process.requests,
    record: last && { ...last, sentMs: undefined, carriedOutMs: undefined },
    objects: model.objects.length,
  }
  if (!(settled instanceof GlacierPipeError)) return { settled, ...seen }
  const { serviceCode, status, reason, operation } = settled as Partial<ServiceError>
  return {
    ...{ name: settled.name, code: settled.code, serviceCode, status, reason, operation },
    kind: failureKindOf(settled),
    mayHaveActed: mayHaveActed(settled),
    ...seen,
  }
}

const bodyOf = (bytes: Uint8Array): { readonly bytes: Uint8Array; readonly sha256: string } => ({
  bytes,
  sha256: sha256Of(bytes),
})

/** Sends an object in parts of 16 bytes, and gives the request that completes it. */
async function parts({ client }: ListedBucket, storageClass?: 'GLACIER' | 'INTELLIGENT_TIERING') {
  const uploadId = await client.createUpload({ ...AT, storageClass, metadata: { 'part-size': '16' } })
  const list: { partNumber: number; etag: string; sha256: string }[] = []
  for (let partNumber = 1; partNumber <= 3; partNumber++) {
    const body = bodyOf(BYTES.subarray(16 * (partNumber - 1), 16 * partNumber))
    const { etag } = await client.uploadPart({ ...AT, uploadId, partNumber, ...body })
    list.push({ partNumber, etag, sha256: body.sha256 })
  }
  const hash = { sha256: sha256Of(Buffer.from(list.map(({ sha256 }) => sha256).join(''), 'hex')), parts: 3 }
  return { ...AT, uploadId, parts: list, hash, size: 48, ifAbsent: true }
}

async function read({ client }: ListedBucket, start: number, end: number, ifMatch?: string): Promise<Buffer> {
  const { body } = await client.getObject({ ...AT, range: { start, end }, objectSize: 48, ifMatch })
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** An object that is archived, restored and read, and each result on the way. */
async function everything(net: ListedBucket): Promise<unknown[]> {
  const { client, world } = net
  const upload = await parts(net, 'GLACIER')
  const { uploadId } = upload
  const first = await client.listParts({ ...AT, uploadId, limit: 2 })
  const lists = [first, await client.listParts({ ...AT, uploadId, marker: first.marker })]
  const stored = await client.completeUpload(upload)
  const described = await client.getAttributes({ ...AT, limit: 2 })
  const pages = [described.items, (await client.getAttributes({ ...AT, marker: described.marker })).items]
  const archived = await client.headObject(AT)
  const restored = [await client.restoreObject({ ...AT, days: 1, tier: 'Bulk' }), await client.headObject(AT)]
  await passing(world, HOUR_MS)
  restored.push(await client.headObject(AT), await client.restoreObject({ ...AT, days: 3 }))
  const ranges = [await read(net, 0, 48), await read(net, 5, 20, archived.etag)]
  const second = await client.createUpload(AT)
  await client.abortUpload({ ...AT, uploadId: second })
  const whole = await client.putObject({ ...AT, ...bodyOf(BYTES), metadata: { a: 'b' } })
  const alone = [await client.headObject(AT), await client.getAttributes(AT), await read(net, 16, 32)]
  return [lists, stored, pages, archived, restored, ranges, whole, alone]
}

/** Facts that HTTP states otherwise: a time has no fractions, and the hash of several parts no number of them. */
function normal(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, found: unknown) => (name === 'lastModified' ? undefined : found)),
  )
}

t.before(prepareBucketSdk)

t.test('without faults, each operation gives the same over the SDK as at the port', async (t) => {
  for (const outcomes of [
    {},
    { 'bucket/versions': 'true', 'bucket/plain-etags': 'false' },
    { 'bucket/no-checksums': 'true' },
    { 'bucket/no-checksums': 'true', 'bucket/checksums': 'not-in-lists' },
    { 'bucket/etag-in-attributes': 'false', 'bucket/page-size': '2' },
  ]) {
    const [port, ...overSdk] = await onEach(outcomes, async (net) => {
      const results = await everything(net)
      return normal([...results, net.model.history.records, net.process.requests, net.process.sleeping])
    })
    for (const sdk of overSdk) t.strictSame(sdk, port, JSON.stringify(outcomes))
  }
})

t.test('the hash of an object of several parts has no number of parts in its attributes', async (t) => {
  const [port, sdk] = await onEach({}, async (net) => {
    await net.client.completeUpload(await parts(net))
    return net.client.getAttributes(AT)
  })
  t.match(port, { hash: { parts: 3 }, parts: 3 })
  t.match(sdk, { hash: { sha256: port.hash?.sha256, parts: undefined }, parts: 3 })
})

t.test('a request of which no event is waited for takes one turn of the event loop', async (t) => {
  for (const settings of ['package', 'caller']) {
    const world = listedWorld({ 'upload-1/client': settings })
    const client = bucketSdkClient(processIn(world), new BucketModel(world))
    let settled = 0
    const calls = [
      () => client.headObject(AT),
      () => client.createUpload(AT),
      () => client.putObject({ ...AT, ...bodyOf(BYTES) }),
      () => client.getAttributes(AT),
    ]
    for (const call of calls) {
      const before = settled
      const count = (): number => settled++
      void call().then(count, count)
      await turn()
      t.equal(settled, before + 1)
    }
  }
})

const PART = 'upload-1/uploadPart'
const FAULTS: readonly ListedOutcomes[] = [
  { [`${PART}/throttled`]: 'true' },
  { [`${PART}/server-error`]: 'true' },
  { [`${PART}/server-error`]: 'true', [`${PART}/status`]: '502' },
  { [`${PART}/server-error-after`]: 'true', [`${PART}/status`]: '503' },
  { [`${PART}/request-lost`]: 'true' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'ECONNREFUSED' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'ETIMEDOUT' },
  { [`${PART}/request-lost`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/request-late`]: 'true' },
  { [`${PART}/request-late`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/response-lost`]: 'true' },
  { [`${PART}/response-lost`]: 'true', [`${PART}/lost-by`]: 'silence' },
  { [`${PART}/response-late`]: 'true', [`${PART}/late-min`]: '4' },
  { [`${PART}/part-late`]: 'true' },
  { [`${PART}/middlebox-page`]: 'true' },
  { [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '200', [`${PART}/forwarded`]: 'true' },
  { [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '403' },
  { [`${PART}/early-response`]: 'true' },
  { [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'server-error' },
  { [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'ECONNRESET' },
  { [`${PART}/slow-request`]: 'true' },
  { [`${PART}/slow-request`]: 'true', [`${PART}/408`]: 'without-body' },
  { [`${PART}/slow-request`]: 'true', [`${PART}/408`]: 'without-id' },
  { [`${PART}/body-damaged`]: 'true', [`${PART}/damaged-byte`]: '7' },
  { [`${PART}/credentials-expired`]: 'true' },
]

for (const outcomes of FAULTS)
  t.test(`a part has the same error with ${Object.entries(outcomes).join(' and ')}`, async (t) => {
    const [port, ...overSdk] = await onEach(outcomes, async (net) => {
      const uploadId = await net.client.createUpload(AT)
      const part = { ...AT, uploadId, partNumber: 1, ...bodyOf(BYTES) }
      const first = await resultOf(net, () => net.client.uploadPart(part))
      await net.client.refreshCredentials?.()
      return [first, await resultOf(net, () => net.client.uploadPart(part)), net.world.scheduler.nowMs]
    })
    for (const sdk of overSdk) t.strictSame(sdk, port)
  })

t.test('what the service refuses has the same error', async (t) => {
  const [port, ...overSdk] = await onEach({ 'bucket/dir/a+b c.tar/refused': 'true' }, async (net) => {
    const { client } = net
    const none = { ...AT, uploadId: 'none' }
    const early = [
      await resultOf(net, () => client.headObject(AT)),
      await resultOf(net, () => client.getAttributes(AT)),
      await resultOf(net, () => read(net, 0, 16)),
      await resultOf(net, () => client.restoreObject(AT)),
      await resultOf(net, () => client.listParts(none)),
      await resultOf(net, () => client.abortUpload(none)),
      await resultOf(net, () => client.uploadPart({ ...none, partNumber: 1, ...bodyOf(BYTES) })),
    ]
    const upload = await parts(net, 'GLACIER')
    const wrong = { ...upload, parts: upload.parts.slice(0, 1) }
    const size = { ...upload, hash: undefined, size: 7 }
    return [
      early,
      await resultOf(net, () => client.completeUpload(wrong)),
      await resultOf(net, () => client.completeUpload(size)),
      await resultOf(net, () => client.completeUpload(upload)),
      await resultOf(net, () => client.putObject({ ...AT, ...bodyOf(BYTES), ifAbsent: true })),
      await resultOf(net, () => read(net, 0, 16)),
      await resultOf(net, () => read(net, 0, 16, '"other"')),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1, tier: 'Expedited' })),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1 })),
      await resultOf(net, () => client.restoreObject({ ...AT, days: 1 })),
    ]
  })
  for (const sdk of overSdk) t.strictSame(sdk, port)
})

t.test('a page is no description of an object', async (t) => {
  const name = 'upload-1/headObject'
  for (const isForwarded of ['false', 'true']) {
    const page = {
      [`${name}/middlebox-page`]: 'true',
      [`${name}/status`]: '200',
      [`${name}/forwarded`]: isForwarded,
    }
    const [port, ...overSdk] = await onEach(page, (net) => resultOf(net, () => net.client.headObject(AT)))
    for (const sdk of overSdk) t.strictSame(sdk, port)
  }
})

t.test('credentials that may not look at objects have the same error', async (t) => {
  const [port, sdk] = await onEach({ 'bucket/head-denied': 'true', 'bucket/head': 'denied' }, async (net) =>
    resultOf(net, () => net.client.headObject(AT)),
  )
  t.strictSame(sdk, port)
  t.match(sdk, { name: 'AccessDeniedError', status: 403 })
})

t.test('an object of an archive tier states it, and comes back for good', async (t) => {
  const outcomes = {
    'bucket/object-1/archive-tier': 'ARCHIVE_ACCESS',
    'bucket/dir/a+b c.tar/restore-min': '60',
  }
  const [port, sdk] = await onEach(outcomes, async (net) => {
    const { client, world } = net
    await client.completeUpload(await parts(net, 'INTELLIGENT_TIERING'))
    const facts = [await client.headObject(AT)]
    await client.restoreObject({ ...AT, tier: 'Standard' })
    facts.push(await client.headObject(AT))
    await passing(world, 2 * HOUR_MS)
    return [...facts, await client.headObject(AT), await read(net, 0, 48)]
  })
  t.strictSame(normal(sdk), normal(port))
  t.match(sdk, [
    { archiveStatus: 'ARCHIVE_ACCESS' },
    { restore: { isInProgress: true } },
    { archiveStatus: undefined },
  ])
})

const RANGE = 'upload-1/getObject'
const RANGE_FAULTS: readonly ListedOutcomes[] = [
  { [`${RANGE}/pieces`]: '3' },
  { [`${RANGE}/body-cut`]: 'true' },
  { [`${RANGE}/body-cut`]: 'true', [`${RANGE}/pieces`]: '2', [`${RANGE}/cut`]: 'reset' },
  { [`${RANGE}/body-damaged`]: 'true', [`${RANGE}/damaged-byte`]: '3' },
  { [`${RANGE}/response-late`]: 'true' },
  { [`${RANGE}/server-error`]: 'true' },
  { [`${RANGE}/middlebox-page`]: 'true', [`${RANGE}/status`]: '200' },
]

for (const outcomes of RANGE_FAULTS)
  t.test(`a range has the same bytes or error with ${Object.entries(outcomes).join(' and ')}`, async (t) => {
    const [port, ...overSdk] = await onEach(outcomes, async (net) => {
      await net.client.putObject({ ...AT, ...bodyOf(BYTES) })
      const bytes: Uint8Array[] = []
      const range = { start: 0, end: 32 }
      const readAll = async (): Promise<void> => {
        const { body } = await net.client.getObject({ ...AT, range, objectSize: 48 })
        for await (const piece of body) bytes.push(piece)
      }
      return [await resultOf(net, readAll), Buffer.concat(bytes)]
    })
    for (const sdk of overSdk) t.strictSame(sdk, port)
  })

t.test('a completion that fails in its success has the same error, after a while as well', async (t) => {
  const name = 'upload-1/completeUpload'
  for (const extra of [
    {},
    { [`${name}/code`]: 'SlowDown', [`${name}/carried-out`]: 'false' },
    { [`${name}/after-min`]: '4' },
    { [`${name}/after-min`]: '3', 'upload-1/declared-first': 'false' },
  ]) {
    const outcomes = { [`${name}/error-in-success`]: 'true', ...extra }
    const [port, ...overSdk] = await onEach(outcomes, async (net) => {
      const upload = await parts(net)
      return [await resultOf(net, () => net.client.completeUpload(upload)), net.world.scheduler.nowMs]
    })
    for (const sdk of overSdk) t.strictSame(sdk, port, JSON.stringify(extra))
  }
})

t.test('a completion is answered after minutes of white space', async (t) => {
  const name = 'upload-1/completeUpload'
  const early = {
    [`${name}/response-late`]: 'true',
    [`${name}/responds-early`]: 'true',
    [`${name}/late-min`]: '4',
  }
  for (const isDeclaredFirst of ['true', 'false']) {
    const outcomes = { ...early, 'upload-1/declared-first': isDeclaredFirst }
    const found = await on(bucketSdkClient, outcomes, async (net) => {
      const upload = await parts(net)
      const beforeMs = net.world.scheduler.nowMs
      const stored = await resultOf(net, () => net.client.completeUpload(upload))
      const again = {
        ...upload,
        parts: upload.parts.slice(0, 1),
        uploadId: await net.client.createUpload(AT),
      }
      return [
        stored,
        net.world.scheduler.nowMs - beforeMs,
        await resultOf(net, () => net.client.completeUpload(again)),
      ]
    })
    t.match(found, [
      { settled: { value: { etag: String } }, record: { responded: true }, requests: 0 },
      240_000,
    ])
  }
  const refused = await on(bucketSdkClient, early, async (net) => {
    const upload = await parts(net)
    return resultOf(net, () => net.client.completeUpload({ ...upload, parts: upload.parts.slice(1) }))
  })
  const error = { serviceCode: 'InvalidPartOrder', status: 500, record: { responded: true }, requests: 0 }
  t.match(refused, error, 'the status was sent before it was known')
})

t.test('a completion that is given up while its response is white space leaves nothing', async (t) => {
  const name = 'upload-1/completeUpload'
  const early = {
    [`${name}/response-late`]: 'true',
    [`${name}/responds-early`]: 'true',
    [`${name}/late-min`]: '4',
  }
  const found = await on(bucketSdkClient, early, async (net) => {
    const upload = await parts(net)
    const aborting = new AbortController()
    net.world.scheduler.after(90_000, () => {
      aborting.abort(new Error('enough'))
    })
    const { signal } = aborting
    const aborted = await resultOf(net, () => net.client.completeUpload({ ...upload, signal }))
    await passing(net.world, HOUR_MS)
    return [aborted, net.process.sleeping]
  })
  const nothing = { keepingAlive: 0, others: 0 }
  t.match(found, [{ name: 'AbortError', requests: 0, objects: 1, record: { responded: false } }, nothing])
})

t.test('HTTP has faults of its own', async (t) => {
  const failure = async (
    outcomes: ListedOutcomes,
    call: (net: ListedBucket) => Promise<unknown>,
  ): Promise<object> =>
    on(bucketSdkClient, outcomes, async (net) => {
      await net.client.putObject({ ...AT, ...bodyOf(BYTES) })
      return resultOf(net, () => call(net))
    })
  const part = async (net: ListedBucket): Promise<unknown> =>
    net.client.uploadPart({
      ...AT,
      uploadId: await net.client.createUpload(AT),
      partNumber: 1,
      ...bodyOf(BYTES),
    })
  const foreign = { name: 'ServiceError', serviceCode: 'UnexpectedResponse', kind: 'corrupted', requests: 0 }
  for (const status of ['200', '206'])
    t.match(
      await failure({ [`${RANGE}/not-a-range`]: 'true', [`${RANGE}/instead`]: status }, (net) =>
        read(net, 16, 32),
      ),
      { ...foreign, status: Number(status) },
      'other bytes',
    )
  t.match(
    await failure({ [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '302' }, part),
    { ...foreign, status: 302 },
    'a page that redirects',
  )
  t.match(
    await failure({ [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'page' }, part),
    { ...foreign, status: 403 },
    'a page before the body is read',
  )
  t.match(
    await failure({ [`${RANGE}/body-cut`]: 'true', [`${RANGE}/cut`]: 'silence' }, (net) => read(net, 16, 32)),
    { name: 'ConnectionError', serviceCode: 'TimeoutError', kind: 'slow', requests: 0 },
    'a range that stops',
  )
})

t.test('a redirect to another region is one request, also with a client that follows it', async (t) => {
  for (const [redirect, head, other, kind] of [
    ['307', 'HTTP 307', 'TemporaryRedirect', 'transient'],
    ['301', 'PermanentRedirect', 'PermanentRedirect', 'final'],
  ] as const)
    for (const [call, serviceCode] of [
      ['headObject', head],
      ['createUpload', other],
    ] as const) {
      const name = `upload-1/${call}`
      const outcomes = { [`${name}/redirected`]: 'true', [`${name}/redirect`]: redirect }
      const [, ...overSdk] = await onEach(outcomes, async (net) => {
        const failure = await resultOf(net, () => net.client[call](AT))
        return { ...failure, made: net.model.history.records.length }
      })
      for (const sdk of overSdk) t.match(sdk, { serviceCode, made: 1, requests: 0 })
      if (call !== 'headObject') t.match(overSdk, [{ kind }, { kind }])
    }
})

t.test('a document that is cut is worth a few more attempts', async (t) => {
  for (const [cut, serviceCode, kind] of [
    ['early', 'IncompleteResponse', 'corrupted'],
    ['reset', 'ECONNRESET', 'transient'],
    ['silence', 'TimeoutError', 'slow'],
  ] as const)
    for (const call of ['createUpload', 'listParts', 'completeUpload', 'getAttributes'] as const) {
      const name = `upload-1/${call}`
      // The first upload is begun before.
      const occurrences = call === 'createUpload' ? ['false', 'true'] : 'true'
      const outcomes = { [`${name}/body-cut`]: occurrences, [`${name}/cut`]: cut }
      const failure = await on(bucketSdkClient, outcomes, async (net) => {
        const upload = await parts(net)
        if (call === 'getAttributes') await net.client.completeUpload(upload)
        const { uploadId } = upload
        const calls = {
          createUpload: () => net.client.createUpload(AT),
          listParts: () => net.client.listParts({ ...AT, uploadId }),
          completeUpload: () => net.client.completeUpload(upload),
          getAttributes: () => net.client.getAttributes(AT),
        }
        return resultOf(net, calls[call])
      })
      t.match(failure, { serviceCode, kind, mayHaveActed: true, requests: 0 }, `${call}, ${cut}`)
    }
})

t.test('memory that changes while its request is in flight is found', async (t) => {
  const latency = { 'upload-1/latency-ms': '20', 'upload-1/putObject/arrival-ms': '20' }
  for (const make of [atPort, bucketSdkClient])
    await t.rejects(
      on(make, latency, async (net) => {
        const bytes = bytesOfSize(48)
        net.world.scheduler.after(10, () => bytes.fill(0xdb))
        return net.client.putObject({ ...AT, ...bodyOf(bytes) })
      }),
      { message: /^part memory: / },
    )
})

t.test('a body that does not have its stated hash is found', async (t) => {
  await t.rejects(
    on(bucketSdkClient, {}, (net) =>
      net.client.putObject({ ...AT, bytes: BYTES, sha256: sha256Of(Buffer.from('other')) }),
    ),
    { message: /^part memory: .* does not match/ },
  )
})

t.test('a restore that is seen to run is not requested', async (t) => {
  const outcomes = { 'bucket/dir/a+b c.tar/restore-min': '90' }
  const running = on(bucketSdkClient, outcomes, async (net) => {
    await net.client.completeUpload(await parts(net, 'GLACIER'))
    await net.client.getAttributes(AT)
    await net.client.restoreObject({ ...AT, days: 1 })
    await net.client.headObject(AT)
    await net.client.restoreObject({ ...AT, days: 1 }).catch(() => undefined)
  })
  await t.rejects(running, /a restore is requested only if it is needed: .* which it has seen running/)
})

t.test('operations that the model does not have are refused', async (t) => {
  const calls: ((net: ListedBucket) => Promise<unknown>)[] = [
    ({ client }) => client.listObjects({ bucket: 'backups' }),
    ({ client }) => client.listUploads({ bucket: 'backups' }),
    ({ client }) => client.deleteObject(AT),
    ({ client }) => client.headBucket({ bucket: 'backups' }),
    ({ client }) => client.headObject({ ...AT, bucket: 'others' }),
  ]
  for (const call of calls) await t.rejects(on(bucketSdkClient, {}, call), { message: /^request form: / })
})
