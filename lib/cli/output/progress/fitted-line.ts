/** Lines that fit into the width of a terminal: the least important pieces are left out, and no piece is cut. */

/** A piece of a line. */
export interface Piece {
  readonly text: string
  /** The text between the previous piece and this one; default `, `. */
  readonly before?: string
  /** 1 for the piece that is kept longest; unique in a line. */
  readonly rank: number
}

/**
 * Joins pieces to a line.
 *
 * @param maxLength - maximum number of characters
 * @returns the line with as many pieces as fit; empty if not even the most important one fits
 */
export function fittedLine(pieces: readonly Piece[], maxLength: number): string {
  for (let kept = pieces; kept.length > 0; kept = withoutLeast(kept)) {
    const line = joined(kept)
    if (line.length <= maxLength) return line
  }
  return ''
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ text, before = ', ' }, i) => (i === 0 ? text : before + text)).join('')
}

function withoutLeast(pieces: readonly Piece[]): readonly Piece[] {
  const least = Math.max(...pieces.map(({ rank }) => rank))
  return pieces.filter(({ rank }) => rank !== least)
}
