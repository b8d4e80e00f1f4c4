/** The rounds of a run with a bucket: in each, one process uploads, or several at once, to the same key or to others. */
import { drawChanged, drawContent, type Content } from '../actors/content.js'
import type { BucketEnvironment } from '../actors/environment.js'
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
    const usual =
      round === 1 ? (['put', 'resume', 'upload-id'] as const) : (['resume', 'put', 'upload-id'] as const)
    const command = choices.pick(`${id}/command`, usual, 0.4)
    const name = `${command}-${round}${'abc'[i - 1]}`
    const delayMin = choices.pick(`${name}/start-min`, START_MIN, i === 1 ? 0 : 0.5)
    running.push(passing(env.world, delayMin * 60_000).then(() => play(env, stream, command, name, i)))
  }
  await Promise.all(running)
}

async function play(
  env: BucketEnvironment,
  stream: KeyStream,
  command: 'put' | 'resume' | 'upload-id',
  name: string,
  index: number,
): Promise<void> {
  const { choices } = env.world
  const host = env.hosts[choices.pick(`${name}/host`, [0, 1], index === 1 ? 0.2 : 0.6)] as Host
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
