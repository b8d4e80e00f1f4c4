/**
 * The end of a run with a bucket, without faults: streams are resumed until they are stored, or are refused because an object
 * exists. What is stored is retrieved again, and files that were begun are completed.
 */
import {
  AccessDeniedError,
  ServiceError,
  UnverifiableError,
  type ServiceErrorReason,
} from '../../../lib/errors.js'
import { drawChanged } from '../actors/content.js'
import type { BucketEnvironment } from '../actors/environment.js'
import { getObjectFile, getObjectStream, keyOf } from '../actors/get-object.js'
import { launch, type Outcome } from '../actors/launch.js'
import type { StoredStream } from '../actors/ledger.js'
import { putObject } from '../actors/put-object.js'
import { compositeOfBytes, compositeText, type SimObject } from '../bucket/bucket-content.js'
import type { Host } from '../world/host.js'
import type { KeyStream } from './bucket-rounds.js'
import { changeFile } from './change-file.js'

/** The runs after which a stream must be stored, and a file complete. */
const MAX_RUNS = 3
/** The reasons for which a stream is not resumed whose stored volume was replaced or deleted. */
const LOST_VOLUME = ['object-changed', 'object-not-found'] as const

/** Resumes a stream until it is stored, or is refused: an object exists, or a stored volume is not there any more. */
export async function finishStream(env: BucketEnvironment, { key, content }: KeyStream): Promise<void> {
  const { world, ledger } = env
  const { choices } = world
  const name = `final-${key}`
  const drawn = choices.happens(`${name}/changed`, 0.2) ? drawChanged(world, name, content) : content
  const source = drawn.bytes.length > 0 ? drawn : { name, bytes: Buffer.of(1) }
  const host = drawHost(env, name)
  const overwrite = choices.happens(`${name}/overwrite`, 0.5)
  const before = ledger.stored.length
  let last: Outcome<unknown> | undefined
  for (let run = 1; run <= MAX_RUNS && ledger.stored.length === before; run++)
    last = await launch(env, `${name}-${run}`, host, (process, signal) =>
      putObject(env, process, signal, { key, content: source, resume: true, overwrite }),
    )
  if (ledger.stored.length > before) return
  const refusals = overwrite ? LOST_VOLUME : [...LOST_VOLUME, 'exists' as const]
  if (last?.state === 'failed' && refusals.some((reason) => hasReason(last.error, reason))) {
    world.reached('refused by an object')
    return
  }
  world.fail('three runs succeed when faults have ceased', `${name}: ${failureOf(last)}`)
}

/** Retrieves the last success of a stream. If its objects are not there any more, the retrieval may fail. */
export async function finishRetrieval(env: BucketEnvironment, { key }: KeyStream): Promise<void> {
  const { world, ledger } = env
  const stored = ledger.stored.findLast(({ streamName }) => streamName === key)
  if (!stored) return
  const name = `final-${key}`
  const command = world.choices.pick(`${name}/command`, ['get', 'get-file'])
  const actor = command === 'get' ? getObjectStream : getObjectFile
  const host = drawHost(env, `${name}/get`)
  // A file may have bytes of objects that were at the keys before: the run that finds them discards them.
  const maxRuns = command === 'get' ? 1 : MAX_RUNS
  let got: Outcome<unknown> | undefined
  for (let run = 1; run <= maxRuns && got?.state !== 'succeeded'; run++)
    got = await launch(env, `${name}-${command}-${run}`, host, (process, signal) =>
      actor(env, process, signal, stored),
    )
  if (got?.state !== 'failed' || !isThere(env, stored) || isExcused(env, got.error)) return
  world.fail('a stored stream is retrieved when faults have ceased', `${name}: ${failureOf(got)}`)
}

/** Completes the files that were begun, also if their bytes have changed since. */
export async function finishFiles(env: BucketEnvironment): Promise<void> {
  const { world, disk, ledger } = env
  const files = new Map(ledger.files.map((file) => [file.path, file]))
  for (const [path, { stored }] of files) {
    if (disk.exists(path) || !isThere(env, stored)) continue
    const name = `final-file-${stored.process}`
    if (world.choices.happens(`${name}/changed`, 0.3)) changeFile(env, `${path}.partial`)
    const host = drawHost(env, name)
    let got: Outcome<unknown> | undefined
    for (let run = 1; run <= MAX_RUNS && !disk.exists(path); run++)
      got = await launch(env, `${name}-${run}`, host, (process, signal) =>
        getObjectFile(env, process, signal, stored),
      )
    if (got?.state === 'failed' && !isExcused(env, got.error))
      world.fail('a file that was begun is completed when faults have ceased', `${name}: ${failureOf(got)}`)
  }
}

function drawHost({ world, hosts }: BucketEnvironment, name: string): Host {
  return hosts[world.choices.pick(`${name}/host`, [0, 1], 0.2)] as Host
}

/** Whether the objects of a stream are at their keys, as they were reported. */
function isThere({ service }: BucketEnvironment, { archives, content }: StoredStream): boolean {
  let at = 0
  return archives.every(({ archiveId, size, hash }) => {
    const object = service.objectAt(keyOf(archiveId))
    const bytes = content.bytes.subarray(at, at + size)
    at += size
    return object !== undefined && compositeOf(object) === hash && bytes.equals(object.bytes)
  })
}

function compositeOf({ hash, bytes }: SimObject): string {
  return hash.parts === undefined ? compositeOfBytes(bytes, bytes.length) : compositeText(hash)
}

/** Whether a bucket does not let objects be looked at, or states no hashes to verify them. */
function isExcused({ service }: BucketEnvironment, error: unknown): boolean {
  const { checksums, head } = service.properties
  return (
    (error instanceof UnverifiableError && checksums !== 'all') ||
    (error instanceof AccessDeniedError && head === 'denied')
  )
}

/** Whether an error, or its cause, has a reason. */
function hasReason(error: unknown, reason: ServiceErrorReason): boolean {
  if (!(error instanceof Error)) return false
  return (error instanceof ServiceError && error.reason === reason) || hasReason(error.cause, reason)
}

function failureOf(outcome: Outcome<unknown> | undefined): string | undefined {
  return outcome?.state === 'failed' ? (outcome.error as Error).message : outcome?.state
}
