/** The start of every server of the benchmark. */

/**
 * Listens on a free port of loopback, and prints the address, which the harness reads.
 *
 * @param {import('node:http').Server} server
 */
export function listen(server) {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port.')
    console.log(`http://127.0.0.1:${address.port}`)
  })
}
