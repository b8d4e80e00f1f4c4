/** Reading where a file or folder may be missing: another process may remove it at any moment. */
import { readFile, readdir } from 'node:fs/promises'

/** Reads an object from a file; `undefined` where there is no such file. */
export async function readJson<T extends object>(path: string): Promise<T | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'), undefined)
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

/** The names in a folder, in ASCII order; none where there is no such folder. */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path), [])).sort()
}

/** What something gives, or another value where a file or folder it needs is not there. */
export async function unlessMissing<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return otherwise // ENOTDIR: some program's file among our folders
    throw error
  }
}
