/**
 * Makes a command of the SDK one request with one body, with any client: middleware on the command's own stack
 * replaces the client's middleware of the same name.
 */

/** The methods of a command's middleware stack that are used here. */
export interface CommandStack {
  add(middleware: unknown, options: unknown): void
  addRelativeTo(middleware: unknown, options: unknown): void
}

interface BuildArguments {
  readonly request: { readonly headers: Record<string, string> }
}

/** Returns the command without the SDK's retries (3 attempts in 50 ms): this package retries by itself. */
export function withoutRetries<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
): Command {
  command.middlewareStack.add(<Next>(next: Next) => next, {
    step: 'finalizeRequest',
    name: 'retryMiddleware',
    tags: ['RETRY'],
    priority: 'high',
    override: true,
  })
  return command
}

/**
 * Returns the command with these headers of its body, of which the SDK computes none.
 *
 * The SDK's `addChecksumHeadersMiddleware` hashes every body twice on the main thread even if it has both hashes; the
 * signer uses the linear hash that it finds in the header.
 */
export function withBodyHeaders<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
  headers: Readonly<Record<string, string>>,
): Command {
  const middleware =
    <Output>(next: (args: BuildArguments) => Promise<Output>) =>
    (args: BuildArguments): Promise<Output> => {
      Object.assign(args.request.headers, headers)
      return next(args)
    }
  command.middlewareStack.add(middleware, {
    step: 'build',
    name: 'addChecksumHeadersMiddleware',
    override: true,
  })
  return command
}
