/**
 * Keeps the SDK from hashing a body that was hashed already.
 *
 * The SDK's `addChecksumHeadersMiddleware` hashes every body twice on the main thread even when it is handed both
 * hashes (protocol.md 6). One of the same name on the command's own stack takes its place, whoever made the client,
 * and the signer takes the linear hash it finds in the header.
 */
import type { Checksums } from '../tree-hash/tree-hash.js'

/** As much of a command's middleware stack as is used here. */
interface CommandStack {
  add(middleware: unknown, options: unknown): void
}

interface BuildArguments {
  readonly request: { readonly headers: Record<string, string> }
}

/** The command, made to send these hashes and to compute none. */
export function withChecksums<Command extends { readonly middlewareStack: CommandStack }>(
  command: Command,
  { linearHash, treeHash }: Checksums,
): Command {
  const middleware =
    <Output>(next: (args: BuildArguments) => Promise<Output>) =>
    (args: BuildArguments): Promise<Output> => {
      args.request.headers['x-amz-content-sha256'] = linearHash
      args.request.headers['x-amz-sha256-tree-hash'] = treeHash
      return next(args)
    }
  command.middlewareStack.add(middleware, {
    step: 'build',
    name: 'addChecksumHeadersMiddleware',
    override: true,
  })
  return command
}
