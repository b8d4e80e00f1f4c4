/** The documents of the repository. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Paths, from the root of the repository and with `/`, of the files that may cite a document. */
export async function citingFiles(): Promise<string[]> {
  const inFolders = await Promise.all(
    ['lib', 'test', 'conformance', 'bench', 'examples', 'docs'].map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)))
    }),
  )
  const atRoot = (await readdir(ROOT)).filter((name) => name.endsWith('.md'))
  const names = [...atRoot, ...inFolders.flat()].map((name) => name.replaceAll(sep, '/'))
  return names.filter((name) => !name.startsWith('docs/api/'))
}

/** The paths of all documents. */
export async function documents(): Promise<string[]> {
  return (await citingFiles()).filter((name) => name.endsWith('.md')).sort()
}

/** The text of a file of the repository. */
export function textOf(name: string): Promise<string> {
  return readFile(join(ROOT, name), 'utf8')
}
