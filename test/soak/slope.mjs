/** Whether a curve rises: the median of the slopes between all pairs of its points, which single outliers do not move. */

/** The maximum number of points that are compared with each other. */
const MAX_POINTS = 300

/**
 * The slope of a curve (Theil and Sen).
 *
 * @param {readonly (readonly [x: number, y: number])[]} points
 * @returns {number} units of y for each unit of x; 0 for fewer than two points
 */
export function slopeOf(points) {
  const step = Math.max(1, Math.ceil(points.length / MAX_POINTS))
  const kept = points.filter((_, i) => i % step === 0)
  const slopes = kept.flatMap(([x, y], i) => kept.slice(i + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)))
  return slopes.length === 0 ? 0 : median(slopes)
}

/**
 * How much a curve rises over its second half.
 *
 * @param {readonly (readonly [x: number, y: number])[]} points - in the order of x
 * @returns {{ readonly rise: number, readonly level: number }} the rise by the slope, and the median of the values
 */
export function riseOf(points) {
  const second = points.slice(Math.floor(points.length / 2))
  const [first, last] = [second[0], second.at(-1)]
  if (!first || !last) return { rise: 0, level: 0 }
  return { rise: slopeOf(second) * (last[0] - first[0]), level: median(second.map(([, y]) => y)) }
}

/** @param {readonly number[]} values - at least one */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
