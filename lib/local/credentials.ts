/**
 * The key pair requests are signed with: given, or made once and kept in the folder.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { Disk } from './disk.js'

/** A key pair, as AWS's. */
export interface LocalCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The folder's key pair; made if it has none. Two processes that start at once agree on one. */
export async function keptCredentials(disk: Disk): Promise<LocalCredentials> {
  const letters = Array.from({ length: 16 }, () => ID_CHARACTERS.charAt(randomInt(ID_CHARACTERS.length)))
  const accessKeyId = `AKIA${letters.join('')}`
  const secretAccessKey = randomBytes(30).toString('base64')
  return disk.writeJsonOnce(disk.path('credentials.json'), { accessKeyId, secretAccessKey })
}
