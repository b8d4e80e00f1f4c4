/** Pseudo-random numbers of a run. The same seed and stream give the same numbers on every machine. */

/** Makes the next number, from 0 up to, not including, 1. */
export type Random = () => number

/**
 * A stream of pseudo-random numbers.
 *
 * @param seed - a whole number; all of its 53 bits count
 * @param stream - streams of one seed with different names are independent
 */
export function randomOf(seed: number, stream: string): Random {
  // The generator sfc32. Its state is mixed by the first calls, whose results are dropped.
  let a = seed >>> 0
  let b = Math.floor(seed / 2 ** 32) >>> 0
  let c = hashOf(stream)
  let counter = 1
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    c |= 0
    return (result >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** The hash FNV-1a of a text: 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
