/**
 * What `put` says about the stream it resumes, and the command that resumes one.
 */
import type { Lock } from '../../../fs/lock.js'
import type { ResumeFinding } from '../../../resume/resume-point.js'
import type { PutOptions } from '../../commands/put.js'
import { descriptorOf } from './put-input.js'

/**
 * Where a stream is resumed, in lines for people.
 *
 * @param uploadId - the upload that was to be resumed; `undefined` between two volumes
 * @param time - when it was begun, ISO 8601; where it is known
 */
export function findingNotes(
  { point, ended, isStoredNow }: ResumeFinding,
  uploadId: string | undefined,
  time?: string,
): string[] {
  const begun = time === undefined ? '' : `, begun ${time}`
  const last = point?.earlierVolumes.at(-1)
  if (isStoredNow && last) {
    const then = point.isComplete ? 'The source is compared with it.' : 'The stream continues after it.'
    return [`The upload ${uploadId} is completed: its archive ID is ${last.archiveId}. ${then}`]
  }
  const notes = ended ? [ended.message] : []
  if (point?.uploadId !== undefined) notes.push(`Resuming the upload ${point.uploadId}${begun}.`)
  else if (last) notes.push(`Resuming after volume ${last.volume}${begun}.`)
  return notes
}

/** The warning for a lock that was taken over from another host or container; `undefined` where it was not. */
export function takeOverWarning({ wasElsewhere, previous }: Lock): string | undefined {
  if (!wasElsewhere || !previous) return undefined
  const { host, pid, since } = previous
  return (
    `WARNING: process ${pid} on ${host} owned the upload since ${since} and has shown no sign of life for ten minutes. ` +
    'It is taken over.'
  )
}

/** The command that resumes a stream, as it would be typed. */
export function resumeCommand(
  vaultName: string,
  file: string | undefined,
  uploadId: string | undefined,
  options: PutOptions,
): string {
  const { region, profile, endpoint, catalog, name, description } = options
  const given = {
    region,
    profile,
    'account-id': options.accountId,
    endpoint,
    'local-dir': options.localDir,
    catalog,
    // Later volumes are to be no longer than the first ones.
    'max-archive-size': options.maxArchiveSize,
    // An upload ID selects the upload whatever it is called; --resume goes by the name.
    name: uploadId === undefined ? (name ?? description) : undefined,
  }
  const words = ['glacier-pipe', 'put']
  for (const [option, value] of Object.entries(given))
    if (value !== undefined) words.push(`--${option}=${value}`)
  if (options.local) words.push('--local')
  words.push(uploadId === undefined ? '--resume' : `--upload-id=${uploadId}`)
  const isPiped = file === undefined || descriptorOf(file) !== undefined
  const operands = isPiped ? [vaultName] : [vaultName, file]
  return (isPiped ? '… | ' : '') + shellCommand(words, operands)
}

/** A command as it would be typed. */
export function shellCommand(words: readonly string[], operands: readonly string[]): string {
  const dashes = operands.some((operand) => operand.startsWith('-')) ? ['--'] : [] // it is no option
  return [...words, ...dashes, ...operands].map(quoted).join(' ')
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`
  const escaped = word.replace(/[\\']/g, '\\$&').replace(/\p{Cc}/gu, (it) => octalOf(it))
  return `$'${escaped}'` // as bash, zsh and ksh read it; plain quotes would let a name steer the terminal
}

function octalOf(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
