/** Simulated sources: they come in pieces, stall, fail, and use their buffer again. */
import type { ByteSource } from '../../../lib/stages/byte-source.js'
import type { SimProcess } from '../world/sim-process.js'
import { silence } from './silence.js'
import type { Content } from './content.js'

/** The rates of these faults are for a whole source, which has about this many pieces. */
const RATE_PER_PIECE = 1 / 4

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
  const { world, name } = process
  const { faults, choices } = world
  const buffer = Buffer.alloc(pieceSize)
  for (let at = 0; at < bytes.length; at += pieceSize) {
    if (choices.happens(`${name}/source/stall`, faults.rate('source-stalled') * RATE_PER_PIECE)) {
      const minutes = choices.pick(`${name}/source/minutes`, [5, 60, 800, 1600], 0.6)
      world.note(name, () => `its source is silent for ${minutes} min`)
      faults.tookEffect('source-stalled')
      await silence(process, minutes)
    }
    if (choices.happens(`${name}/source/failure`, faults.rate('source-failed') * RATE_PER_PIECE)) {
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
