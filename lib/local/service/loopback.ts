/** Loopback addresses: those that only this machine can connect to. */

/** Whether a host name or an IP address is a loopback address. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|localhost)$/.test(host)
}
