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

interface SentRequest {
  readonly method: string
  readonly headers: Record<string, string>
}

interface RawResponse {
  readonly response: ResponseHead & { body?: unknown }
}

/** The status and headers of a response. */
export interface ResponseHead {
  readonly statusCode: number
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>
}

/** Whether a response to a request of this method is a success that the service has not sent. */
export type IsForeignSuccess = (method: string, response: ResponseHead) => boolean

/** One request at the transport. */
export class RequestAttempt {
  readonly #operation: string
  /** Unique; sent in the header in which the SDK sends its own ID. */
  readonly id: string = randomUUID()
  readonly #isOutput: boolean
  readonly #isForeignSuccess: IsForeignSuccess
  #isStarted = false
  #error: ServiceError | undefined
  #head: ResponseHead | undefined

  /** @param isOutput - whether the body of a success is read as a stream, and not gathered by the SDK */
  constructor(operation: string, isOutput: boolean, isForeignSuccess: IsForeignSuccess) {
    this.#operation = operation
    this.#isOutput = isOutput
    this.#isForeignSuccess = isForeignSuccess
  }

  /** The error of a response that is too long, which the SDK changes or hides; `undefined` otherwise. */
  get error(): ServiceError | undefined {
    return this.#error
  }

  /** Whether the request was handed to the transport: before, nothing was sent. */
  get isStarted(): boolean {
    return this.#isStarted
  }

  /** The status and headers of the response, also of one that refuses the request; `undefined` before it was received. */
  get head(): ResponseHead | undefined {
    return this.#head
  }

  /**
   * Returns the command with a middleware that reports here, and that fails if a success is not the service's.
   *
   * @param onBytes - called when some of a response that the SDK gathers has been received
   */
  watched<Command extends { readonly middlewareStack: CommandStack }>(
    command: Command,
    onBytes: () => void,
  ): Command {
    const middleware =
      (next: (args: { readonly request: SentRequest }) => Promise<RawResponse>) =>
      async (args: { readonly request: SentRequest }): Promise<RawResponse> => {
        this.#isStarted = true
        args.request.headers[ID_HEADER] = this.id
        const result = await next(args)
        const { response } = result
        this.#head = response
        const { statusCode, body } = response
        const stream = body instanceof Readable ? body : undefined // the handler of another platform has other bodies
        if (statusCode < 300 && this.#isForeignSuccess(args.request.method, response)) {
          stream?.destroy() // it is not read, and would keep its connection
          throw foreignResponse(this.#operation, statusCode)
        }
        if (stream && !(this.#isOutput && statusCode < 300))
          response.body = boundedBody(
            stream,
            () => (this.#error = tooLongResponse(this.#operation, statusCode)),
            onBytes,
          )
        return result
      }
    command.middlewareStack.add(middleware, INNERMOST)
    return command
  }
}
