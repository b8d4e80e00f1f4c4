/** The rounds of a run in which processes are disturbed: in each, one command runs, or two at once. */
import { drawChanged, type Content } from '../actors/content.js'
import type { Environment } from '../actors/environment.js'
import { getFile, getStream } from '../actors/get.js'
import { launch } from '../actors/launch.js'
import { prune } from '../actors/prune.js'
import { put } from '../actors/put.js'
import { rebuildCatalog } from '../actors/rebuild.js'
import type { FaultKind } from '../world/faults.js'
import type { Host } from '../world/host.js'
import type { SimProcess } from '../world/sim-process.js'
import { passing } from './passing.js'
import type { Stream } from './streams.js'

/** Longer than it takes until an inventory has the archives that were stored before. */
const INVENTORY_MS = 49 * 3_600_000

/** The commands. In the first round the usual one is `put`, in later ones `resume`. */
const COMMANDS = ['resume', 'put', 'upload-id', 'get', 'get-file', 'rebuild', 'prune'] as const
type Command = (typeof COMMANDS)[number]

/** The kinds of faults of retrievals: a run that has one of them retrieves more. */
const OF_RETRIEVALS: readonly FaultKind[] = [
  ...(['body-cut', 'not-a-range', 'job-expired', 'job-failed'] as const),
  ...(['consumer-failed', 'consumer-stalled'] as const),
]
/** The commands of such a run in later rounds. */
const WITH_RETRIEVALS = ['get', 'get-file', 'get-file', 'resume', 'rebuild'] as const

/** When a second command starts: at once, or when the first one is perhaps paused or cut off from the disk. */
const START_MIN = [0, 12, 30] as const

/** Plays a round: resolves when its commands are over. */
export async function playRound(
  env: Environment,
  streams: readonly [Stream, ...Stream[]],
  round: number,
): Promise<void> {
  const { choices, faults } = env.world
  // A lock changes hands only if its owner is silent while another command starts.
  const mayLoseLock = faults.rate('paused') > 0 || faults.rate('cut-off') > 0
  const count = choices.pick(`round-${round}/commands`, [1, 2, 3], mayLoseLock ? 0.7 : 0.2)
  const running: Promise<void>[] = []
  for (let i = 1; i <= count; i++) {
    const id = `round-${round}/${i}`
    const stream = choices.happens(`${id}/second-stream`, streams.length > 1 ? 0.5 : 0)
      ? (streams[1] as Stream)
      : streams[0]
    const command = drawCommand(env, id, round, i)
    const name = `${command}-${round}${'abc'[i - 1]}`
    const delayMin = choices.pick(`${name}/start-min`, START_MIN, i === 1 || !mayLoseLock ? 0 : 0.7)
    running.push(passing(env.world, delayMin * 60_000).then(() => play(env, stream, command, name, i)))
  }
  await Promise.all(running)
}

function drawCommand({ world }: Environment, id: string, round: number, index: number): Command {
  const { choices, faults } = world
  if (round === 1)
    return choices.pick(`${id}/command`, index === 1 ? ['put', 'resume'] : ['resume', 'put'], 0.2)
  if (OF_RETRIEVALS.some((kind) => faults.rate(kind) > 0))
    return choices.pick(`${id}/command`, WITH_RETRIEVALS)
  return choices.pick(`${id}/command`, COMMANDS, 0.6)
}

/** Plays one command. A command that needs the result of an earlier one is left out without such a result. */
async function play(
  env: Environment,
  stream: Stream,
  command: Command,
  name: string,
  index: number,
): Promise<void> {
  const host = drawHost(env, name, index === 1 ? 0.2 : 0.6)
  if (command === 'rebuild' || command === 'prune') {
    if (command === 'rebuild') await passing(env.world, INVENTORY_MS)
    const actor = command === 'rebuild' ? rebuildCatalog : prune
    await launch(env, name, host, (process, signal) => actor(env, process, signal))
    return
  }
  if (command === 'get' || command === 'get-file') {
    const stored = env.ledger.stored.at(-1)
    if (!stored) return
    const actor = command === 'get' ? getStream : getFile
    await launch(env, name, host, (process, signal) => actor(env, process, signal, stored))
    return
  }
  const uploadId = command === 'upload-id' ? lastUpload(env) : undefined
  if (command === 'upload-id' && uploadId === undefined) return
  const { streamName } = stream
  const content = drawSourceContent(env, name, stream)
  const task = { streamName, content, resume: command === 'resume', uploadId }
  await launch(env, name, host, (process: SimProcess, signal: AbortSignal) => put(env, process, signal, task))
}

function drawHost({ world, hosts }: Environment, name: string, rate: number): Host {
  return hosts[world.choices.pick(`${name}/host`, [0, 1], rate)] as Host
}

/** What the source of a command gives: what it gave before, unless it has changed. */
function drawSourceContent({ world }: Environment, name: string, { content }: Stream): Content {
  if (!world.faults.happens('source-changed', `${name}/changed`)) return content
  world.faults.tookEffect('source-changed')
  return drawChanged(world, name, content)
}

/** The newest upload that the service has begun. */
function lastUpload({ service }: Environment): string | undefined {
  return [...service.uploads.keys()].at(-1)
}
