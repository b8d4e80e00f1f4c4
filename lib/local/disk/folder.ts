/**
 * The folder of a local vault, which has a marker: `local-vault.json`. Nothing in a folder without a marker is ever
 * changed, nor anything outside of the folder.
 *
 * - A folder that is missing or empty is created and marked. A folder that version 0.1 wrote is marked. Any other is
 *   refused, and nothing is created in it.
 * - The marker is written after `vaults`, `locks` and `tmp`. If a crash comes between, the next start recognizes them.
 * - Two processes may start at the same time, and the content that one has written is not foreign to the other. Therefore
 *   a folder is refused only if it still has no marker after foreign content was found.
 * - `vaults`, `locks` and `tmp` must be folders: a symbolic link would lead out of the folder.
 */
import { join } from 'node:path'
import { LocalFolderError } from '../../errors.js'
import { makeFolder } from '../../fs/durable.js'
import { parsed } from './damage.js'
import { kindOf, readText } from './files.js'
import { FOLDERS, foreignNames } from './folder-content.js'
import { isFolderRecord } from '../records/folder-record.js'

/** The name of the marker. */
const MARKER = 'local-vault.json'
/** The format of the folder that this version writes, and the latest that it reads. */
const FORMAT = 1
/** The maximum number of foreign names in a message. */
const MAX_SHOWN_NAMES = 3

/**
 * Asserts that a folder is a local vault's, or can become one, and creates the folders that every local vault has.
 *
 * @param dir - absolute
 * @param writeMarker - writes a file of the folder atomically, once `tmp` exists
 * @param foreignIn - finds files that no local vault wrote; tests replace it
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is not a local vault's, is one of a later version, or has a
 *   symbolic link where a folder must be
 */
export async function claimFolder(
  dir: string,
  writeMarker: (path: string, content: object) => Promise<void>,
  foreignIn: (dir: string) => Promise<string[]> = foreignNames,
): Promise<void> {
  const marker = join(dir, MARKER)
  await makeFolder(dir)
  for (const name of FOLDERS) await assertNoLink(dir, name)
  const isMarked = (await hasMarker(dir, marker)) || !(await isFree(dir, marker, foreignIn))
  for (const name of FOLDERS) await assertFolder(dir, name)
  for (const name of FOLDERS) await makeFolder(join(dir, name))
  if (!isMarked) await writeMarker(marker, { format: FORMAT })
}

/**
 * Whether a folder without a marker can be marked; `false` if another process has marked it meanwhile.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: it contains files that no local vault wrote
 */
async function isFree(
  dir: string,
  marker: string,
  foreignIn: (dir: string) => Promise<string[]>,
): Promise<boolean> {
  const foreign = await foreignIn(dir)
  if (foreign.length === 0) return true
  if (await hasMarker(dir, marker)) return false
  const more = foreign.length - MAX_SHOWN_NAMES
  const names = [...foreign.slice(0, MAX_SHOWN_NAMES), ...(more > 0 ? [`${more} more`] : [])]
  throw new LocalFolderError(
    dir,
    `it is not empty and is not a local vault: it contains ${names.join(', ')}. Nothing in it was changed. Choose an ` +
      `empty or a new folder. If it is a local vault whose ${MARKER} is missing, create that file with the content ` +
      JSON.stringify({ format: FORMAT }),
  )
}

/**
 * Whether a folder has a marker.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the marker is of a later version, or is damaged
 */
async function hasMarker(dir: string, marker: string): Promise<boolean> {
  const kind = await kindOf(marker)
  if (kind === 'missing') return false
  const content = kind === 'file' ? parsed(String(await readText(marker))) : undefined
  if (!isFolderRecord(content)) {
    throw new LocalFolderError(
      dir,
      `its ${MARKER} is damaged: it must be a file with the content ${JSON.stringify({ format: FORMAT })}. ` +
        'If the folder is a local vault, restore that file; otherwise choose another folder',
    )
  }
  if (content.format <= FORMAT) return true
  throw new LocalFolderError(
    dir,
    `a later version of glacier-pipe wrote it, in format ${content.format}, and this version reads format ${FORMAT}. ` +
      'Update glacier-pipe, or choose another folder',
  )
}

/**
 * Asserts that a path in a folder is not a symbolic link.
 *
 * @param name - the path, below the folder
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: it is one
 */
export async function assertNoLink(dir: string, name: string): Promise<void> {
  if ((await kindOf(join(dir, name))) !== 'link') return
  throw new LocalFolderError(
    dir,
    `its ${name} is a symbolic link, which would lead out of it. Nothing was changed. Replace the link by the folder itself`,
  )
}

/**
 * Asserts that a path in a folder is a folder, or missing.
 *
 * @param name - the path, below the folder
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: it is something else
 */
export async function assertFolder(dir: string, name: string): Promise<void> {
  await assertNoLink(dir, name)
  const kind = await kindOf(join(dir, name))
  if (kind === 'folder' || kind === 'missing') return
  throw new LocalFolderError(dir, `its ${name} is not a folder. Move it away`)
}
