/** The streams of a run. */
import { drawContent, type Content } from '../actors/content.js'
import type { World } from '../world/world.js'

/** A stream: its name, and what its source gives at first. */
export interface Stream {
  /** Part of the names of choices. */
  readonly id: string
  /** The name that it is uploaded with; `undefined` if it has none. */
  readonly streamName: string | undefined
  readonly content: Content
}

/** Draws one stream or two. */
export function drawStreams(world: World): readonly [Stream, ...Stream[]] {
  const first = drawStream(world, 'stream-1')
  return world.choices.happens('second-stream', 0.2) ? [first, drawStream(world, 'stream-2')] : [first]
}

function drawStream(world: World, id: string): Stream {
  const isNamed = !world.choices.happens(`${id}/unnamed`, 0.25)
  return { id, streamName: isNamed ? `${id}.tar` : undefined, content: drawContent(world, id) }
}
