/**
 * The words that people try first, from other tools. A word states which command to use, and runs nothing: the commands
 * of other tools differ in their operands, and some delete.
 */
import type { Command } from 'commander'
import { invariant } from '../../invariant.js'
import { UsageError } from '../command-errors.js'
import { callOf } from '../walk-commands.js'

/** The words, by the commands that they mean. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  put: ['upload', 'backup', 'store', 'save', 'send', 'archive'],
  get: ['restore', 'download', 'retrieve', 'fetch', 'receive', 'extract'],
  ls: ['list', 'find', 'snapshots', 'archives'],
  verify: ['check', 'compare'],
  rm: ['delete', 'remove', 'del', 'erase'],
  prune: ['forget', 'expire', 'retention'],
  empty: ['purge', 'clear', 'wipe'],
  hash: ['sum', 'checksum', 'treehash'],
  jobs: ['job', 'status'],
  uploads: ['upload-list', 'multipart', 'abort'],
  serve: ['server', 'start', 'emulator', 'local'],
  'catalog rebuild': ['rebuild'],
  'catalog diff': ['diff'],
  'vault create': ['create', 'init', 'mkdir', 'mb', 'create-vault'],
  'vault ls': ['vaults', 'list-vaults'],
  'vault show': ['info', 'describe', 'stat'],
  'vault rm': ['rmdir', 'rb', 'delete-vault'],
  help: ['man', 'usage'],
}
/** The words below `vault`. */
const VAULT_WORDS: Readonly<Record<string, readonly string[]>> = {
  create: ['new', 'add', 'make', 'init'],
  ls: ['list'],
  show: ['info', 'describe', 'status'],
  rm: ['delete', 'remove', 'del'],
}

/** The words below `catalog`. */
const CATALOG_WORDS: Readonly<Record<string, readonly string[]>> = {
  import: ['restore', 'load', 'merge'],
  export: ['backup', 'save', 'dump'],
}

/** Adds the words as hidden commands. */
export function addWords(program: Command): void {
  addWordsTo(program, program, WORDS)
  const vault = below(program, 'vault')
  addWordsTo(vault, vault, VAULT_WORDS)
  const catalog = below(program, 'catalog')
  addWordsTo(catalog, catalog, CATALOG_WORDS)
}

function addWordsTo(
  parent: Command,
  root: Command,
  words: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [call, others] of Object.entries(words)) {
    const target = call.split(' ').reduce(below, root)
    for (const word of others) addWord(parent, word, target)
  }
}

function addWord(parent: Command, word: string, target: Command): void {
  parent
    .command(word, { hidden: true })
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      const call = callOf(target)
      throw new UsageError(
        `There is no command ${word}. Use: ${call} ${target.usage()} (help: ${call} --help)`,
      )
    })
}

function below(command: Command, name: string): Command {
  const found = command.commands.find((candidate) => candidate.name() === name)
  invariant(found !== undefined, `the program has the command ${name}`)
  return found
}
