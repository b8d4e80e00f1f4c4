/**
 * Which upload `put --resume` and `put --upload-id` mean, and the command that goes on with one.
 */
import type { UploadJournal } from '../upload/journal.js'
import { readCatalog } from '../catalog/catalog.js'
import { isAt, type VaultPlace } from '../catalog/record.js'
import { unfinishedIn, type Unfinished } from '../catalog/unfinished.js'
import { UploadGoneError } from '../errors.js'
import type { ResumeOptions } from '../upload/writer-options.js'
import type { Archive } from '../upload/archive.js'
import { encodeDescription } from '../vault/description.js'
import { printNote, type Io } from './io.js'
import type { PutOptions } from './put.js'

/** What is to be gone on with. */
export interface ResumeTarget {
  readonly resume: ResumeOptions & { readonly partSize?: number; readonly description?: string | undefined }
  /** Where `--resume` finds the upload gone, a new one is made: resolves to nothing. Else the error is thrown. */
  whenGone(error: unknown, journal: UploadJournal | undefined): Promise<undefined>
}

/**
 * Looks in the catalog for what is meant. Of `--upload-id` that one, known or not; of `--resume` the last unfinished one
 * of the vault, with the description where one is given, or none.
 */
export async function findUnfinished(
  where: VaultPlace,
  catalogFile: string,
  options: PutOptions,
  io: Io,
): Promise<ResumeTarget | undefined> {
  const { uploadId, resume, quiet } = options
  if (uploadId === undefined && !resume) return undefined
  const known = await unfinishedIn(readCatalog(catalogFile))
  if (uploadId !== undefined) {
    const found = known.find((it) => it.uploadId === uploadId)
    return {
      resume: found ? resumeOf(found) : { uploadId },
      whenGone: rethrow,
    }
  }
  const description = options.description === undefined ? undefined : encodeDescription(options.description)
  const found = known.findLast((it) => isAt(it, where) && (description ?? it.description) === it.description)
  if (!found) {
    if (!quiet) printNote(io, `No upload to ${where.vaultName} is unfinished: a new one is begun.`)
    return undefined
  }
  const name =
    found.uploadId === undefined ? `after volume ${found.earlierVolumes.length}` : `with ${found.uploadId}`
  if (!quiet) printNote(io, `Going on ${name}, begun ${found.time}.`)
  return {
    resume: resumeOf(found),
    async whenGone(error, journal) {
      if (!(error instanceof UploadGoneError) || found.uploadId === undefined) throw error
      await journal?.ended(found.uploadId)
      if (!quiet)
        printNote(io, 'The service has that upload no more: it removes one after a day. A new one is begun.')
      return undefined
    },
  }
}

async function rethrow(error: unknown): Promise<undefined> {
  throw error
}

function resumeOf({
  uploadId,
  completionSent,
  earlierVolumes,
  partSize,
  description,
}: Unfinished): ResumeTarget['resume'] {
  const volumes = earlierVolumes.map((it): Archive => ({
    archiveId: it.archiveId,
    vaultName: it.vaultName,
    size: it.size,
    treeHash: it.treeHash,
    partSize: it.partSize ?? partSize,
    parts: it.parts ?? Math.ceil(it.size / partSize),
    description: it.description,
    location: undefined,
    volume: it.volume,
    firstVolume: it.firstVolume,
  }))
  return { uploadId, completionSent, earlierVolumes: volumes, partSize, description }
}

/** The command that goes on with an upload, as it would be typed. */
export function resumeCommand(
  vaultName: string,
  file: string | undefined,
  uploadId: string | undefined,
  options: PutOptions,
): string {
  const given = {
    region: options.region,
    profile: options.profile,
    'account-id': options.accountId,
    endpoint: options.endpoint,
    'local-dir': options.localDir,
    catalog: options.catalog,
  }
  const words = ['glacier-pipe', 'put']
  for (const [name, value] of Object.entries(given)) if (value !== undefined) words.push(`--${name}=${value}`)
  if (options.local) words.push('--local')
  words.push(uploadId === undefined ? '--resume' : `--upload-id=${uploadId}`, vaultName)
  if (file !== undefined && file !== '-') words.push(file)
  return (file === undefined || file === '-' ? '… | ' : '') + words.map(quoted).join(' ')
}

/** A word as a shell takes it for one. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
