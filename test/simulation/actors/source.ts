/** Simulated sources: they come in pieces, stall, fail, and use their buffer again. */
import type { ByteSource } from '../../../lib/stages/byte-source.js'
import type { SimProcess } from '../world/sim-process.js'
import type { Content } from './content.js'

/** The error of a source that fails. */
export class SourceFailure extends Error {}

/** Makes the source of a process. Its form and its pieces are drawn. */
export function drawSource(process: SimProcess, { bytes }: Content): ByteSource {
  const { choices } = process.world
  const form = choices.pick(`${process.name}/source`, ['pieces', 'bytes', 'reused-buffer'], 0.3)
  if (form === 'bytes') return Buffer.from(bytes)
  const pieceSize = choices.pick(`${process.name}/piece`, [64, 100, 16, 7, 1000], 0.5)
  return pieces(process, bytes, pieceSize, form === 'reused-buffer')
}

async function* pieces(
  process: SimProcess,
  bytes: Buffer,
  pieceSize: number,
  isReused: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const { world, name, runtime } = process
  const { faults, choices } = world
  const buffer = Buffer.alloc(pieceSize)
  for (let at = 0; at < bytes.length; at += pieceSize) {
    if (faults.happens('source-stalled', `${name}/source/stall`)) {
      const minutes = choices.pick(`${name}/source/minutes`, [5, 60, 800, 1600])
      world.note(name, () => `its source is silent for ${minutes} min`)
      faults.tookEffect('source-stalled')
      await runtime.clock.sleep(minutes * 60_000, undefined)
    }
    if (faults.happens('source-failed', `${name}/source/failure`)) {
      world.note(name, () => `its source fails after ${at} bytes`)
      faults.tookEffect('source-failed')
      throw new SourceFailure('The source fails.')
    }
    const piece = bytes.subarray(at, at + pieceSize)
    if (!isReused) {
      yield Buffer.from(piece)
      continue
    }
    piece.copy(buffer)
    yield buffer.subarray(0, piece.length)
    buffer.fill(0xee)
  }
}
