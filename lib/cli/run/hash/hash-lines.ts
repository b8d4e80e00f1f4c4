/**
 * Lines of hashes and file names, as `sha256sum` writes and reads them: `HASH  NAME`. A backslash, a newline and a carriage
 * return in a name are written `\\`, `\n` and `\r`, and the line then begins with a backslash.
 *
 * Names are bytes: a list may contain names that are not UTF-8.
 */

/** A file and its hash. */
export interface HashLine {
  readonly name: Buffer
  /** Lowercase hex. */
  readonly hash: string
}

const LINE = /^[ \t]*(\\?)([0-9a-fA-F]{64}) [ *](.+)$/s
/** U+FEFF in UTF-8, as one character per byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' }
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r' }

/** The line for a file, without its line end. */
export function hashLine({ name, hash }: HashLine): Buffer {
  return withEscapes(name, `${hash}  `, '')
}

/** The line that reports the check of a file: `NAME: OK`. As in sha256sum, only a name with a newline is escaped. */
export function checkLine(name: Buffer, finding: string): Buffer {
  return name.includes('\n')
    ? withEscapes(name, '', `: ${finding}`)
    : Buffer.concat([name, Buffer.from(`: ${finding}`)])
}

/**
 * Reads a list. Empty lines and comments, which begin with `#`, are left out, and so is the byte order mark that Windows
 * programs write at the beginning of a file.
 *
 * @returns each line with its number, from 1; `undefined` for a malformed line
 */
export function parseHashLines(list: Buffer): { number: number; line: HashLine | undefined }[] {
  const text = list.toString('latin1') // one character per byte
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text).split('\n')
  return lines.flatMap((line, i) => {
    const bare = line.replace(/\r$/, '') // of a line end of Windows; in a name it is escaped
    return bare === '' || bare.startsWith('#') ? [] : [{ number: i + 1, line: parseLine(bare) }]
  })
}

function parseLine(text: string): HashLine | undefined {
  const [, mark, hash = '', written = ''] = LINE.exec(text) ?? []
  if (mark === undefined) return undefined
  const name = mark === '' ? written : unescaped(written)
  return name === undefined ? undefined : { name: Buffer.from(name, 'latin1'), hash: hash.toLowerCase() }
}

/** The text without escapes; `undefined` if a backslash is not part of an escape. */
function unescaped(text: string): string | undefined {
  if (/\\(?![\\nr])/.test(text.replaceAll('\\\\', ''))) return undefined
  return text.replace(/\\([\\nr])/g, (_, character: string) => String(ESCAPED[character])) // ESCAPED has every character that matches
}

function withEscapes(name: Buffer, before: string, after: string): Buffer {
  const raw = name.toString('latin1')
  const written = raw.replace(/[\\\n\r]/g, (character) => String(ESCAPES[character]))
  return Buffer.from(`${written === raw ? '' : '\\'}${before}${written}${after}`, 'latin1')
}
