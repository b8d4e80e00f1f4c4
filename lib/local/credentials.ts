/**
 * The key pair requests are signed with: given, or made once and kept in the folder.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { link, rm, writeFile } from 'node:fs/promises'
import { readJson, type Disk } from './disk.js'

/** A key pair, as AWS's. */
export interface LocalCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The folder's key pair; made if it has none. Two processes that start at once agree on one. */
export async function keptCredentials(disk: Disk): Promise<LocalCredentials> {
  const path = disk.path('credentials.json')
  const kept = await readJson<LocalCredentials>(path)
  if (kept) return kept
  const made: LocalCredentials = {
    accessKeyId: `AKIA${Array.from({ length: 16 }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join('')}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  }
  const temporary = disk.temporary()
  await writeFile(temporary, JSON.stringify(made), { mode: 0o600, flush: true })
  try {
    await link(temporary, path) // unlike a rename it fails where another process was first
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(temporary)
  }
  return (await readJson<LocalCredentials>(path)) ?? made
}
