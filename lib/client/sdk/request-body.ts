/**
 * The body of an upload as a stream of pieces. By the pieces, any client shows whether a request progresses and how much
 * of it was sent, and a rate limit can delay it. The pieces are views of the part, not copies.
 *
 * The slowest supported connection takes a piece of 256 KiB within the idle timeout, and the fastest is as fast as with
 * one buffer.
 */
import { Readable } from '../../streams/node-streams.js'
import type { SendLimit } from '../../store/archive-store.js'
import type { RequestTimeout } from './request-timeout.js'

const PIECE_SIZE = 262_144

/**
 * Bytes after which the event loop continues. A socket that takes bytes as fast as they come requests the next piece
 * before anything else is done: a part of 64 MiB would block the event loop for 25 ms.
 */
const BYTES_PER_TURN = 8 * PIECE_SIZE

/** The bytes of a body, and how they are sent. */
export interface BodyBytes {
  readonly bytes: Uint8Array
  /** Default: no limit. */
  readonly sendLimit?: SendLimit | undefined
  /** Called with the number of bytes each time some of the body is written to the connection. Default: nothing. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

/**
 * Returns a stream of the bytes. It takes each piece from the limit, if there is one, and reports it to `onSent` when
 * the connection takes it.
 *
 * @param timeout - counts each piece as progress
 */
export function bodyOf({ bytes, sendLimit, onSent }: BodyBytes, timeout: RequestTimeout): Readable {
  const size = sendLimit?.chunkSize ?? PIECE_SIZE
  let at = 0
  let bufferedBytes = 0
  return new Readable({
    highWaterMark: 1, // one piece ahead of the socket
    read() {
      // The next piece is requested at the moment when the connection takes the one before.
      if (bufferedBytes > 0) onSent?.(bufferedBytes)
      const piece = bytes.subarray(at, (at += size))
      bufferedBytes = piece.length
      if (!sendLimit || piece.length === 0) {
        const push = (): void => {
          timeout.progress()
          this.push(piece.length > 0 ? piece : null)
        }
        if (at % BYTES_PER_TURN === 0) setImmediate(push)
        else push()
        return
      }
      const endPause = timeout.pause()
      sendLimit.take(piece.length, timeout.signal).then(
        () => {
          endPause()
          this.push(piece)
        },
        () => {
          this.destroy() // the request is being ended, and its error is reported there
        },
      )
    },
  })
}
