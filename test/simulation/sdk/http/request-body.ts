/** The body of a request as a connection takes it. */
import { Readable } from 'node:stream'

/** The bytes of a body. */
export interface TakenBody {
  /** A copy, as it is on the way. */
  readonly bytes: Uint8Array
  /** The pieces that the client handed over: views of its memory. */
  readonly pieces: readonly Uint8Array[]
}

/** Takes a body to its end. Never settles if the client destroys it before. */
export function takeBody(body: unknown): TakenBody | Promise<TakenBody> {
  if (body instanceof Readable) return takeStream(body)
  if (typeof body === 'string') return { bytes: Buffer.from(body), pieces: [] }
  return { bytes: body instanceof Uint8Array ? Uint8Array.from(body) : new Uint8Array(), pieces: [] }
}

/** The text of a body that is complete. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)
}

/** Whether a body has been taken to its end, or was destroyed. */
export function isOver(body: unknown): boolean {
  return !(body instanceof Readable) || body.readableEnded || body.destroyed
}

function takeStream(body: Readable): Promise<TakenBody> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = []
    const copies: Uint8Array[] = []
    body.on('data', (piece: Uint8Array) => {
      pieces.push(piece)
      copies.push(Uint8Array.from(piece))
    })
    body.once('end', () => {
      resolve({ bytes: Buffer.concat(copies), pieces })
    })
  })
}
