import t from 'tap'
import {
  AbortError,
  ConnectionError,
  CredentialsError,
  NotFoundError,
  ServiceError,
} from '../../../lib/errors.js'
import type { VaultClient } from '../../../lib/client/vault-client.js'
import { failureKindOf, mayHaveActed } from '../../../lib/store/failure.js'
import type { RunWorld } from '../run/run-world.js'
import { ACCOUNT, OTHER_ACCOUNT, VAULT } from '../service/accounts.js'
import {
  bodyOf,
  bytesOfSize,
  listedWorld,
  processIn,
  runIn,
  type ListedOutcomes,
} from '../service/listed-world.js'
import { ServiceModel } from '../service/service-model.js'
import { START_MS } from '../world/scheduler.js'
import type { SimProcess } from '../world/sim-process.js'
import { simulatedClient } from './simulated-client.js'

const BYTES = bytesOfSize(32)
const AT = { vaultName: VAULT }
const RANGE = { start: 0, end: 32 }

interface Net {
  readonly world: RunWorld
  readonly service: ServiceModel
  readonly process: SimProcess
  readonly client: VaultClient
}

/** Runs a scenario on a network of which the listed outcomes are unusual. */
async function on(outcomes: ListedOutcomes, scenario: (net: Net) => Promise<void>): Promise<void> {
  const world = listedWorld(outcomes)
  const service = new ServiceModel(world)
  const process = processIn(world)
  await runIn(world, () =>
    scenario({ world, service, process, client: simulatedClient(process, service, ACCOUNT) }),
  )
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ServiceError) return error
  throw new Error('The call did not fail with a ServiceError.', { cause: error })
}

const sendPart = (client: VaultClient, uploadId: string, bytes: Uint8Array = BYTES): Promise<unknown> =>
  client.uploadPart({ ...AT, uploadId, range: RANGE, ...bodyOf(bytes) })

t.test('without faults, an archive is uploaded and retrieved', async (t) => {
  await on({}, async ({ client, process, service, world }) => {
    const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32, description: 'a text' })
    let sent = 0
    const body = { ...bodyOf(BYTES), onSent: (bytes: number) => void (sent += bytes) }
    const treeHash = await client.uploadPart({ ...AT, uploadId, range: RANGE, ...body })
    t.strictSame([treeHash, sent], [body.treeHash, 32])
    const { archiveId } = await client.completeUpload({ ...AT, uploadId, size: 32, treeHash: body.treeHash })
    const jobId = await client.startRetrieval({ ...AT, archiveId })
    t.match(await client.describeJob({ ...AT, jobId }), { status: 'InProgress', completionDate: undefined })
    await process.runtime.clock.sleep(60_000, undefined)
    const { body: output } = await client.getJobOutput({ ...AT, jobId, range: RANGE })
    t.equal(process.requests, 1, 'an output is in flight until it is read')
    const pieces: Uint8Array[] = []
    for await (const piece of output) pieces.push(piece)
    t.strictSame([Buffer.concat(pieces), process.requests], [BYTES, 0])
    t.match((await client.listJobs({ ...AT })).date, '2026-01-01T00:01:00.000Z')
    t.strictSame(
      service.history.records.map(({ operation, outcome, responded, result }) => [
        operation,
        outcome,
        responded,
        result,
      ]),
      [
        'initiateUpload',
        'uploadPart',
        'completeUpload',
        'startRetrieval',
        'describeJob',
        'jobOutput',
        'listJobs',
      ].map((operation) => [operation, 'accepted', true, 'success']),
    )
    t.equal(world.faults.counts.size, 0)
  })
})

const P = 'upload-1/uploadPart'
const FAILURES: readonly {
  readonly fault: string
  readonly more?: ListedOutcomes
  readonly failure: string
  readonly kind: string
  readonly mayHaveActed: boolean
  readonly isStored: boolean
}[] = [
  {
    fault: 'throttled',
    failure: 'ThrottlingException 400',
    kind: 'throttled',
    mayHaveActed: false,
    isStored: false,
  },
  {
    ...{ fault: 'server-error', failure: 'ServiceUnavailableException 500', kind: 'transient' },
    ...{ mayHaveActed: true, isStored: false },
  },
  {
    ...{ fault: 'server-error-after', more: { [`${P}/status`]: '503' }, failure: 'HTTP 503 503' },
    ...{ kind: 'transient', mayHaveActed: true, isStored: true },
  },
  {
    ...{ fault: 'request-lost', failure: 'ECONNRESET undefined', kind: 'transient' },
    ...{ mayHaveActed: true, isStored: false },
  },
  {
    ...{
      fault: 'request-lost',
      more: { [`${P}/lost-by`]: 'ECONNREFUSED' },
      failure: 'ECONNREFUSED undefined',
    },
    ...{ kind: 'transient', mayHaveActed: false, isStored: false },
  },
  {
    ...{ fault: 'response-lost', more: { [`${P}/lost-by`]: 'silence' }, failure: 'TimeoutError undefined' },
    ...{ kind: 'slow', mayHaveActed: true, isStored: true },
  },
  {
    ...{ fault: 'middlebox-page', more: { [`${P}/status`]: '200', [`${P}/forwarded`]: 'true' } },
    ...{ failure: 'UnexpectedResponse 200', kind: 'corrupted', mayHaveActed: true, isStored: true },
  },
  {
    ...{ fault: 'slow-request', more: { [`${P}/408`]: 'without-body' }, failure: 'HTTP 408 408' },
    ...{ kind: 'slow', mayHaveActed: false, isStored: false },
  },
  {
    ...{ fault: 'early-response', failure: 'ThrottlingException 400', kind: 'throttled' },
    ...{ mayHaveActed: false, isStored: false },
  },
  {
    ...{ fault: 'body-damaged', failure: 'InvalidSignatureException 403', kind: 'corrupted' },
    ...{ mayHaveActed: false, isStored: false },
  },
]

