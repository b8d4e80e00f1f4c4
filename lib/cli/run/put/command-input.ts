/** The output of a command as the input of `put`. */
import { once } from 'node:events'
import { SourceCommandError } from '../../../errors.js'
import { fromCommand, type CommandSource } from '../../../stages/command-source.js'
import { finished } from '../../../streams/node-streams.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { asUsageError } from '../../options/option-names.js'
import type { PutInput } from './put-input.js'

/**
 * The output of a command. The command is started when its output is about to be read, so that it does not run if the
 * upload cannot begin, as without credentials. It has ended when the input is closed.
 *
 * @param words - the program and its arguments
 */
export function commandInput([program = '', ...args]: readonly string[], io: Io): PutInput {
  let source: CommandSource | undefined
  return {
    open: async () => {
      const { signal, clock, ignoresHangup } = io
      // A terminal sends SIGHUP to its whole session, and under nohup the command must survive it too.
      const options = { stdin: 'inherit', detached: ignoresHangup, signal, clock } as const
      source = asUsageError(() => fromCommand(program, args, options), { command: 'The command after --' })
      source.on('error', () => undefined) // it may fail before the upload reads it, which then reports the error
      await once(source, 'spawn').catch(throwUsageError)
      return source
    },
    close: async () => {
      if (source) await end(source)
    },
  }
}

/** Destroys a source, and waits until its command has ended. Its error is that of the upload that read it. */
async function end(source: CommandSource): Promise<void> {
  source.destroy()
  await finished(source).catch(() => undefined)
}

/** Throws the error of a command that does not run: that of a command that cannot be started is a usage error. */
function throwUsageError(error: unknown): never {
  throw error instanceof SourceCommandError ? new UsageError(error.message, { cause: error }) : error
}
