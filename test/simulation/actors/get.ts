/** `get`: retrieves a stream, to a consumer or to a file, with the real parts of the engine. */
import { ArchiveReader, type RetrievalContext } from '../../../lib/retrieve/archive-reader.js'
import { ArchiveDownload } from '../../../lib/retrieve/file/archive-download.js'
import { planRetrieval, type RetrievalPlanOptions } from '../../../lib/retrieve/retrieval-plan.js'
import { vaultStore } from '../../../lib/vault/vault-store.js'
import { hasherOn } from '../disk/file-hasher.js'
import { accountOf, VAULT } from '../service/accounts.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import { checkVerified } from '../invariants/ranges-are-verified.js'
import { consume } from './consumer.js'
import { OUTPUT, type Environment } from './environment.js'
import type { StoredStream } from './ledger.js'
import { maybeThrow } from './listeners.js'

const TIERS = ['Standard', 'Expedited', 'Bulk'] as const

/** Retrieves a stream, or a range of it, and consumes it. */
export async function getStream(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  const { bytes } = stored.content
  const range = drawRange(process, bytes.length)
  const options = { ...drawPlan(process, stored, range === undefined), range }
  const reader = new ArchiveReader(contextOf(env, process, signal, options))
  let ranges = 0
  reader.on('range', () => {
    checkVerified(env, process, ++ranges)
    maybeThrow(process, 'range')
  })
  reader.on('ready', () => {
    maybeThrow(process, 'ready')
  })
  reader.on('progress', () => {
    checkRequests(process, reader)
  })
  await consume(process, reader, range ? bytes.subarray(range.start, range.end) : bytes)
  env.world.reached('stream retrieved')
}

/** Retrieves a stream into a file. */
export async function getFile(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  const { archives, content } = stored
  const archiveIds = archives.map(({ archiveId }) => archiveId)
  const path = `${OUTPUT}/${archiveIds.join('+')}`
  env.ledger.files.push({ path, bytes: content.bytes, stored })
  const options = drawPlan(process, stored, true)
  const download = new ArchiveDownload(() => ({
    ...contextOf(env, process, signal, options),
    lockRuntime: process.runtime,
    file: path,
    content: { vaultName: VAULT, archiveIds },
    rangeOptions: options,
    makeHasher: () => hasherOn(process.runtime.files, LIMITS.leafSize),
  }))
  let ranges = 0
  download.on('range', () => {
    checkVerified(env, process, ++ranges)
  })
  download.on('held', () => {
    env.world.reached('file resumed')
  })
  await download
  if (!env.disk.exists(path))
    env.world.fail('a retrieved file has its name', `${process.name} has not made ${path}`)
  env.world.reached('file retrieved')
}

function contextOf(
  env: Environment,
  process: SimProcess,
  signal: AbortSignal,
  options: RetrievalPlanOptions,
): RetrievalContext {
  const { runtime, name, world } = process
  const client = env.clientOf(process, env.service, accountOf(process))
  const store = vaultStore(client, { vaultName: VAULT }, LIMITS)
  return {
    store,
    plan: planRetrieval(options, store),
    runtime,
    retryFor: world.choices.pick(`${name}/retry-min`, [360, 0, 1, 60], 0.3) * 60_000,
    signal,
  }
}

/** @param isWhole - whether all of the stream is retrieved: then nothing else need be known than the IDs */
function drawPlan(
  { world, name }: SimProcess,
  { archives }: StoredStream,
  isWhole: boolean,
): RetrievalPlanOptions {
  const { choices } = world
  const rangeSize = choices.pick(`${name}/range-size`, [16, 32, 64], 0.5)
  const isKnown = !choices.happens(`${name}/knows-ids-only`, isWhole ? 0.2 : 0)
  return {
    archiveId: archives.map(({ archiveId }) => archiveId),
    archiveSizes: isKnown ? archives.map(({ size }) => size) : undefined,
    archiveHashes: isKnown ? archives.map(({ hash: treeHash }) => treeHash) : undefined,
    rangeSize,
    memory: rangeSize * choices.pick(`${name}/memory-ranges`, [6, 4, 9], 0.5),
    concurrency: choices.pick(`${name}/concurrency`, [8, 1, 2], 0.3),
    tier: choices.pick(`${name}/tier`, TIERS, 0.3),
  }
}

/** A range of the stream, or `undefined` for all of it. */
function drawRange({ world, name }: SimProcess, size: number): { start: number; end: number } | undefined {
  const { choices } = world
  if (!choices.happens(`${name}/gets-range`, 0.2)) return undefined
  const start = choices.between(`${name}/range-start`, 0, size - 1)
  return { start, end: start + choices.between(`${name}/range-length`, size - start, 1) }
}

function checkRequests({ requests, name, world }: SimProcess, { plan }: ArchiveReader): void {
  // Besides the ranges, a job may be described or started ahead.
  if (requests > plan.concurrency + 1)
    world.fail('requests stay within the concurrency', `${name} makes ${requests} requests at once`)
}
