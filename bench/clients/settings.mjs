/** Settings of the clients of the upload and retrieval rows, from the environment, and the source of their bytes. */
const { ENDPOINT = '', PART_SIZE, SIZE, SOURCE, THREADS } = process.env

export const partSize = Number(PART_SIZE)
export const size = Number(SIZE)
/** The option `hashThreads`; default the package's own choice. */
export const hashThreads = THREADS === undefined ? undefined : Number(THREADS)
/** Requests in flight at once. */
export const concurrency = Number(process.env.CONCURRENCY ?? 4)
export const connection = {
  endpoint: ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'secret' },
}

/**
 * The bytes to send: standard input, or as many zeros.
 *
 * @returns {AsyncIterable<Buffer>}
 */
export function source() {
  return SOURCE === 'memory' ? zeros() : process.stdin
}

async function* zeros() {
  const piece = Buffer.alloc(65_536)
  for (let left = size; left > 0; left -= piece.length) yield piece
}

/** Cuts bytes into parts in the simplest way. */
export async function* parts() {
  /** @type {Buffer[]} */
  let pieces = []
  let held = 0
  for await (const piece of source()) {
    pieces.push(piece)
    held += piece.length
    while (held >= partSize) {
      const all = Buffer.concat(pieces)
      yield all.subarray(0, partSize)
      pieces = [all.subarray(partSize)]
      held -= partSize
    }
  }
  if (held > 0) yield Buffer.concat(pieces)
}

/**
 * Runs an action for each value, as many at once as requests may be in flight.
 *
 * @template Value
 * @param {AsyncIterable<Value>} values
 * @param {(value: Value) => Promise<unknown>} act
 */
export async function eachOf(values, act) {
  /** @type {Set<Promise<unknown>>} */
  const inFlight = new Set()
  for await (const value of values) {
    const acting = act(value).finally(() => inFlight.delete(acting))
    inFlight.add(acting)
    if (inFlight.size >= concurrency) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}
