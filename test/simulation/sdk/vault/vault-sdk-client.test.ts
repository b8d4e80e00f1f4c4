import t from 'tap'
import type { VaultClient } from '../../../../lib/client/vault-client.js'
import { simulatedClient } from '../../network/simulated-client.js'
import type { RunWorld } from '../../run/run-world.js'
import { ACCOUNT, OTHER_ACCOUNT, VAULT } from '../../service/accounts.js'
import {
  bodyOf,
  bytesOfSize,
  listedWorld,
  processIn,
  runIn,
  type ListedOutcomes,
} from '../../service/listed-world.js'
import { ServiceModel } from '../../service/service-model.js'
import { turn } from '../../world/scheduler.js'
import type { SimProcess } from '../../world/sim-process.js'
import { lastRecord, settledFacts } from '../http/call-results.js'
import { PART, PART_FAULTS } from '../http/part-faults.js'
import { prepareSdk, sdkClient } from './vault-sdk-client.js'

const AT = { vaultName: VAULT }
const BYTES = bytesOfSize(48)
const RANGE = { start: 0, end: 48 }

/** A client with all that it runs on. */
interface Net {
  readonly world: RunWorld
  readonly service: ServiceModel
  readonly process: SimProcess
  readonly client: VaultClient
}

type MakeClient = typeof simulatedClient

/** Runs a scenario on a network of which the listed outcomes are unusual. */
async function on<Result>(
  make: MakeClient,
  outcomes: ListedOutcomes,
  scenario: (net: Net) => Promise<Result>,
  accountId = ACCOUNT,
): Promise<Result> {
  const world = listedWorld(outcomes)
  const service = new ServiceModel(world)
  const process = processIn(world)
  const results: Result[] = []
  await runIn(world, async () => {
    results.push(await scenario({ world, service, process, client: make(process, service, accountId) }))
  })
  return results[0] as Result
}

/** Runs a scenario with the client at the port and with the client over the SDK. */
async function onBoth<Result>(
  outcomes: ListedOutcomes,
  scenario: (net: Net) => Promise<Result>,
): Promise<readonly [port: Result, sdk: Result]> {
  return [await on(simulatedClient, outcomes, scenario), await on(sdkClient, outcomes, scenario)]
}

/** The result of a call, as callers and invariants see it. */
async function resultOf({ process, service }: Net, call: () => Promise<unknown>): Promise<object> {
  const settled = await settledFacts(call)
  const seen = {
    requests: process.requests,
    record: lastRecord(service.history),
    archives: service.archives.size,
  }
  return { ...settled, ...seen }
}

/** Stores an archive by an upload, and gives each result on the way. */
async function everything({ client, process }: Net): Promise<unknown[]> {
  const { uploadId, location } = await client.initiateUpload({ ...AT, partSize: 32, description: 'a "text"' })
  const { treeHash } = bodyOf(BYTES)
  const sent: number[] = []
  const send = (start: number, end: number): Promise<unknown> =>
    client.uploadPart({
      ...AT,
      uploadId,
      range: { start, end },
      ...bodyOf(BYTES.subarray(start, end)),
      onSent: (bytes) => sent.push(bytes),
    })
  const parts = [await send(0, 32), await send(32, 48)]
  const lists = [await client.listParts({ ...AT, uploadId, limit: 1 }), await client.listUploads(AT)]
  const stored = await client.completeUpload({ ...AT, uploadId, size: 48, treeHash })
  const small = await client.uploadArchive({ ...AT, description: 'small', ...bodyOf(BYTES.subarray(0, 5)) })
  const range = { start: 16, end: 48 }
  const jobId = await client.startRetrieval({ ...AT, archiveId: stored.archiveId, range, tier: 'Bulk' })
  const begun = await client.describeJob({ ...AT, jobId })
  await process.runtime.clock.sleep(13 * 3_600_000, undefined)
  const described = [
    await client.describeJob({ ...AT, jobId }),
    await client.listJobs({ ...AT, completed: true }),
  ]
  const read = async (start: number, end: number): Promise<unknown[]> => {
    const output = await client.getJobOutput({ ...AT, jobId, range: { start, end }, outputSize: 32 })
    return [output.treeHash, Buffer.concat(await piecesOf(output.body))]
  }
  const outputs = [await read(0, 16), await read(5, 20), await read(0, 32)]
  await process.runtime.clock.sleep(26 * 3_600_000, undefined)
  const inventoryId = await client.startInventory({ ...AT, format: 'CSV', description: 'list' })
  await process.runtime.clock.sleep(13 * 3_600_000, undefined)
  const inventory = await client.describeJob({ ...AT, jobId: inventoryId })
  const vault = await client.describeVault(AT)
  await client.deleteArchive({ ...AT, archiveId: small.archiveId })
  const second = await client.initiateUpload({ ...AT, partSize: 16 })
  await client.abortUpload({ ...AT, uploadId: second.uploadId })
  return [location, sent, parts, lists, stored, small, begun, described, outputs, inventory, vault, second]
}

