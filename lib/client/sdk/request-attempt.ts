/**
 * What happens at the transport's end of one request: whether it was handed over, and whether what came back can be the
 * service's. The SDK takes any status below 300 for success, and hides where an error was thrown.
 */
import { randomUUID } from 'node:crypto'
import { foreignAnswer } from './service-error.js'
import type { CommandStack } from './single-request.js'

/** The innermost place of a command's middleware: what is called there hands the request to the transport. */
const INNERMOST = { step: 'deserialize', priority: 'low', name: 'glacierPipeExchange', override: true }

/** The SDK's own name for it. Its middleware that sends it is the one that makes attempts, which is replaced. */
export const ID_HEADER = 'amz-sdk-invocation-id'

/** The statuses by which the service confirms, to GET and to all others (docs/glacier-protocol.md#operations). */
const CONFIRMING_READ: ReadonlySet<number> = new Set([200, 206])
const CONFIRMING_WRITE: ReadonlySet<number> = new Set([201, 202, 204])

interface SentRequest {
  readonly method: string
  readonly headers: Record<string, string>
}

interface RawAnswer {
  readonly response: {
    readonly statusCode: number
    readonly headers: Readonly<Record<string, string>>
    readonly body?: { destroy?(): void }
  }
}

/** One request's way to the transport and back. */
export class Exchange {
  readonly #operation: string
  /** Sent in the header in which the SDK tells its requests apart, and known in no other request. */
  readonly id: string = randomUUID()
  #isBegun = false

  constructor(operation: string) {
    this.#operation = operation
  }

  /** Whether the request was handed to the transport: until then nothing was sent. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** The command, made to report here, and to fail where the answer confirms and is not the service's. */
  watched<Command extends { readonly middlewareStack: CommandStack }>(command: Command): Command {
    const middleware =
      (next: (args: { readonly request: SentRequest }) => Promise<RawAnswer>) =>
      async (args: { readonly request: SentRequest }): Promise<RawAnswer> => {
        this.#isBegun = true
        args.request.headers[ID_HEADER] = this.id
        const answer = await next(args)
        const { statusCode, body } = answer.response
        if (isForeignSuccess(args.request.method, answer)) {
          body?.destroy?.() // nobody reads it, and its connection would stay taken
          throw foreignAnswer(this.#operation, statusCode)
        }
        return answer
      }
    command.middlewareStack.add(middleware, INNERMOST)
    return command
  }
}

/**
 * Whether an answer below 300 is not the service's: it lacks the request ID, and something that every such answer of
 * the service has besides. The request ID alone does not decide: not every emulator sends one.
 */
function isForeignSuccess(method: string, { response: { statusCode, headers } }: RawAnswer): boolean {
  if (statusCode >= 300 || headers['x-amzn-requestid'] !== undefined) return false
  const isRead = method === 'GET'
  const isEmptyRead = isRead && headers['content-length'] === '0'
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '')
  return isEmptyRead || isPage || !(isRead ? CONFIRMING_READ : CONFIRMING_WRITE).has(statusCode)
}
