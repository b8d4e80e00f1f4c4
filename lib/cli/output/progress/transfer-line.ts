/** The lines about a transfer: one while it is in progress, and one at its end. */
import { formatCount, formatDuration, formatSize } from '../format.js'
import { fittedLine, type Piece } from './fitted-line.js'
import type { Operation, Section } from './operation.js'
import type { TransferSnapshot } from './transfer-model.js'

/**
 * The line about a transfer in progress.
 *
 * @param maxLength - maximum number of characters: less important numbers are left out
 */
export function transferLine(
  snapshot: TransferSnapshot,
  { running, wireVerb }: Operation,
  section: Section | undefined,
  maxLength: number,
): string {
  const { counts, percent, bytesPerSecond, averageBytesPerSecond: average, etaMs } = snapshot
  const { totalBytes = 0, partsDone, partsSkipped, sentBytes, requestsInFlight, retries } = counts
  const hasPercent = percent !== undefined
  const pieces: (Piece | false)[] = [
    { text: running, rank: 4 },
    hasPercent && { text: `${percent} %`, before: ' ', rank: 1 },
    hasPercent && { text: `of ${formatSize(totalBytes)}`, before: ' ', rank: 6 },
    { text: formatSize(snapshot.positionBytes), before: hasPercent ? ': ' : ' ', rank: hasPercent ? 5 : 1 },
    partsDone > 0 && { text: `in ${formatCount(partsDone, 'part')}`, before: ' ', rank: 10 },
    partsSkipped > 0 && { text: `(${partsSkipped} already there)`, before: ' ', rank: 11 },
    sentBytes > 0 && { text: `${formatSize(sentBytes)} ${wireVerb}`, rank: 13 },
    bytesPerSecond !== undefined && { text: `${formatSize(bytesPerSecond)}/s`, rank: 2 },
    average !== undefined &&
      bytesPerSecond !== undefined && { text: `(average ${formatSize(average)}/s)`, before: ' ', rank: 12 },
    requestsInFlight > 0 && { text: `${requestsInFlight} in flight`, rank: 7 },
    retries > 0 && { text: formatCount(retries, 'retry', 'retries'), rank: 9 },
    section !== undefined && { text: sectionText(section), rank: 8 },
    { text: formatDuration(snapshot.elapsedMs), rank: 14 },
    etaMs !== undefined && { text: `${formatDuration(etaMs)} left`, rank: 3 },
  ]
  return fittedLine(
    pieces.filter((piece) => piece !== false),
    maxLength,
  )
}

/** The line about a transfer that has ended: bytes, parts, the average rate and the time. */
export function summaryLine(snapshot: TransferSnapshot, { verb }: Operation): string {
  const { counts, averageBytesPerSecond = 0, elapsedMs, waitedMs } = snapshot
  const { doneBytes, partsDone, partsSkipped } = counts
  const skipped = partsSkipped > 0 ? ` (${partsSkipped} already there)` : ''
  const waited = waitedMs >= 1000 ? `, after ${formatDuration(waitedMs)} of waiting` : ''
  return `${verb} ${formatSize(doneBytes)} in ${formatCount(partsDone, 'part')}${skipped}, ${formatSize(averageBytesPerSecond)}/s, ${formatDuration(elapsedMs)}${waited}`
}

/** A section, as `volume 2` or `job 2 of 3`. */
export function sectionText({ noun, number, count }: Section): string {
  return count === undefined ? `${noun} ${number}` : `${noun} ${number} of ${count}`
}
