/**
 * The key pair requests are signed with: given, or made once and kept in the folder.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { LockFolder } from '../../fs/lock.js'
import { readJson, type Disk } from '../disk/disk.js'

/** A key pair, as AWS's. */
export interface LocalCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** What requests must carry beside the signature, as temporary credentials do; default nothing. */
  readonly sessionToken?: string
  /** When it expires; default never. */
  readonly expiration?: Date
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The folder's key pair; made if it has none. Two processes that start at once agree on one. */
export async function keptCredentials(disk: Disk, locks: LockFolder): Promise<LocalCredentials> {
  const path = disk.path('credentials.json')
  return locks.alone('credentials', async () => {
    const kept = await readJson<LocalCredentials>(path)
    if (kept) return kept
    const made = newCredentials()
    await disk.writeJson(path, made)
    return made
  })
}

function newCredentials(): LocalCredentials {
  const letters = Array.from({ length: 16 }, () => ID_CHARACTERS.charAt(randomInt(ID_CHARACTERS.length)))
  return { accessKeyId: `AKIA${letters.join('')}`, secretAccessKey: randomBytes(30).toString('base64') }
}
