/**
 * The key pair requests are signed with: given, or made once and kept in the folder.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { LockFolder } from '../../fs/lock.js'
import { parsed } from '../disk/damage.js'
import type { Disk } from '../disk/disk.js'
import { readText } from '../disk/files.js'
import { hasShape, type Check } from '../disk/shape.js'

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

const isKey: Check = (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)

/**
 * The folder's key pair; made if it has none. Two processes that start at once agree on one.
 *
 * @throws an Error where the file contains anything else: with another pair, clients would no longer be let in
 */
export async function keptCredentials(disk: Disk, locks: LockFolder): Promise<LocalCredentials> {
  const path = disk.path('credentials.json')
  return locks.alone('credentials', async () => {
    const text = await readText(path)
    if (text === undefined) {
      const made = newCredentials()
      await disk.writeJson(path, made)
      return made
    }
    const kept = parsed(text)
    if (hasShape<LocalCredentials>(kept, { accessKeyId: isKey, secretAccessKey: isKey })) return kept
    throw new Error(
      `${path} does not contain a key pair. Restore it from a backup, or remove it to get a new pair.`,
    )
  })
}

function newCredentials(): LocalCredentials {
  const letters = Array.from({ length: 16 }, () => ID_CHARACTERS.charAt(randomInt(ID_CHARACTERS.length)))
  return { accessKeyId: `AKIA${letters.join('')}`, secretAccessKey: randomBytes(30).toString('base64') }
}
