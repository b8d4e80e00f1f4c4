import { runHostile } from './hostile-checks.js'
import { OWN_FILES, type HostileCommand } from './hostile-commands.js'
import { FOREIGN_REPLIES, HEADER_REPLIES, fieldReplies } from './hostile-replies.js'
import { MAX_REQUESTS, type HostileService, type Nonsense, type Operation } from './hostile-service.js'

/**
 * The properties that do not hold when a command meets wrong responses to each of its operations.
 *
 * @param stride - every so many of the responses are sent; default all
 * @param first - the number of the first one
 */
export async function problemsWithReplies(
  command: HostileCommand,
  service: HostileService,
  dir: string,
  stride = 1,
  first = 0,
): Promise<string[]> {
  const found: string[] = []
  for (const operation of command.operations) {
    const all = [...FOREIGN_REPLIES, ...HEADER_REPLIES, ...fieldReplies(operation)]
    for (let i = first % stride; i < all.length; i += stride) {
      const [name, nonsense] = all[i] ?? ['', undefined]
      if (nonsense)
        found.push(
          ...(await problemsWithReply(command, service, dir, operation, nonsense)).map(
            (problem) => `${operation}: ${name}: ${problem}`,
          ),
        )
    }
  }
  return found
}

/** The properties that do not hold when a command meets one wrong response to an operation. */
export async function problemsWithReply(
  command: HostileCommand,
  service: HostileService,
  dir: string,
  operation: Operation,
  nonsense: Nonsense,
): Promise<string[]> {
  service.reset()
  service.nonsense = { operations: new Set([operation]), send: nonsense }
  const { rawStdout = false, input } = command
  const tree = { dir, mayChange: OWN_FILES }
  const { problems } = await runHostile(command.args(dir, service.endpoint), { tree, rawStdout, input })
  const requests = service.seen.length
  return requests > MAX_REQUESTS ? [...problems, `more than ${MAX_REQUESTS} requests`] : [...problems]
}
