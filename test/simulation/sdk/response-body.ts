/** The body of a response as it reaches a process: by choice in pieces, damaged or cut. */
import { Readable } from 'node:stream'
import type { Service } from '../service/service.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import { nodeError } from './node-errors.js'

/** The body of a response. */
export class ResponseBody extends Readable {
  /** Called at the moment when the body has been read, has failed or is left. */
  onOver: (() => void) | undefined

  /** Ends the body with its connection. Like that of Node.js, it has no error if no listener waits for one. */
  abort(): void {
    this.destroy(this.listenerCount('error') > 0 ? nodeError('ECONNRESET') : undefined)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.onOver?.()
    callback(error)
  }
}

/** The body of a short response. */
export function shortBody(bytes: Uint8Array): ResponseBody {
  const body = new ResponseBody({ read: () => undefined })
  if (bytes.length > 0) body.push(bytes)
  body.push(null)
  return body
}

/** The body of a response that may be long, or to which the network does something. */
export function longBody(
  process: SimProcess,
  operation: keyof Service,
  bytes: Uint8Array,
  fault: FaultKind | undefined,
): ResponseBody {
  const { name, world } = process
  const pieces = piecesOf(bytes, world.choices.pick(`${name}/${operation}/pieces`, [1, 2, 3], 0.1))
  if (fault === 'body-damaged') damage(process, pieces)
  const last = fault === 'body-cut' ? pieces.pop() : undefined
  if (last && last.length > 1) pieces.push(last.subarray(0, last.length >> 1))
  const ending =
    fault === 'body-cut'
      ? world.choices.pick(`${name}/${operation}/cut`, ['early', 'reset', 'silence'])
      : 'early'
  return new ResponseBody({
    highWaterMark: 1,
    read() {
      void process
        .call('jobOutput/body', 0, () => undefined)
        .then(() => {
          const piece = pieces.shift()
          if (piece) this.push(piece)
          else if (ending === 'early') this.push(null)
          else if (ending === 'reset') this.destroy(nodeError('ECONNRESET'))
        })
    },
  })
}

function damage({ name, world }: SimProcess, pieces: readonly Uint8Array[]): void {
  const piece = pieces.at(-1)
  if (!piece) return
  const at = world.choices.between(`${name}/jobOutput/damaged-byte`, piece.length - 1, 0)
  piece[at] = (piece[at] ?? 0) ^ 1
}

/** Cuts bytes into pieces of nearly the same size. Each is a copy. */
function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.max(1, Math.ceil(bytes.length / count))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
  return pieces
}
