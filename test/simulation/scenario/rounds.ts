/** The rounds of a run in which processes are disturbed: in each, one command runs, or two at once. */
import { drawChanged, type Content } from '../actors/content.js'
import type { Environment } from '../actors/environment.js'
import { getFile, getStream } from '../actors/get.js'
import { launch } from '../actors/launch.js'
import { prune } from '../actors/prune.js'
import { put } from '../actors/put.js'
import { rebuildCatalog } from '../actors/rebuild.js'
import type { Host } from '../world/host.js'
import type { SimProcess } from '../world/sim-process.js'
import { passing } from './passing.js'
import type { Stream } from './streams.js'

/** Longer than it takes until an inventory has the archives that were stored before. */
const INVENTORY_MS = 49 * 3_600_000

/** The commands. In the first round the usual one is `put`, in later ones `resume`. */
const COMMANDS = ['resume', 'put', 'upload-id', 'get', 'get-file', 'rebuild', 'prune'] as const
type Command = (typeof COMMANDS)[number]

/** Plays a round: resolves when its commands are over. */
export async function playRound(
  env: Environment,
  streams: readonly [Stream, ...Stream[]],
  round: number,
): Promise<void> {
  const { choices } = env.world
  const count = choices.pick(`round-${round}/commands`, [1, 2, 3], 0.25)
  const running: Promise<void>[] = []
  for (let i = 1; i <= count; i++) {
    const id = `round-${round}/${i}`
    const stream = choices.happens(`${id}/second-stream`, streams.length > 1 ? 0.5 : 0)
      ? (streams[1] as Stream)
      : streams[0]
    const command =
      round === 1
        ? choices.pick(`${id}/command`, ['put', 'resume'], 0.1)
        : choices.pick(`${id}/command`, COMMANDS, 0.6)
    running.push(play(env, stream, command, `${command}-${round}${'abc'[i - 1]}`))
  }
  await Promise.all(running)
}

/** Plays one command. A command that needs a result of an earlier one is left out if there is none. */
async function play(env: Environment, stream: Stream, command: Command, name: string): Promise<void> {
  const host = drawHost(env, name)
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

function drawHost({ world, hosts }: Environment, name: string): Host {
  return hosts[world.choices.pick(`${name}/host`, [0, 1], 0.2)] as Host
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