t.test(
  'each fault of a request has the error of the SDK adapter, and its effect at the service',
  async (t) => {
    for (const { fault, more, failure, isStored, ...meaning } of FAILURES)
      await on({ [`${P}/${fault}`]: 'true', ...more }, async ({ client, service, world, process }) => {
        const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32 })
        const error = await failureOf(sendPart(client, uploadId))
        t.equal(`${error.serviceCode} ${error.status}`, failure, fault)
        t.strictSame({ kind: failureKindOf(error), mayHaveActed: mayHaveActed(error) }, meaning, fault)
        t.equal(service.uploads.get(uploadId)?.parts.size, isStored ? 1 : 0, fault)
        t.strictSame([...world.faults.counts.keys()], [fault])
        t.strictSame(service.history.records.at(-1)?.faults, [fault])
        t.equal(process.requests, 0)
      })
  },
)

t.test(
  'a late request is carried out after the client has given it up, also of a process that is killed',
  async (t) => {
    const outcomes = { [`${P}/request-late`]: 'true', [`${P}/lost-by`]: 'silence', [`${P}/late-min`]: '7' }
    for (const isKilled of [false, true])
      await on(outcomes, async ({ client, service, world, process }) => {
        const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32 })
        const bytes = Buffer.from(BYTES)
        const call = failureOf(sendPart(client, uploadId, bytes))
        world.scheduler.after(1, () => {
          if (isKilled) process.kill()
        })
        if (!isKilled) t.type(await call, ConnectionError)
        else await new Promise<void>((resolve) => world.scheduler.after(2, resolve))
        bytes.fill(0) // its memory is free now
        await new Promise<void>((resolve) => world.scheduler.after(13 * 60_000, resolve))
        const record = service.history.records.at(-1)
        t.equal(record?.carriedOutMs, START_MS + 12 * 60_000)
        t.equal(record?.result, isKilled ? undefined : 'TimeoutError')
        t.strictSame(service.uploads.get(uploadId)?.parts.get(0)?.bytes, new Uint8Array(BYTES))
        t.equal(world.faults.counts.get('request-late'), 1)
      })
  },
)

t.test('a late response comes minutes later, and a signal ends the wait for it', async (t) => {
  const name = 'upload-1/listParts/response-late'
  await on({ [name]: ['true', 'true'] }, async ({ client, world, service, process }) => {
    const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32 })
    await client.listParts({ ...AT, uploadId })
    t.equal(world.scheduler.nowMs, START_MS + 60_000)
    const stop = new AbortController()
    const call = client.listParts({ ...AT, uploadId, signal: stop.signal })
    world.scheduler.after(1_000, () => {
      stop.abort()
    })
    await t.rejects(call, AbortError)
    t.equal(world.scheduler.nowMs, START_MS + 61_000)
    t.match(service.history.records.at(-1), { outcome: 'accepted', responded: false, result: 'ABORT_ERR' })
    await t.rejects(client.listParts({ ...AT, uploadId, signal: stop.signal }), AbortError)
    t.equal(service.history.records.length, 3, 'a signal that has fired lets no request out')
    t.equal(process.requests, 0)
  })
})

t.test('bytes that change while a request is in flight, or before it, break an invariant', async (t) => {
  const latency = { 'upload-1/latency-ms': '20', [`${P}/arrival-ms`]: '9', [`${P}/response-ms`]: '9' }
  const change = on(latency, async ({ client, world }) => {
    const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32 })
    const bytes = Buffer.from(BYTES)
    world.scheduler.after(5, () => bytes.fill(0))
    await sendPart(client, uploadId, bytes)
  })
  await t.rejects(change, { message: /^part memory: upload-1 changed/ })
  const released = on({}, async ({ client }) => {
    const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32 })
    const body = { ...bodyOf(BYTES), bytes: Buffer.alloc(32) }
    await failureOf(client.uploadPart({ ...AT, uploadId, range: RANGE, ...body }))
  })
  await t.rejects(released, { message: /^part memory: upload-1 sent/ })
})

