/** The command that resumes an upload, for messages. */
import type { PutOptions, PutSource } from '../../commands/archives/put.js'
import { flagOf } from '../../options/option-names.js'
import { shellCommand } from '../../output/shell-command.js'
import { descriptorOf } from './put-input.js'

/** The options that select the stream: the command that resumes has its own. */
const SELECTING = ['resume', 'uploadId']
/** The options that are milliseconds. */
const DURATIONS = ['retryFor', 'timeout']
/** The values of options that the user need not give. */
const DEFAULTS: Readonly<Record<string, unknown>> = { volumes: true, onFailure: 'keep', progress: 'auto' }

/** A value of an option; one that may be repeated has several. */
type Value = string | number | boolean

/** The operands of a `put`. */
export interface PutOperands extends PutSource {
  /** The name of a vault, or `s3://BUCKET/KEY`. */
  readonly destination: string
}

/**
 * The command that resumes a stream, with all options that the user gave. A command after `--` is shown as `…`: it may
 * have passwords.
 *
 * @param uploadId - the upload to resume; `undefined` between two volumes, for `--resume`
 */
export function resumeCommand(
  { destination, file, command }: PutOperands,
  uploadId: string | undefined,
  options: PutOptions,
): string {
  const words = ['glacier-pipe', 'put']
  for (const [option, given] of Object.entries(options) as [string, Value | readonly Value[]][]) {
    if (SELECTING.includes(option) || given === DEFAULTS[option]) continue
    for (const value of [given].flat()) words.push(wordOf(option, value))
  }
  words.push(uploadId === undefined ? '--resume' : `--upload-id=${uploadId}`)
  if (command) return `${shellCommand(words, [destination])} -- …`
  if (file === undefined || descriptorOf(file) !== undefined)
    return `… | ${shellCommand(words, [destination])}`
  return shellCommand(words, [destination, file.startsWith('-') ? `./${file}` : file])
}

function wordOf(option: string, value: Value): string {
  if (value === true) return flagOf(option)
  if (value === false) return flagOf(option).replace(/^--/, '--no-')
  if (DURATIONS.includes(option)) return `${flagOf(option)}=${Number(value) / 1000}s`
  return `${flagOf(option)}=${value}`
}
