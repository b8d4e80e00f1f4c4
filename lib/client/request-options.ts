/** How requests are made. */
export interface RequestOptions {
  /** Milliseconds after which a request in which nothing moves is given up; default 300,000. */
  readonly idleTimeout?: number | undefined
}