async function piecesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return pieces
}

async function openUpload({ client }: Net): Promise<string> {
  return (await client.initiateUpload({ ...AT, partSize: 64 })).uploadId
}

t.before(prepareSdk)

t.test('without faults, each operation gives the same over the SDK as at the port', async (t) => {
  const [port, sdk] = await onBoth({}, async (net) => {
    const results = await everything(net)
    return [...results, net.service.history.records, net.process.requests, net.process.sleeping]
  })
  t.strictSame(sdk, port)
})

t.test('a request of which no event is waited for takes one turn of the event loop', async (t) => {
  const world = listedWorld()
  const client = sdkClient(processIn(world), new ServiceModel(world), ACCOUNT)
  let settled = 0
  for (let call = 1; call <= 3; call++) {
    void client.describeVault(AT).then(() => settled++)
    await turn()
    t.equal(settled, call)
  }
})

for (const outcomes of PART_FAULTS)
  t.test(`a part has the same error with ${Object.entries(outcomes).join(' and ')}`, async (t) => {
    const [port, sdk] = await onBoth(outcomes, async (net) => {
      const uploadId = await openUpload(net)
      const part = { ...AT, uploadId, range: RANGE, ...bodyOf(BYTES) }
      const first = await resultOf(net, () => net.client.uploadPart(part))
      await net.client.refreshCredentials?.()
      return [first, await resultOf(net, () => net.client.uploadPart(part)), net.world.scheduler.nowMs]
    })
    t.strictSame(sdk, port)
  })

t.test('what the service refuses has the same error', async (t) => {
  const [port, sdk] = await onBoth({}, async (net) => {
    const { client } = net
    const uploadId = await openUpload(net)
    const { treeHash } = bodyOf(BYTES)
    return [
      await resultOf(net, () => client.listParts({ ...AT, uploadId: 'none' })),
      await resultOf(net, () => client.completeUpload({ ...AT, uploadId, size: 48, treeHash })),
      await resultOf(net, () => client.startRetrieval({ ...AT, archiveId: '-none' })),
      await resultOf(net, () => client.describeJob({ ...AT, jobId: 'none' })),
      await resultOf(net, () => client.startInventory({ ...AT, format: 'JSON' })),
      await resultOf(net, () => client.describeVault({ vaultName: 'none' })),
      await resultOf(net, () => client.listJobs({ ...AT, accountId: OTHER_ACCOUNT })),
    ]
  })
  t.strictSame(sdk, port)
})

const OUTPUT = 'upload-1/jobOutput'
const OUTPUT_FAULTS: readonly ListedOutcomes[] = [
  { [`${OUTPUT}/pieces`]: '3' },
  { [`${OUTPUT}/body-cut`]: 'true' },
  { [`${OUTPUT}/body-cut`]: 'true', [`${OUTPUT}/pieces`]: '2', [`${OUTPUT}/cut`]: 'reset' },
  { [`${OUTPUT}/body-damaged`]: 'true', [`${OUTPUT}/damaged-byte`]: '3' },
  { [`${OUTPUT}/not-a-range`]: 'true' },
  { [`${OUTPUT}/response-late`]: 'true' },
  { [`${OUTPUT}/server-error`]: 'true' },
  { [`${OUTPUT}/middlebox-page`]: 'true', [`${OUTPUT}/status`]: '200' },
]

/** Stores an archive and retrieves it, until its job has an output. */
async function output({ client, process }: Net): Promise<string> {
  const { archiveId } = await client.uploadArchive({ ...AT, ...bodyOf(BYTES) })
  const jobId = await client.startRetrieval({ ...AT, archiveId })
  await process.runtime.clock.sleep(6 * 3_600_000, undefined)
  return jobId
}

