import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything in a folder, a line for each: path, content or target of a symbolic link, and modification time. */
export async function contentOf(dir: string): Promise<string[]> {
  const all: string[] = []
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) all.push(`${path} -> ${await readlink(path)}`)
    else {
      const content = entry.isFile() ? await readFile(path, 'utf8') : '/'
      all.push(`${path} ${content} ${(await stat(path)).mtimeMs}`)
    }
  }
  return all.sort()
}
