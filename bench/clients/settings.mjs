/** What the clients of the upload and retrieval rows are told, and where their bytes come from. */
const { ENDPOINT, PART_SIZE, SIZE, SOURCE, THREADS } = process.env

export const partSize = Number(PART_SIZE)
export const size = Number(SIZE)
/** Threads that hash; default the package's own choice. */
export const threads = THREADS === undefined ? undefined : Number(THREADS)
/** Requests at once. */
export const concurrency = Number(process.env.CONCURRENCY ?? 4)
export const connection = {
  endpoint: ENDPOINT,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'secret' },
}

/** The bytes to send: what is piped in, or as many zeros. */
export function source() {
  return SOURCE === 'memory' ? zeros() : process.stdin
}

async function* zeros() {
  const piece = Buffer.alloc(65_536)
  for (let left = size; left > 0; left -= piece.length) yield piece
}

/** Cuts bytes into parts, as anyone would. */
export async function* parts() {
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

/** Runs an action for each of some values, so many at once. */
export async function eachOf(values, act) {
  const underWay = new Set()
  for await (const value of values) {
    const acting = act(value).finally(() => underWay.delete(acting))
    underWay.add(acting)
    if (underWay.size >= concurrency) await Promise.race(underWay)
  }
  await Promise.all(underWay)
}
