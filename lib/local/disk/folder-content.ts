/**
 * Recognizes the folder of a local vault without a marker: version 0.1 wrote it, or its first start was interrupted before
 * the marker was written.
 *
 * - Every version creates `vaults`, `locks` and `tmp` first, and everything else after that.
 * - A catalog and its locks may be in the folder before a local vault is.
 * - In a folder that is certainly a local vault's, files of other programs are harmless: they are never touched.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { parseOwnerName } from '../../fs/owner-name.js'
import { shown } from '../../options/check-options.js'
import { parsed } from './damage.js'
import { kindOf, namesIn, READ, readText } from './files.js'
import { isOldOwnerName } from './owned-name.js'
import { hasShape, isText } from '../records/shape.js'
import { isVaultId } from '../records/folder-record.js'

/** The folders that are created first. */
export const FOLDERS = ['vaults', 'locks', 'tmp'] as const

/** The files and folders that are created beside them. */
const OTHERS = ['credentials.json', 'vault-id', 'account.json', 'accounts', 'home.json']
/** The files that operating systems put into folders. */
const SYSTEM_NAMES = ['.DS_Store', 'lost+found']
/** Bytes within which the first line of a catalog ends: no record is longer. */
const FIRST_LINE_BYTES = 65_536

/**
 * The names of the files in a folder that no local vault wrote, as messages show them; empty if the folder is a local
 * vault's, or can become one.
 */
export async function foreignNames(dir: string): Promise<string[]> {
  const names = (await namesIn(dir)).filter((name) => !SYSTEM_NAMES.includes(name))
  const isComplete = FOLDERS.every((name) => names.includes(name))
  if (isComplete && (await isCertain(dir))) return []
  const foreign: string[] = []
  for (const name of names) {
    if (isFolder(name)) foreign.push(...(await foreignIn(dir, name)))
    else if (!(isComplete && OTHERS.includes(name)) && !(await isOfCatalog(dir, name)))
      foreign.push(shown(name))
  }
  return foreign
}

function isFolder(name: string): name is (typeof FOLDERS)[number] {
  return (FOLDERS as readonly string[]).includes(name)
}

/** Whether the folder has something that only a local vault has: its ID, its key pair or a vault. */
async function isCertain(dir: string): Promise<boolean> {
  if (isVaultId(await readOrEmpty(join(dir, 'vault-id')))) return true
  const keys = parsed(await readOrEmpty(join(dir, 'credentials.json')))
  if (hasShape(keys, { accessKeyId: isText, secretAccessKey: isText })) return true
  for (const name of await namesIn(join(dir, 'vaults'))) {
    const vault = parsed(await readOrEmpty(join(dir, 'vaults', name, 'vault.json')))
    if (hasShape(vault, { name: (value) => value === name, creationDate: isText })) return true
  }
  return false
}

/** The names in one of the first folders that do not have the form which a local vault gives them. */
async function foreignIn(dir: string, folder: (typeof FOLDERS)[number]): Promise<string[]> {
  if ((await kindOf(join(dir, folder))) !== 'folder') return [folder]
  const names = (await namesIn(join(dir, folder))).filter((name) => !SYSTEM_NAMES.includes(name))
  const isOwn: Record<typeof folder, (name: string) => boolean> = {
    vaults: () => false, // with a vault, the folder would be certain
    locks: isLockName,
    tmp: (name) => isOldOwnerName(name) || parseOwnerName(name) !== undefined,
  }
  return names.filter((name) => !isOwn[folder](name)).map((name) => shown(`${folder}/${name}`))
}

/** Whether a name is one that lib/fs/lock.ts gives to a file or folder. */
function isLockName(name: string): boolean {
  const [, owner = ''] = /^(.+)\.(?:new|time)$/.exec(name) ?? []
  return /^[0-9a-f]{64}$/.test(name) || parseOwnerName(owner) !== undefined
}

/** Whether a name is that of a catalog, or of the folder of a catalog's locks. */
async function isOfCatalog(dir: string, name: string): Promise<boolean> {
  const path = join(dir, name)
  const kind = await kindOf(path)
  if (kind === 'file') return isCatalog(path)
  if (kind !== 'folder' || !name.endsWith('.locks')) return false
  return (await namesIn(path)).every(isLockName) && (await isCatalog(path.replace(/\.locks$/, '')))
}

/** Whether a file begins with a record of a catalog, or is the default catalog before its first record. */
async function isCatalog(path: string): Promise<boolean> {
  try {
    const first = await firstLine(path)
    return first === '' ? path.endsWith('.jsonl') : hasShape(parsed(first), { type: isText, time: isText })
  } catch {
    return false // an unreadable file is not known to be ours
  }
}

async function firstLine(path: string): Promise<string> {
  const file = await open(path, READ)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0)
    const text = buffer.toString('utf8', 0, bytesRead).replace(/^[\0\s]+/, '')
    return text.replace(/\n[^]*$/, '')
  } finally {
    await file.close()
  }
}

/** The text of a file; empty if it does not exist or cannot be read. */
async function readOrEmpty(path: string): Promise<string> {
  try {
    return String(await readText(path))
  } catch {
    return ''
  }
}
