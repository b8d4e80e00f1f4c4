/** The completion of fish, which quotes by itself what it inserts. */
import type { Command } from 'commander'
import { visibleCommandsOf, visibleOptionsOf } from '../../walk-commands.js'
import { completedCommands } from './completed-commands.js'

/** The script for fish. */
export function fishScript(program: Command): string {
  const lines = visibleCommandsOf(program).map(
    (command) =>
      `complete -c glacier-pipe -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
  )
  for (const { words, command } of completedCommands(program)) {
    const condition = words
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    for (const { long, short, description, required } of visibleOptionsOf(command)) {
      const shortFlag = short ? ` -s ${short.slice(1)}` : ''
      // -x: the values come from the function, and are no files by default
      const value = required ? ` -x -a '(__glacier_pipe_complete)'` : ''
      lines.push(
        `complete -c glacier-pipe -n '${condition}' -l ${long.slice(2)}${shortFlag}${value} -d ${quoted(description)}`,
      )
    }
  }
  return `${SCRIPT}\n${lines.join('\n')}\n`
}

const SCRIPT = `# Completion of glacier-pipe for fish. Made by: glacier-pipe completion fish

function __glacier_pipe_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    set -l current (commandline -ct)
    set -l found (command glacier-pipe __complete -- $typed (string unescape -- $current; or echo -- $current) 2>/dev/null)
    switch "$found[1]"
        case files
            __fish_complete_path $current
        case directories
            __fish_complete_directories $current
        case '*'
            printf '%s\\n' $found[2..-1]
    end
end

complete -c glacier-pipe -n 'not __fish_use_subcommand' -f -a '(__glacier_pipe_complete)'`

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