t.test('expired credentials are refused until they are refreshed', async (t) => {
  const outcomes = {
    'upload-1/listUploads/credentials-expired': 'true',
    'upload-1/credentials-unavailable': 'true',
  }
  await on(outcomes, async ({ client, world }) => {
    const expired = await failureOf(client.listUploads(AT))
    t.match(expired, { reason: 'credentials-expired', status: 403 })
    t.type(expired, CredentialsError)
    t.match(await failureOf(Promise.resolve(client.refreshCredentials?.())), {
      reason: 'credentials-unavailable',
    })
    t.equal((await failureOf(client.listUploads(AT))).reason, 'credentials-expired')
    await client.refreshCredentials?.()
    t.strictSame((await client.listUploads(AT)).items, [])
    t.equal(world.faults.counts.get('credentials-expired'), 3)
  })
})

t.test(
  'a request to another account is denied, and one with credentials of another finds nothing',
  async (t) => {
    await on({ 'service/other-vault': 'true' }, async ({ client, process, service, world }) => {
      t.equal(
        (await failureOf(client.listUploads({ ...AT, accountId: OTHER_ACCOUNT }))).code,
        'ERR_ACCESS_DENIED',
      )
      const { uploadId } = await client.initiateUpload({ ...AT, partSize: 32, accountId: ACCOUNT })
      const other = simulatedClient(process, service, OTHER_ACCOUNT)
      const error = await failureOf(other.listParts({ ...AT, uploadId }))
      t.match(error, { reason: 'upload-not-found', status: 404 })
      t.type(error, NotFoundError)
      t.equal(world.faults.counts.get('other-account'), 2)
    })
  },
)

t.test('an output is damaged, cut, or of another range by choice', async (t) => {
  const name = 'upload-1/jobOutput'
  const outcomes = {
    [`${name}/body-damaged`]: 'true',
    [`${name}/body-cut`]: ['true', 'true'],
    [`${name}/cut`]: ['early', 'reset'],
    [`${name}/not-a-range`]: ['true'],
    [`${name}/pieces`]: ['1', '2'],
  }
  await on(outcomes, async ({ client, process, world }) => {
    const { archiveId } = await client.uploadArchive({ ...AT, ...bodyOf(BYTES) })
    const jobId = await client.startRetrieval({ ...AT, archiveId })
    await process.runtime.clock.sleep(60_000, undefined)
    const read = async (range = RANGE): Promise<{ readonly bytes: Buffer; readonly error: unknown }> => {
      const pieces: Uint8Array[] = []
      try {
        for await (const piece of (await client.getJobOutput({ ...AT, jobId, range })).body)
          pieces.push(piece)
        return { bytes: Buffer.concat(pieces), error: undefined }
      } catch (error) {
        return { bytes: Buffer.concat(pieces), error }
      }
    }
    const damaged = await read()
    t.strictSame([damaged.bytes.length, damaged.bytes.equals(BYTES)], [32, false])
    const early = await read()
    t.strictSame([early.bytes, early.error], [BYTES.subarray(0, 24), undefined])
    t.match(await read(), { bytes: BYTES.subarray(0, 16), error: { serviceCode: 'ECONNRESET' } })
    t.match((await read({ start: 0, end: 16 })).error, { serviceCode: 'UnexpectedResponse', status: 200 })
    t.strictSame(await read(), { bytes: BYTES, error: undefined })
    t.equal(process.requests, 0)
    t.strictSame(Object.fromEntries(world.faults.counts), {
      'body-damaged': 1,
      'body-cut': 2,
      'not-a-range': 1,
    })
  })
})

t.test('an output that is read too slowly, or whose signal fires, ends with an error', async (t) => {
  await on({}, async ({ client, process }) => {
    const { archiveId } = await client.uploadArchive({ ...AT, ...bodyOf(BYTES) })
    const jobId = await client.startRetrieval({ ...AT, archiveId })
    await process.runtime.clock.sleep(60_000, undefined)
    const stop = new AbortController()
    const request = { ...AT, jobId, range: RANGE, signal: stop.signal }
    const slow = (await client.getJobOutput(request)).body[Symbol.asyncIterator]()
    await process.runtime.clock.sleep(300_000, undefined)
    t.equal((await failureOf(slow.next())).serviceCode, 'TimeoutError')
    const stopped = (await client.getJobOutput(request)).body[Symbol.asyncIterator]()
    stop.abort()
    await t.rejects(stopped.next(), AbortError)
    t.equal(process.requests, 0)
  })
})
