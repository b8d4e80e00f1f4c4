/** The body of a response as it reaches a process: by choice in pieces, damaged or cut. */
import { Readable } from 'node:stream'
import { MINUTE_MS } from '../../network/courses.js'
import type { Operation } from '../../network/requests.js'
import type { FaultKind } from '../../world/faults.js'
import type { SimProcess } from '../../world/sim-process.js'
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

/** The names of a response in choices. */
export interface BodyNames {
  readonly operation: Operation
  /** The call of the process in which a piece reaches it. */
  readonly call: string
}

/** The body of a response that may be long, or to which the network does something. */
export function longBody(
  process: SimProcess,
  { operation, call }: BodyNames,
  bytes: Uint8Array,
  fault: FaultKind | undefined,
): ResponseBody {
  const { name, world } = process
  const pieces = piecesOf(bytes, world.choices.pick(`${name}/${operation}/pieces`, [1, 2, 3], 0.1))
  if (fault === 'body-damaged') damage(process, operation, pieces)
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
        .call(call, 0, () => undefined)
        .then(() => {
          const piece = pieces.shift()
          if (piece) this.push(piece)
          else if (ending === 'early') this.push(null)
          else if (ending === 'reset') this.destroy(nodeError('ECONNRESET'))
        })
    },
  })
}

/**
 * The body of a response that begins before its operation is done: white space each minute, and then the document. Its XML
 * declaration may come first.
 *
 * @param onDocument - called when the document is sent
 */
export function spacedBody(
  process: SimProcess,
  document: Uint8Array,
  minutes: number,
  onDocument: () => void,
): ResponseBody {
  const { name, world } = process
  const declarationEnd = Buffer.from(document).indexOf('?>') + 2
  const isDeclaredFirst = world.choices.pick(`${name}/declared-first`, [true, false])
  const start = isDeclaredFirst && declarationEnd > 1 ? declarationEnd : 0
  const pieces = Array.from({ length: minutes - 1 }, () => Buffer.from('\n'))
  const body = new ResponseBody({ read: () => undefined })
  body.push(start > 0 ? document.subarray(0, start) : Buffer.from(' '))
  const next = async (): Promise<void> => {
    await process.arrival()
    if (body.destroyed) return
    const piece = pieces.shift()
    if (!piece) onDocument()
    body.push(piece ?? document.subarray(start))
    if (piece) later()
    else body.push(null)
  }
  const later = (): void => {
    world.scheduler.after(MINUTE_MS, () => void next())
  }
  later()
  return body
}

function damage({ name, world }: SimProcess, operation: Operation, pieces: readonly Uint8Array[]): void {
  const piece = pieces.at(-1)
  if (!piece) return
  const at = world.choices.between(`${name}/${operation}/damaged-byte`, piece.length - 1, 0)
  piece[at] = (piece[at] ?? 0) ^ 1
}

/** Cuts bytes into pieces of nearly the same size. Each is a copy. */
function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.max(1, Math.ceil(bytes.length / count))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
  return pieces
}
