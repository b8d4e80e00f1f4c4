/** The errors of proxies. They name its host and port, but never the user name and password of its URL. */

/** A connection to or through a proxy failed. */
export class ProxyError extends Error {
  override readonly name: string = 'ProxyError'
}

/** A proxy refused to connect to the service. */
export class ProxyRefusal extends ProxyError {
  override readonly name = 'ProxyRefusal'
  readonly code = 'ProxyRefused'
  /** The HTTP status of its response. */
  readonly status: number

  /**
   * @param proxy - the proxy's host and port
   * @param destination - the host and port to connect to
   */
  constructor(proxy: string, status: number, destination: string) {
    const advice = status === 407 ? ' Set its user name and password in its URL.' : ''
    super(`The proxy ${proxy} refused a connection to ${destination} with status ${status}.${advice}`)
    this.status = status
  }
}
