import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

// The files of a local vault, held against the list "On disk" of docs/local-vault.md.

/** The patterns that the names in the list stand for. */
const NAMES: Readonly<Record<string, string>> = {
  NAME: '[A-Za-z0-9_.-]{1,255}',
  UPLOAD_ID: '[A-Za-z0-9_-]{92}',
  JOB_ID: '[A-Za-z0-9_-]{92}',
  ARCHIVE_ID: '[A-Za-z0-9_-]{138}',
  '00000.part': '[0-9]{5}\\.part',
}

/** The patterns of the list; a path that ends in a slash stands for all that is below it. */
export async function documentedPaths(): Promise<RegExp[]> {
  const text = await readFile(new URL('../../docs/local-vault.md', import.meta.url), 'utf8')
  const list = text.slice(text.indexOf('## On disk'))
  const paths = [...list.matchAll(/^ {4}(\S+)/gm)].map(([, path]) => String(path))
  return paths.map((path) => {
    const source = path
      .replace(/[.]/g, '\\$&')
      .replace(/00000\\.part|[A-Z]+(?:_ID)?/g, (name) => NAMES[name.replace('\\', '')] ?? name)
    return new RegExp(`^${source}${path.endsWith('/') ? '.*' : '$'}`)
  })
}

/** The files under a folder that the list has not. */
export async function undocumentedFiles(dir: string): Promise<string[]> {
  const patterns = await documentedPaths()
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((path) => !patterns.some((pattern) => pattern.test(path)))
}