for (const outcomes of OUTPUT_FAULTS)
  t.test(
    `an output has the same bytes or error with ${Object.entries(outcomes).join(' and ')}`,
    async (t) => {
      const [port, sdk] = await onBoth(outcomes, async (net) => {
        const jobId = await output(net)
        const bytes: Uint8Array[] = []
        const read = async (): Promise<void> => {
          const { body } = await net.client.getJobOutput({ ...AT, jobId, range: { start: 0, end: 32 } })
          for await (const piece of body) bytes.push(piece)
        }
        return [await resultOf(net, read), Buffer.concat(bytes)]
      })
      t.strictSame(sdk, port)
    },
  )

t.test('HTTP has faults of its own', async (t) => {
  const failure = async (outcomes: ListedOutcomes, call: (net: Net) => Promise<unknown>): Promise<object> =>
    on(sdkClient, outcomes, (net) => resultOf(net, () => call(net)))
  const readOutput = async (net: Net): Promise<unknown> => {
    const request = { ...AT, jobId: await output(net), range: { start: 16, end: 32 }, outputSize: 48 }
    return piecesOf((await net.client.getJobOutput(request)).body)
  }
  const part = async (net: Net): Promise<unknown> =>
    net.client.uploadPart({ ...AT, uploadId: await openUpload(net), range: RANGE, ...bodyOf(BYTES) })
  const foreign = { name: 'ServiceError', serviceCode: 'UnexpectedResponse', kind: 'corrupted', requests: 0 }
  t.match(
    await failure({ [`${OUTPUT}/not-a-range`]: 'true', [`${OUTPUT}/instead`]: '206' }, readOutput),
    { ...foreign, status: 206 },
    'another range',
  )
  t.match(
    await failure({ [`${PART}/middlebox-page`]: 'true', [`${PART}/status`]: '302' }, part),
    { ...foreign, status: 302 },
    'a redirect',
  )
  t.match(
    await failure({ [`${PART}/early-response`]: 'true', [`${PART}/early`]: 'page' }, part),
    { ...foreign, status: 403 },
    'a page before the body is read',
  )
  t.match(
    await failure({ [`${OUTPUT}/body-cut`]: 'true', [`${OUTPUT}/cut`]: 'silence' }, readOutput),
    { name: 'ConnectionError', serviceCode: 'TimeoutError', kind: 'slow', requests: 0 },
    'an output that stops',
  )
})

t.test(
  'an upload and a retrieval end at their signal, and the request may arrive all the same',
  async (t) => {
    const late = { [`${PART}/response-late`]: 'true' }
    const [port, sdk] = await onBoth(late, async (net) => {
      const uploadId = await openUpload(net)
      const aborting = new AbortController()
      net.world.scheduler.after(1000, () => {
        aborting.abort(new Error('enough'))
      })
      const { signal } = aborting
      const part = { ...AT, uploadId, range: RANGE, ...bodyOf(BYTES), signal }
      const aborted = await resultOf(net, () => net.client.uploadPart(part))
      return [aborted, (await net.client.listParts({ ...AT, uploadId })).items, net.process.sleeping]
    })
    t.strictSame(sdk, port)
  },
)

t.test('memory that changes while its request is in flight is found', async (t) => {
  const latency = { 'upload-1/latency-ms': '20', [`${PART}/arrival-ms`]: '20' }
  for (const make of [simulatedClient, sdkClient])
    await t.rejects(
      on(make, latency, async (net) => {
        const uploadId = await openUpload(net)
        const bytes = bytesOfSize(48)
        net.world.scheduler.after(10, () => bytes.fill(0xdb))
        return net.client.uploadPart({ ...AT, uploadId, range: RANGE, ...bodyOf(bytes) })
      }),
      { message: /^part memory: / },
    )
})

t.test('a list that is cut is worth a few more attempts', async (t) => {
  const name = 'upload-1/listParts'
  for (const [cut, serviceCode, kind] of [
    ['early', 'IncompleteResponse', 'corrupted'],
    ['reset', 'ECONNRESET', 'transient'],
    ['silence', 'TimeoutError', 'slow'],
  ] as const) {
    const outcomes = { [`${name}/body-cut`]: 'true', [`${name}/cut`]: cut }
    const failure = await on(sdkClient, outcomes, async (net) => {
      const uploadId = await openUpload(net)
      return resultOf(net, () => net.client.listParts({ ...AT, uploadId }))
    })
    t.match(failure, { serviceCode, kind, mayHaveActed: true, requests: 0 }, cut)
  }
})
