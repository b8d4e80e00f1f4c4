/** The credentials of a process. By choice they expire, and then each request is refused until they are fetched again. */
import type { Operation } from '../../network/requests.js'
import type { SimProcess } from '../../world/sim-process.js'
import type { SdkRequest } from './http.js'

/** A key with a session token. */
interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

/** The credentials, and which of them have expired. */
export class SimCredentials {
  readonly #process: SimProcess
  /** The number of the last session token. */
  #last = 0
  /** The number of the last session token that has expired. */
  #expired = 0

  constructor(process: SimProcess) {
    this.#process = process
  }

  /** The provider of credentials for the SDK. A refresh may fail for a moment. */
  readonly provide = async (): Promise<Key> => {
    const { name, world } = this.#process
    const isAvailable =
      this.#last === 0 ||
      (await this.#process.call(
        'refreshCredentials',
        0,
        () => !world.faults.happens('credentials-expired', `${name}/credentials-unavailable`),
      ))
    if (!isAvailable) throw Object.assign(new Error('No response'), { name: 'CredentialsProviderError' })
    const sessionToken = `token-${++this.#last}`
    return { accessKeyId: 'AKIDSIMULATED', secretAccessKey: 'secret', sessionToken }
  }

  /** Whether the credentials of a request have expired, or do so now. */
  isExpired({ headers }: SdkRequest, operation: Operation): boolean {
    const { name, world } = this.#process
    const number = Number(headers['x-amz-security-token']?.slice('token-'.length))
    if (world.faults.happens('credentials-expired', `${name}/${operation}/credentials-expired`))
      this.#expired = Math.max(this.#expired, number)
    return number <= this.#expired
  }
}
