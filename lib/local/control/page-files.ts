/**
 * The files of the page, which browsers receive without the secret: they contain no secret. They are read for each
 * request.
 */
import { invariant } from '../../invariant.js'
import { extname } from 'node:path'
import { readPageFile } from './page-source.js'

/** A file of the page. */
export interface PageFile {
  /** The media type. */
  readonly type: string
  readonly bytes: Buffer
}

/** No other file is ever read, whatever the path of a request is. */
const FILES: ReadonlySet<string> = new Set([
  'index.html',
  'page.css',
  'content.css',
  'forms.css',
  'page.js',
  'client.js',
  'controls.js',
  'dom.js',
  'format.js',
  'listing.js',
  'part-map.js',
  'server-panels.js',
  'session.js',
  'upload-panel.js',
  'vault-panels.js',
  'bucket/bucket-panels.js',
  'bucket/bucket-sections.js',
  'bucket/bucket-upload-panel.js',
])

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** The file of the page at a path below `/.control/`; `undefined` if there is no such file. */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  const name = path === '' ? 'index.html' : path
  if (!FILES.has(name)) return undefined
  const bytes = await readPageFile(name)
  const type = TYPES[extname(name)]
  invariant(type !== undefined, 'each file of the page has an extension with a type')
  return { type, bytes }
}
