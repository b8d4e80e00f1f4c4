/**
 * One request at the transport: whether it was handed over, and whether the response can be the service's. The SDK takes
 * any status below 300 for success, and hides where an error was thrown.
 *
 * The ID of a request is the system's random number, also in a simulation: nothing depends on it.
 */
import { randomUUID } from 'node:crypto'
import type { ServiceError } from '../../errors.js'
import { Readable } from '../../streams/node-streams.js'
import { boundedBody, tooLongResponse } from './bounded-body.js'
import { foreignResponse } from './service-error.js'
import type { CommandStack } from './single-request.js'

/** The innermost position in a command's middleware: the next handler hands the request to the transport. */
const INNERMOST = { step: 'deserialize', priority: 'low', name: 'glacierPipeAttempt', override: true }

/** The header in which the SDK sends an ID. Its middleware that sets the header makes the attempts, and is replaced. */
export const ID_HEADER = 'amz-sdk-invocation-id'

/** The success statuses of the service, for GET and for all other methods (docs/glacier-protocol.md#operations). */
const SUCCESSES_OF_READS: ReadonlySet<number> = new Set([200, 206])
const SUCCESSES_OF_WRITES: ReadonlySet<number> = new Set([201, 202, 204])

interface SentRequest {
  readonly method: string
  readonly headers: Record<string, string>
}

interface RawResponse {
  readonly response: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string>>
    body?: unknown
  }
}

/** One request at the transport. */
export class RequestAttempt {
  readonly #operation: string
  /** Unique; sent in the header in which the SDK sends its own ID. */
  readonly id: string = randomUUID()
  readonly #isOutput: boolean
  #isStarted = false
  #error: ServiceError | undefined

  /** @param isOutput - whether the body of a success is read as a stream, and not gathered by the SDK */
  constructor(operation: string, isOutput: boolean) {
    this.#operation = operation
    this.#isOutput = isOutput
  }

  /** The error of a response that is too long, which the SDK changes or hides; `undefined` otherwise. */
  get error(): ServiceError | undefined {
    return this.#error
  }

  /** Whether the request was handed to the transport: before, nothing was sent. */
  get isStarted(): boolean {
    return this.#isStarted
  }

  /** Returns the command with a middleware that reports here, and that fails if a success is not the service's. */
  watched<Command extends { readonly middlewareStack: CommandStack }>(command: Command): Command {
    const middleware =
      (next: (args: { readonly request: SentRequest }) => Promise<RawResponse>) =>
      async (args: { readonly request: SentRequest }): Promise<RawResponse> => {
        this.#isStarted = true
        args.request.headers[ID_HEADER] = this.id
        const result = await next(args)
        const { response } = result
        const { statusCode, body } = response
        const stream = body instanceof Readable ? body : undefined // the handler of another platform has other bodies
        if (isForeignSuccess(args.request.method, result)) {
          stream?.destroy() // it is not read, and would keep its connection
          throw foreignResponse(this.#operation, statusCode)
        }
        if (stream && !(this.#isOutput && statusCode < 300))
          response.body = boundedBody(
            stream,
            () => (this.#error = tooLongResponse(this.#operation, statusCode)),
          )
        return result
      }
    command.middlewareStack.add(middleware, INNERMOST)
    return command
  }
}

/**
 * Whether a response with a status below 300 is not the service's: it lacks the request ID, and something else that
 * every success of the service has. The request ID alone does not decide, since some emulators do not send one.
 */
function isForeignSuccess(method: string, { response: { statusCode, headers } }: RawResponse): boolean {
  if (statusCode >= 300 || headers['x-amzn-requestid'] !== undefined) return false
  const isRead = method === 'GET'
  const isEmptyRead = isRead && headers['content-length'] === '0'
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '')
  return isEmptyRead || isPage || !(isRead ? SUCCESSES_OF_READS : SUCCESSES_OF_WRITES).has(statusCode)
}
