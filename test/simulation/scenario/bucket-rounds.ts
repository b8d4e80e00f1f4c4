/**
 * The rounds of a run with a bucket: in each, one process uploads or retrieves, or several do at once, with the same key or with
 * others.
 */
import { drawChanged, drawContent, type Content } from '../actors/content.js'
import type { BucketEnvironment } from '../actors/environment.js'
import { getObjectFile, getObjectStream } from '../actors/get-object.js'
import type { StoredStream } from '../actors/ledger.js'
import type { FaultKind } from '../world/faults.js'
import { launch } from '../actors/launch.js'
import { putObject } from '../actors/put-object.js'
import type { Host } from '../world/host.js'
import type { World } from '../world/world.js'
import { passing } from './passing.js'

/** A stream that is uploaded to a key. */
export interface KeyStream {
  readonly key: string
  readonly content: Content
}

/** The commands. In the first round the usual one is `put`, in later ones `resume`. */
type Command = 'put' | 'resume' | 'upload-id' | 'get' | 'get-file'
/** The kinds of faults of retrievals: a run that has one of them retrieves more. */
const OF_RETRIEVALS: readonly FaultKind[] = [
  ...(['body-cut', 'not-a-range', 'consumer-failed', 'consumer-stalled', 'object-replaced'] as const),
  ...(['restore-refused', 'restore-unstated', 'copy-expired', 'copy-refused', 'wrong-hash'] as const),
]
/** The commands of such a run in later rounds. */
const WITH_RETRIEVALS = ['get', 'get-file', 'get-file', 'resume', 'put'] as const

/** When another process starts: at once, or when the first one is perhaps paused or waits for a response. */
const START_MIN = [0, 1, 6, 12, 30] as const

/** Draws one stream or two. */
export function drawKeyStreams(world: World): readonly [KeyStream, ...KeyStream[]] {
  const first = { key: 'a.tar', content: drawContent(world, 'stream-1') }
  return world.choices.happens('second-stream', 0.2)
    ? [first, { key: 'dir/b.tar', content: drawContent(world, 'stream-2') }]
    : [first]
}

/** Plays a round: resolves when its processes are over. */
export async function playBucketRound(
  env: BucketEnvironment,
  streams: readonly [KeyStream, ...KeyStream[]],
  round: number,
): Promise<void> {
  const { choices } = env.world
  const count = choices.pick(`round-${round}/commands`, [1, 2, 3], 0.5)
  const running: Promise<void>[] = []
  for (let i = 1; i <= count; i++) {
    const id = `round-${round}/${i}`
    const stream = choices.happens(`${id}/second-stream`, streams.length > 1 ? 0.5 : 0)
      ? (streams[1] as KeyStream)
      : streams[0]
    const command = drawCommand(env, id, round)
    const name = `${command}-${round}${'abc'[i - 1]}`
    const delayMin = choices.pick(`${name}/start-min`, START_MIN, i === 1 ? 0 : 0.5)
    running.push(passing(env.world, delayMin * 60_000).then(() => play(env, stream, command, name, i)))
  }
  await Promise.all(running)
}

function drawCommand({ world: { choices, faults } }: BucketEnvironment, id: string, round: number): Command {
  if (round === 1) return choices.pick(`${id}/command`, ['put', 'resume', 'upload-id'], 0.4)
  if (OF_RETRIEVALS.some((kind) => faults.rate(kind) > 0))
    return choices.pick(`${id}/command`, WITH_RETRIEVALS)
  return choices.pick(`${id}/command`, ['resume', 'put', 'upload-id', 'get', 'get-file'], 0.5)
}

/** The last success of a key, or by choice the first: its objects may have been replaced since. */
function drawStored(
  { ledger, world }: BucketEnvironment,
  name: string,
  key: string,
): StoredStream | undefined {
  const own = ledger.stored.filter(({ streamName }) => streamName === key)
  const isFirst = own.length > 1 && world.choices.happens(`${name}/first-success`, 0.2)
  return isFirst ? own[0] : own.at(-1)
}

async function play(
  env: BucketEnvironment,
  stream: KeyStream,
  command: Command,
  name: string,
  index: number,
): Promise<void> {
  const { choices } = env.world
  const host = env.hosts[choices.pick(`${name}/host`, [0, 1], index === 1 ? 0.2 : 0.6)] as Host
  if (command === 'get' || command === 'get-file') {
    const stored = drawStored(env, name, stream.key)
    if (!stored) return
    const actor = command === 'get' ? getObjectStream : getObjectFile
    await launch(env, name, host, (process, signal) => actor(env, process, signal, stored))
    return
  }
  const uploadId = command === 'upload-id' ? lastUpload(env, stream.key) : undefined
  if (command === 'upload-id' && uploadId === undefined) return
  const task = {
    key: stream.key,
    content: drawSourceContent(env, name, stream),
    resume: command === 'resume',
    uploadId,
    overwrite: choices.happens(`${name}/overwrite`, 0.3),
  }
  await launch(env, name, host, (process, signal) => putObject(env, process, signal, task))
}

/** The content of a process's source. */
function drawSourceContent({ world }: BucketEnvironment, name: string, { content }: KeyStream): Content {
  if (!world.faults.happens('source-changed', `${name}/changed`)) return content
  world.faults.tookEffect('source-changed')
  return drawChanged(world, name, content)
}

/** The newest upload of a stream: that of a later volume has its number. */
function lastUpload({ service }: BucketEnvironment, streamKey: string): string | undefined {
  for (const { uploadId, key } of [...service.uploads.values()].reverse()) {
    if (key === streamKey) return uploadId
    const [, volume] = /\.(volume\d+)$/.exec(key) ?? []
    if (key === `${streamKey}.${volume}`) return `${volume}:${uploadId}`
  }
  return undefined
}
