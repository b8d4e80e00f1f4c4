/**
 * Makes a command of the SDK's one request, with one body, under our limits, whoever made the client: middleware on
 * the command's own stack takes the place of the client's of the same name.
 */

/** As much of a command's middleware stack as is used here. */
export interface CommandStack {
  add(middleware: unknown, options: unknown): void
  addRelativeTo(middleware: unknown, options: unknown): void
}

interface BuildArguments {
  readonly request: { readonly headers: Record<string, string> }
}

/** The command, made to be sent once: the SDK's own attempts (3 in 50 ms, shared bucket) would hide ours. */
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
 * The command, made to send these headers with its body, and to compute none of them.
 *
 * The SDK's `addChecksumHeadersMiddleware` hashes every body twice on the main thread even when it is handed both
 * hashes; the signer takes the linear hash it finds in the header.
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
