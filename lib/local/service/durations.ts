/** Durations in milliseconds. */

/** A minute. */
export const MINUTE_MS = 60_000
/** An hour. */
export const HOUR_MS = 3_600_000
/** A day. */
export const DAY_MS: number = 24 * HOUR_MS
