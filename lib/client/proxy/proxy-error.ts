/** Failures at a proxy, told with its host and port, and never with the user name and password of its URL. */

/** No connection to or through a proxy. */
export class ProxyError extends Error {
  override readonly name: string = 'ProxyError'
}

/** A proxy answered that it does not connect to the service. */
export class ProxyRefusal extends ProxyError {
  override readonly name = 'ProxyRefusal'
  readonly code = 'ProxyRefused'
  /** The HTTP status of its answer. */
  readonly status: number

  /**
   * @param proxy - the proxy's host and port
   * @param destination - the host and port the connection was to be to
   */
  constructor(proxy: string, status: number, destination: string) {
    const advice = status === 407 ? ' Give its user name and password in its URL.' : ''
    super(`The proxy ${proxy} answered ${status} when asked for a connection to ${destination}.${advice}`)
    this.status = status
  }
}
