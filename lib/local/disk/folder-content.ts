/**
 * Whether a folder without a marker is a local vault's: one that version 0.1 wrote, or one whose first start was cut off
 * before it wrote the marker.
 *
 * - Every version creates `vaults`, `locks` and `tmp` first, and everything else after that.
 * - A catalog and its locks may be in the folder before a local vault is.
 * - In a folder that is proved to be a local vault's, files of others do no harm: they are never touched.
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

/** What is created beside them. */
const OTHERS = ['credentials.json', 'vault-id', 'account.json', 'accounts', 'home.json']
/** What systems put into folders. */
const OF_THE_SYSTEM = ['.DS_Store', 'lost+found']
/** Bytes in which the first line of a catalog ends: no record is longer. */
const FIRST_LINE_BYTES = 65_536

/**
 * The names in a folder of what no local vault wrote, as they are shown in messages; none where the folder is a local
 * vault's, or is to become one.
 */
export async function foreignNames(dir: string): Promise<string[]> {
  const names = (await namesIn(dir)).filter((name) => !OF_THE_SYSTEM.includes(name))
  const isWhole = FOLDERS.every((name) => names.includes(name))
  if (isWhole && (await isProved(dir))) return []
  const foreign: string[] = []
  for (const name of names) {
    if (isFolder(name)) foreign.push(...(await foreignIn(dir, name)))
    else if (!(isWhole && OTHERS.includes(name)) && !(await isOfCatalog(dir, name))) foreign.push(shown(name))
  }
  return foreign
}

function isFolder(name: string): name is (typeof FOLDERS)[number] {
  return (FOLDERS as readonly string[]).includes(name)
}

/** Whether something in the folder can only be of a local vault: its ID, its key pair, a vault. */
async function isProved(dir: string): Promise<boolean> {
  if (isVaultId(await readOrNone(join(dir, 'vault-id')))) return true
  const keys = parsed(await readOrNone(join(dir, 'credentials.json')))
  if (hasShape(keys, { accessKeyId: isText, secretAccessKey: isText })) return true
  for (const name of await namesIn(join(dir, 'vaults'))) {
    const vault = parsed(await readOrNone(join(dir, 'vaults', name, 'vault.json')))
    if (hasShape(vault, { name: (it) => it === name, creationDate: isText })) return true
  }
  return false
}

/** What is in one of the folders that are created first, and is not of the form a local vault gives it. */
async function foreignIn(dir: string, folder: (typeof FOLDERS)[number]): Promise<string[]> {
  if ((await kindOf(join(dir, folder))) !== 'folder') return [folder]
  const names = (await namesIn(join(dir, folder))).filter((name) => !OF_THE_SYSTEM.includes(name))
  const isOwn: Record<typeof folder, (name: string) => boolean> = {
    vaults: () => false, // a vault would be a proof
    locks: isLockName,
    tmp: (name) => isOldOwnerName(name) || parseOwnerName(name) !== undefined,
  }
  return names.filter((name) => !isOwn[folder](name)).map((name) => shown(`${folder}/${name}`))
}

/** Whether a name is one that lib/fs/lock.ts gives to a file or folder among locks. */
function isLockName(name: string): boolean {
  const [, owner = ''] = /^(.+)\.(?:new|time)$/.exec(name) ?? []
  return /^[0-9a-f]{64}$/.test(name) || parseOwnerName(owner) !== undefined
}

/** Whether something is a catalog, or the folder of a catalog's locks. */
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
    return false // what cannot be read is not known to be ours
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

/** The text of a file; none where it cannot be read, which proves nothing. */
async function readOrNone(path: string): Promise<string> {
  try {
    return String(await readText(path))
  } catch {
    return ''
  }
}
