/**
 * Lines of hashes and file names, as `sha256sum` writes and reads them: `HASH  NAME`. Where a name contains a backslash,
 * a newline or a carriage return, these are written `\\`, `\n` and `\r`, and the line begins with a backslash.
 *
 * Names are bytes: a list may contain some that are not UTF-8.
 */

/** A file and its hash. */
export interface HashLine {
  readonly name: Buffer
  /** Lowercase hex. */
  readonly hash: string
}

const LINE = /^[ \t]*(\\?)([0-9a-fA-F]{64}) [ *](.+)$/s
/** U+FEFF in UTF-8, a character for each byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' }
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r' }

/** A line, without its line end. */
export function hashLine({ name, hash }: HashLine): Buffer {
  return withEscapes(name, `${hash}  `, '')
}

/** The line that reports the check of a file: `NAME: OK`. As sha256sum does, only a name with a newline is escaped. */
export function checkLine(name: Buffer, finding: string): Buffer {
  return name.includes('\n')
    ? withEscapes(name, '', `: ${finding}`)
    : Buffer.concat([name, Buffer.from(`: ${finding}`)])
}

/**
 * Reads lines; `undefined` for each line that is malformed. Empty lines and comments, which begin with `#`, are left out,
 * and so is the byte order mark that Windows programs begin a file with.
 *
 * @returns each line with its number, from 1 on
 */
export function parseHashLines(list: Buffer): { number: number; line: HashLine | undefined }[] {
  const text = list.toString('latin1') // a character for each byte
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text).split('\n')
  return lines.flatMap((line, i) => {
    const bare = line.replace(/\r$/, '') // as Windows ends lines; in a name it is escaped
    return bare === '' || bare.startsWith('#') ? [] : [{ number: i + 1, line: parseLine(bare) }]
  })
}

function parseLine(text: string): HashLine | undefined {
  const [, mark, hash = '', written = ''] = LINE.exec(text) ?? []
  if (mark === undefined) return undefined
  const name = mark === '' ? written : unescaped(written)
  return name === undefined ? undefined : { name: Buffer.from(name, 'latin1'), hash: hash.toLowerCase() }
}

/** `undefined` where a backslash stands before anything that is not escaped. */
function unescaped(text: string): string | undefined {
  if (/\\(?![\\nr])/.test(text.replaceAll('\\\\', ''))) return undefined
  return text.replace(/\\([\\nr])/g, (_, character: string) => String(ESCAPED[character])) // it has all that match
}

function withEscapes(name: Buffer, before: string, after: string): Buffer {
  const raw = name.toString('latin1')
  const written = raw.replace(/[\\\n\r]/g, (character) => String(ESCAPES[character]))
  return Buffer.from(`${written === raw ? '' : '\\'}${before}${written}${after}`, 'latin1')
}
