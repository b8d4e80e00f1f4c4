/** Checks of the machine: the version of Node.js, its memory, and the settings of its network. */
import { access } from 'node:fs/promises'
import { proxyFor, type Environment } from '../../../client/proxy/proxy-setting.js'
import { formatSize } from '../../output/format.js'
import { failed, failedWith, ok, warning, type Finding } from './check.js'

/** The oldest version of Node.js that the package supports. */
const OLDEST_NODE = [20, 19] as const
/** Memory for the parts and the program of an upload with default options. */
const NEEDED_MEMORY_BYTES = 512 * 1024 * 1024

/**
 * Checks the version of Node.js.
 *
 * @param version - as `process.version`
 */
export function nodeCheck(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
    ? ok(version)
    : failed(`${version} is too old`, `Install Node.js ${OLDEST_NODE.join('.')} or later.`)
}

/**
 * Checks the memory of the machine or the container.
 *
 * @param bytes - the memory that this process may use
 */
export function memoryCheck(bytes: number): Finding {
  return bytes >= NEEDED_MEMORY_BYTES
    ? ok(`${formatSize(bytes)} at most for this process`)
    : warning(
        `only ${formatSize(bytes)} for this process`,
        'Give put and get the option --memory 64MiB, and a small --part-size.',
      )
}

/** The memory that this process may use: that of the machine, or the limit of its container if it has one. */
export function usableMemory(total: number, limit: number | undefined): number {
  return limit === undefined || limit === 0 ? total : Math.min(total, limit)
}

/**
 * Checks the settings of proxies and certificates.
 *
 * @param endpoint - the URL that requests go to
 */
export async function networkCheck(endpoint: string, env: Environment): Promise<Finding> {
  const { protocol, hostname, port } = new URL(endpoint)
  const scheme = protocol === 'http:' ? 'http:' : 'https:'
  const proxy = proxyFor(
    { protocol: scheme, hostname, port: Number(port || (scheme === 'http:' ? 80 : 443)) },
    env,
  )
  const way = proxy ? `through the proxy ${proxy.host}` : 'without a proxy'
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    return warning(
      `requests go to ${endpoint} ${way}, and certificates are not checked`,
      'Remove NODE_TLS_REJECT_UNAUTHORIZED, and give the certificate of your proxy with NODE_EXTRA_CA_CERTS.',
    )
  const certificates = env.NODE_EXTRA_CA_CERTS
  if (certificates !== undefined && certificates !== '')
    try {
      await access(certificates)
    } catch (error) {
      return failedWith(error, 'Correct NODE_EXTRA_CA_CERTS: Node.js ignores a file that it cannot read.')
    }
  return ok(`requests go to ${endpoint} ${way}`)
}
