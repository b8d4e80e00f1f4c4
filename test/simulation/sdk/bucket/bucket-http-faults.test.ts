import t from 'tap'
import { sha256Of } from '../../bucket/bucket-content.js'
import { atPort, type ListedBucket } from '../../bucket/listed-bucket.js'
import { passing } from '../../scenario/passing.js'
import { bytesOfSize, type ListedOutcomes } from '../../service/listed-world.js'
import { PART, PART_FAULTS } from '../http/part-faults.js'
import { bucketSdkClient, prepareBucketSdk } from './bucket-sdk-client.js'
import { AT, bodyOf, BYTES, on, onEach, parts, read, resultOf } from './port-and-sdk.js'

const HOUR_MS = 3_600_000

t.before(prepareBucketSdk)

/** The service holds the part until a newer one has arrived: only a bucket does so. */
const FAULTS: readonly ListedOutcomes[] = [...PART_FAULTS, { [`${PART}/part-late`]: 'true' }]

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
