/**
 * Makes a command of the SDK for S3 one request with a plain body and a plain response, with any client.
 *
 * - `followRegionRedirects` of a client would send the request a second time, with a body that has been read.
 * - `Expect: 100-continue` is not sent. The SDK opens a new connection for each request that has it, waits 6 seconds for
 *   servers that do not know it, and sends the body at once through a proxy. An early refusal ends the body all the same
 *   (`client/sdk/request-sender.ts`).
 * - The SDK would validate the checksum of a download: a further pass over the bytes, which their reader checks by SHA-256.
 */
import type { CommandStack } from '../../client/sdk/single-request.js'

interface BuildArguments {
  readonly request: { readonly headers: Record<string, string> }
}

interface Deserialized {
  readonly response: { readonly headers: Record<string, string> }
}

/** Asks for a checksum in the response of a download. The SDK sets it by default, and validates the response. */
const VALIDATION = 'x-amz-checksum-mode'

/** Returns the command as one request. */
export function asOneRequest<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
): Command {
  const stack = command.middlewareStack
  stack.add(<Next>(next: Next) => next, {
    step: 'initialize',
    name: 'regionRedirectMiddleware',
    tags: ['REGION_REDIRECT', 'S3'],
    override: true,
  })
  const withoutExpect =
    <Output>(next: (args: BuildArguments) => Promise<Output>) =>
    (args: BuildArguments): Promise<Output> => {
      delete args.request.headers.Expect
      return next(args)
    }
  // The last middleware before the request is signed: all that change the headers have run.
  stack.add(withoutExpect, { step: 'build', name: 'glacierPipeOneRequest', priority: 'low' })
  return command
}

/** Returns a command of a download whose bytes the SDK passes on as they are. */
export function asPlainDownload<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
): Command {
  const stack = command.middlewareStack
  const unrequested =
    <Output>(next: (args: BuildArguments) => Promise<Output>) =>
    (args: BuildArguments): Promise<Output> => {
      Reflect.deleteProperty(args.request.headers, VALIDATION)
      return next(args)
    }
  stack.add(unrequested, { step: 'build', name: 'glacierPipeNoValidation', priority: 'low' })
  const unstated =
    <Arguments>(next: (args: Arguments) => Promise<Deserialized>) =>
    async (args: Arguments): Promise<Deserialized> => {
      const result = await next(args)
      const { headers } = result.response
      // The SDK validates what the headers state, whatever was requested.
      for (const name of Object.keys(headers))
        if (name.startsWith('x-amz-checksum-')) Reflect.deleteProperty(headers, name)
      return result
    }
  stack.add(unstated, { step: 'deserialize', name: 'glacierPipePlainDownload', priority: 'low' })
  return command
}
