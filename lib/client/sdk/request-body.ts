/**
 * The body of an upload as a stream of pieces: what tells, with any client, whether a request still moves, and where
 * a rate limit holds it up. The pieces are views of the part, not copies.
 *
 * Of 256 KiB pieces the slowest line worth having takes one within the idle limit, and the fastest goes on at the rate
 * of one buffer written whole.
 */
import { Readable } from '../../streams/node-streams.js'
import type { RequestWatch } from './request-timeout.js'
import type { SendLimit } from '../../store/archive-store.js'

const PIECE = 262_144

/**
 * Bytes after which the event loop has its turn. A socket that takes bytes as fast as they come asks for the next piece
 * before anything else is done: a part of 64 MiB went in one go, and nothing else for 25 ms.
 */
const TURN = 8 * PIECE

/**
 * A stream of the bytes.
 *
 * @param watch - told of each piece that is taken
 */
export function bodyOf(bytes: Uint8Array, watch: RequestWatch, limit: SendLimit | undefined): Readable {
  const size = limit?.chunkSize ?? PIECE
  let at = 0
  return new Readable({
    highWaterMark: 1, // one piece ahead of the socket
    read() {
      const piece = bytes.subarray(at, (at += size))
      if (!limit || piece.length === 0) {
        const give = (): void => {
          watch.moved()
          this.push(piece.length > 0 ? piece : null)
        }
        if (at % TURN === 0) setImmediate(give)
        else give()
        return
      }
      const asked = performance.now()
      limit.take(piece.length, watch.signal).then(
        () => {
          watch.moved(performance.now() - asked)
          this.push(piece)
        },
        () => {
          this.destroy() // the request is being ended, and tells why
        },
      )
    },
  })
}
