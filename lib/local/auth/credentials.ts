/** The key pairs that requests are signed with: given ones, or one that is created once and kept in the folder. */
import { randomBytes, randomInt } from 'node:crypto'
import { inspect } from 'node:util'
import type { LockFolder } from '../../fs/lock.js'
import type { Disk } from '../disk/disk.js'
import { readOwnJson } from '../disk/own-file.js'
import { isKeyPair } from '../records/credentials-record.js'

/** A key pair, in the form of AWS. */
export interface LocalCredentials {
  /** The ID of the key pair. */
  readonly accessKeyId: string
  /** The secret key, which signs requests. */
  readonly secretAccessKey: string
  /** The session token that requests must have, as for temporary credentials; default none. */
  readonly sessionToken?: string
  /** The time at which it expires; default never. */
  readonly expiration?: Date
  /** The account of the key pair, 12 digits; default the `accountId` of the local vault. */
  readonly accountId?: string
}

/** A key pair with its account. */
export type AccountCredentials = LocalCredentials & { readonly accountId: string }

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * The folder's key pair. It is created if the folder has none. Two processes that start at the same time agree on one.
 *
 * @throws {Error} the file contains anything else
 */
export async function loadCredentials(disk: Disk, locks: LockFolder): Promise<LocalCredentials> {
  const path = disk.path('credentials.json')
  return locks.withLock('credentials', async () => {
    const found = await readOwnJson(path, isKeyPair, 'an accessKeyId and a secretAccessKey')
    if (found) return { accessKeyId: found.accessKeyId, secretAccessKey: found.secretAccessKey }
    const created = newCredentials()
    await disk.writeJson(path, created)
    return created
  })
}

/**
 * A copy of a key pair that `console.log` and `util.inspect` show without its secrets: test runners print objects, and the
 * keys may be the user's own.
 */
export function inspectedWithoutSecrets(credentials: LocalCredentials): LocalCredentials {
  const { accessKeyId, accountId, expiration } = credentials
  const copy = { ...credentials }
  return Object.defineProperty(copy, inspect.custom, {
    value: () => ({ accessKeyId, secretAccessKey: '[not shown]', accountId, expiration }),
  })
}

function newCredentials(): LocalCredentials {
  const letters = Array.from({ length: 16 }, () => ID_CHARACTERS.charAt(randomInt(ID_CHARACTERS.length)))
  return { accessKeyId: `AKIA${letters.join('')}`, secretAccessKey: randomBytes(30).toString('base64') }
}
