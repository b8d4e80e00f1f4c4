/** The command `completion SHELL`, and the hidden command that its scripts call. */
import { Argument, type Command } from 'commander'

/** The functions that run the commands. */
export interface CompletionRunners {
  printScript(shell: 'bash' | 'zsh' | 'fish'): Promise<void>
  /** @param words - the words behind the name of the program; the last one is that at the cursor */
  complete(words: readonly string[]): Promise<void>
}

/** Declares `completion` and `__complete`. */
export function addCompletionCommands(program: Command, run: CompletionRunners): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .description('print a script that completes command lines in a shell')
    .action((shell: 'bash' | 'zsh' | 'fish') => run.printScript(shell))
  program
    .command('__complete [words...]', { hidden: true })
    .action((words: readonly string[]) => run.complete(words))
}
