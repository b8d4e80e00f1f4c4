/** The status and headers of a response, which the SDK does not return for all operations. */
import type { CommandStack } from './single-request.js'

/** The status and headers of a response. */
export interface ResponseFacts {
  readonly status: number
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>
}

interface Deserialized {
  readonly response: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }
}

/** Returns the command with a middleware that reports its response. The response of a failed request is not reported. */
export function observingResponse<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
  observe: (facts: ResponseFacts) => void,
): Command {
  const middleware =
    <Arguments>(next: (args: Arguments) => Promise<Deserialized>) =>
    async (args: Arguments): Promise<Deserialized> => {
      const result = await next(args)
      const { statusCode: status, headers } = result.response
      observe({ status, headers })
      return result
    }
  command.middlewareStack.add(middleware, { step: 'deserialize', name: 'observeResponse', override: true })
  return command
}
