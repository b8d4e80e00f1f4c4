/**
 * The folder of a local vault, which is marked as one: `local-vault.json`. Nothing in a folder that is not marked is ever
 * changed, nor anything outside of it.
 *
 * - A folder that is missing or empty is created and marked. A folder that version 0.1 wrote is marked. Any other is
 *   refused, and nothing is created in it.
 * - The marker is written after `vaults`, `locks` and `tmp`. If a crash comes between, the next start recognizes them.
 * - Two processes may start at once: what one of them has written is no foreign content to the other. So a folder is
 *   refused only if there is no marker after its content was found foreign.
 * - `vaults`, `locks` and `tmp` are folders themselves: a symbolic link would lead out of the folder.
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
/** The form of a folder that this version writes, and the latest it reads. */
const FORMAT = 1
/** Names that a message shows of foreign content. */
const MAX_SHOWN_NAMES = 3

/**
 * Makes sure that a folder is a local vault's, and creates what every such folder has.
 *
 * @param dir - absolute
 * @param writeMarker - writes a file of the folder as a whole, once `tmp` is there
 * @param foreignIn - finds what no local vault wrote; tests replace it
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
  const isMarked = (await isMarker(dir, marker)) || !(await isFree(dir, marker, foreignIn))
  for (const name of FOLDERS) await assertFolder(dir, name)
  for (const name of FOLDERS) await makeFolder(join(dir, name))
  if (!isMarked) await writeMarker(marker, { format: FORMAT })
}

/**
 * Whether a folder that was not marked may be marked; `false` where another process has marked it meanwhile.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: it contains what no local vault wrote
 */
async function isFree(
  dir: string,
  marker: string,
  foreignIn: (dir: string) => Promise<string[]>,
): Promise<boolean> {
  const foreign = await foreignIn(dir)
  if (foreign.length === 0) return true
  if (await isMarker(dir, marker)) return false
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
 * Whether a folder is marked.
 *
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the marker is of a later version, or is damaged
 */
async function isMarker(dir: string, marker: string): Promise<boolean> {
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
 * Makes sure that something in a folder is no symbolic link.
 *
 * @param name - its path, below the folder
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
 * Makes sure that something in a folder is a folder itself, or missing.
 *
 * @param name - its path, below the folder
 * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: it is not
 */
export async function assertFolder(dir: string, name: string): Promise<void> {
  await assertNoLink(dir, name)
  const kind = await kindOf(join(dir, name))
  if (kind === 'folder' || kind === 'missing') return
  throw new LocalFolderError(dir, `its ${name} is not a folder. Move it away`)
}
