/** The options of requests. */
export interface RequestOptions {
  /** Milliseconds without progress after which a request is given up; default 300,000 (5 minutes). */
  readonly idleTimeout?: number | undefined
}
