/** The end of a run, without faults: uploads are resumed until they are stored, and retrieved again. */
import { JobFailedError } from '../../../lib/errors.js'
import { HashMismatchError } from '../../../lib/errors.js'
import { drawChanged, type Content } from '../actors/content.js'
import { CATALOG, type Environment } from '../actors/environment.js'
import { getFile, getStream } from '../actors/get.js'
import { launch, type Outcome } from '../actors/launch.js'
import { put } from '../actors/put.js'
import { rebuildCatalog } from '../actors/rebuild.js'
import { ACCOUNT } from '../service/accounts.js'
import type { Host } from '../world/host.js'
import { changeFile } from './change-file.js'
import { passing } from './passing.js'
import type { Stream } from './streams.js'

/** The runs after which a stream must be stored, and a file complete. */
const MAX_RUNS = 3
/** Longer than the heartbeat of a lock may be silent. */
const PAUSE_MS = 3_600_000
/** Longer than it takes until an inventory has all archives. */
const INVENTORY_MS = 49 * 3_600_000

/** Stores each stream, and retrieves it. */
export async function finish(env: Environment, streams: readonly Stream[]): Promise<void> {
  await passing(env.world, PAUSE_MS)
  for (const stream of streams) await finishStream(env, stream)
  await finishFiles(env)
  if (env.world.choices.happens('final-rebuild', 0.1)) await finishCatalog(env)
}

/** Loses the catalog, and rebuilds it. */
async function finishCatalog(env: Environment): Promise<void> {
  const { world, hosts, disk, ledger } = env
  ledger.lostCatalogs.push(disk.bytesOf(CATALOG)?.toString() ?? '')
  disk.replaceFile(CATALOG, undefined)
  await passing(world, INVENTORY_MS)
  const outcome = await launch(env, 'final-rebuild', hosts[0] as Host, (process, signal) =>
    rebuildCatalog(env, process, signal),
  )
  if (outcome.state === 'failed')
    world.fail('a lost catalog is rebuilt when faults have ceased', (outcome.error as Error).message)
}

async function finishStream(env: Environment, stream: Stream): Promise<void> {
  const { world, hosts, ledger } = env
  const { id, streamName } = stream
  const name = `final-${id}`
  const content = finalContent(env, name, stream)
  const host = hosts[world.choices.pick(`${name}/host`, [0, 1], 0.2)] as Host
  const before = ledger.stored.length
  let last: Outcome<unknown> | undefined
  for (let run = 1; run <= MAX_RUNS && ledger.stored.length === before; run++)
    last = await launch(env, `${name}-${run}`, host, (process, signal) =>
      put(env, process, signal, { streamName, content, resume: true }),
    )
  const stored = ledger.stored.at(-1)
  if (ledger.stored.length === before || !stored) {
    const reason = last?.state === 'failed' ? (last.error as Error).message : last?.state
    world.fail('three runs succeed when faults have ceased', `${name}: ${reason}`)
    return
  }
  const command = world.choices.pick(`${name}/command`, ['get', 'get-file'])
  const actor = command === 'get' ? getStream : getFile
  const retrieve = (run: string): Promise<Outcome<unknown>> =>
    launch(env, run, host, (process, signal) => actor(env, process, signal, stored))
  let got = await retrieve(`${name}-${command}`)
  // A job that was started while faults happened may fail later: the next run starts another.
  if (got.state === 'failed' && got.error instanceof JobFailedError)
    got = await retrieve(`${name}-${command}-2`)
  if (got.state === 'failed')
    world.fail(
      'a stored stream is retrieved when faults have ceased',
      `${name}: ${(got.error as Error).message}`,
    )
}

/** Completes the files that were begun, also if their bytes have changed since. */
async function finishFiles(env: Environment): Promise<void> {
  const { world, hosts, disk, ledger } = env
  const files = new Map(ledger.files.map((file) => [file.path, file]))
  for (const [path, { stored }] of files) {
    if (disk.exists(path) || !stored.archives.every(({ archiveId }) => isThere(env, archiveId))) continue
    const name = `final-file-${stored.process}`
    if (world.choices.happens(`${name}/changed`, 0.6)) changeFile(env, `${path}.partial`)
    let got: Outcome<unknown> | undefined
    // A job that was started before may have failed. That bytes were changed is found out before anything is retrieved.
    for (let run = 1; run <= MAX_RUNS && !disk.exists(path) && !isMismatch(got); run++)
      got = await launch(env, `${name}-${run}`, hosts[0] as Host, (process, signal) =>
        getFile(env, process, signal, stored),
      )
    if (got?.state === 'failed')
      world.fail(
        'a file that was begun is completed when faults have ceased',
        `${name}: ${(got.error as Error).message}`,
      )
  }
}

function isMismatch(outcome: Outcome<unknown> | undefined): boolean {
  return outcome?.state === 'failed' && outcome.error instanceof HashMismatchError
}

/** Whether the vault still has an archive. It may also be one of another account. */
function isThere({ service, ledger }: Environment, archiveId: string): boolean {
  return !ledger.deleted.has(archiveId) && service.archives.get(archiveId)?.accountId === ACCOUNT
}

/** Any source with a byte: a vault stores no empty archive. */
function finalContent({ world }: Environment, name: string, { content }: Stream): Content {
  const isChanged = world.choices.happens(`${name}/changed`, 0.2)
  const drawn = isChanged ? drawChanged(world, name, content) : content
  return drawn.bytes.length > 0 ? drawn : { name, bytes: Buffer.of(1) }
}
