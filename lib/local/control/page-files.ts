/**
 * The files of the page, which a browser gets without the secret: there is nothing secret in them. They are beside the
 * code, in `lib` as in the built package, and are read at each request.
 */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'

/** A file of the page. */
export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

/** Nothing else is ever looked for on disk, whatever the path of a request says. */
const FILES: ReadonlySet<string> = new Set([
  'index.html',
  'page.css',
  'page.js',
  'client.js',
  'controls.js',
  'dom.js',
  'format.js',
  'part-map.js',
  'server-panels.js',
  'session.js',
  'status.js',
  'vault-panels.js',
])

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** The file of the page at a path below `/.control/`; `undefined` where there is none. */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  const name = path === '' ? 'index.html' : path
  if (!FILES.has(name)) return undefined
  const bytes = await readFile(new URL(`../page/${name}`, import.meta.url))
  return { type: TYPES[extname(name)] as string, bytes } // each of FILES has one of these endings
}
