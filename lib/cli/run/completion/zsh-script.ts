/** The completion of zsh, which quotes by itself what it inserts. */
import type { Command } from 'commander'
import { completedCommands, flagsOf, namesBelow } from './completed-commands.js'

/** The script for zsh. */
export function zshScript(program: Command): string {
  const cases = completedCommands(program).map(
    ({ words, command }) => `      '${words} '*) found=(${flagsOf(command).join(' ')}) ;;`,
  )
  return SCRIPT.replace('@COMMANDS@', namesBelow(program).join(' ')).replace('@CASES@', cases.join('\n'))
}

const SCRIPT = `#compdef glacier-pipe
# Completion of glacier-pipe for zsh. Made by: glacier-pipe completion zsh

_glacier_pipe() {
  local -a typed found
  local current=\${(Q)PREFIX} kind=words
  typed=("\${(@Q)words[2,CURRENT-1]}") # Q removes quotes, and evaluates nothing
  if (( CURRENT == 2 )) && [[ $current != -* ]]; then
    found=(@COMMANDS@)
  elif [[ $current == -* && $current != *=* && " \${(j: :)typed} " != *' -- '* ]]; then
    case "\${(j: :)typed} " in
@CASES@
    esac
  else
    found=("\${(@f)$(command glacier-pipe __complete -- "\${typed[@]}" "$current" 2>/dev/null)}")
    kind=$found[1]
    shift found
  fi
  case $kind in
    files) compset -P '--*='; _files ;;
    directories) compset -P '--*='; _files -/ ;;
    *) compadd -- "\${(@)found%%$'\\t'*}" ;;
  esac
}

if [[ $funcstack[1] == _glacier_pipe ]]; then
  _glacier_pipe "$@"
else
  compdef _glacier_pipe glacier-pipe
fi
`
