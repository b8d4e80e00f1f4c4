/**
 * The completion of bash.
 *
 * A name of an archive is data of other people. It is never evaluated: the script splits the line by itself, and quotes what
 * it inserts, for the place where it is inserted.
 */
import type { Command } from 'commander'
import { completedCommands, flagsOf, namesBelow } from './completed-commands.js'

/** The script for bash 3.2 and later. */
export function bashScript(program: Command): string {
  const cases = completedCommands(program).map(
    ({ words, command }) => `      '${words} '*) found=(${flagsOf(command).join(' ')}) ;;`,
  )
  return SCRIPT.replace('@COMMANDS@', namesBelow(program).join(' ')).replace('@CASES@', cases.join('\n'))
}

const SCRIPT = `# Completion of glacier-pipe for bash. Made by: glacier-pipe completion bash

# Puts the words before the cursor into "words", without their quotes. "offset" is the number of characters of the last
# word that readline keeps: those before the last word break, or before an open quote.
__glacier_pipe_split() {
  local line=\${COMP_LINE:0:COMP_POINT} word= begun= tilde= char i
  words=() quote= offset=0
  for ((i = 0; i < \${#line}; i++)); do
    char=\${line:i:1}
    if [[ $quote == "'" ]]; then
      if [[ $char == "'" ]]; then quote=; else word+=$char; fi
    elif [[ $char == \\\\ ]]; then
      ((i++))
      [[ $quote && \${line:i:1} != [\\$\\"\\\\\\\`] ]] && word+=\\\\
      word+=\${line:i:1} begun=1
    elif [[ $quote ]]; then
      if [[ $char == "$quote" ]]; then quote=; else word+=$char; fi
    elif [[ $char == [\\'\\"] ]]; then
      quote=$char begun=1 opened=$offset
      offset=\${#word}
    elif [[ $char == [[:space:]] ]]; then
      [[ $tilde && $word == \\~/* ]] && word=$HOME\${word:1}
      [[ $begun ]] && words+=("$word")
      word= begun= tilde= offset=0
    else
      [[ -z $begun && $char == \\~ ]] && tilde=1
      word+=$char begun=1
      [[ $COMP_WORDBREAKS == *"$char"* ]] && offset=\${#word}
    fi
    # A quote that is closed is part of the word that readline replaces.
    [[ -z $quote && $opened ]] && offset=$opened opened=
  done
  words+=("$word")
}

# Quotes a text for the place at the cursor, and puts it into "quoted".
__glacier_pipe_quote() {
  local text=$1 char i
  if [[ -z $quote ]]; then
    printf -v quoted %q "$text"
    return
  fi
  quoted=
  for ((i = 0; i < \${#text}; i++)); do
    char=\${text:i:1}
    case $quote$char in
      "''") quoted+="'\\\\''" ;;
      '"!') quoted+="\\"'!'\\"" ;;
      '""' | '"$' | '"\\' | '"\`') quoted+=\\\\$char ;;
      *) quoted+=$char ;;
    esac
  done
  # readline closes the quote, unless the text ends with such a quote.
  [[ $quoted == *"$quote" ]] && quoted+=$quote
}

_glacier_pipe() {
  local quote offset opened= quoted candidate kind=words IFS=$' \\t\\n'
  local -a words found
  __glacier_pipe_split
  local current=\${words[\${#words[@]} - 1]}
  COMPREPLY=()
  if ((\${#words[@]} == 2)) && [[ $current != -* ]]; then
    found=(@COMMANDS@)
  elif [[ $current == -* && $current != *=* && " \${words[*]} " != *' -- '* ]]; then
    case "\${words[*]:1} " in
@CASES@
    esac
  else
    while IFS= read -r candidate; do
      found+=("\${candidate%%$'\\t'*}")
    done < <(command glacier-pipe __complete -- "\${words[@]:1}" 2>/dev/null)
    kind=\${found[0]}
    found=("\${found[@]:1}")
  fi
  for candidate in "\${found[@]}"; do
    [[ $candidate == "$current"* ]] || continue
    __glacier_pipe_quote "\${candidate:offset}"
    COMPREPLY+=("$quoted")
  done
  case $kind in
    files) ;;
    directories) compopt +o default -o dirnames 2>/dev/null ;;
    *) compopt +o default 2>/dev/null ;;
  esac
}

complete -o default -F _glacier_pipe glacier-pipe
`
