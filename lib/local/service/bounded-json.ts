/**
 * JSON that somebody else wrote: from a request, or from a policy that was stored.
 *
 * What is returned can be walked, compared and written again without a surprise:
 *
 * - It is nested {@link MAX_DEPTH} deep at the most. The depth is counted before the text is parsed, so that no
 *   recursion ever meets a deeper one.
 * - No object has a key twice: `JSON.parse` would keep the last one and drop the others without a word.
 * - No text has half of a surrogate pair, which could not be written as UTF-8.
 */

/** Objects and arrays that may lie in one another. The deepest body of the service's model has 7. */
export const MAX_DEPTH = 32

/**
 * Parses JSON.
 *
 * @throws {SyntaxError} it is no JSON, is nested too deep, has a key twice, or has a lone surrogate
 */
export function parseJson(text: string): unknown {
  assertBounded(text)
  return JSON.parse(text) as unknown
}

function assertBounded(text: string): void {
  const open: (Set<string> | undefined)[] = [] // the keys so far of each object that is open; none of an array
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        if (open.push(text[at] === '{' ? new Set() : undefined) > MAX_DEPTH)
          throw new SyntaxError(`The JSON is nested more than ${MAX_DEPTH} deep.`)
        break
      case '}':
      case ']':
        open.pop()
        break
      case '"': {
        const end = endOfString(text, at)
        const string = wellFormed(text.slice(at, end))
        if (isKey(text, end)) addKey(string, open.at(-1))
        at = end - 1
      }
    }
  }
}

/** Where a string ends that begins at a quote: behind its closing quote, or at the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Whether a string that ends here is followed by a colon. */
function isKey(text: string, end: number): boolean {
  const behind = /[^ \t\n\r]/g
  behind.lastIndex = end
  return behind.exec(text)?.[0] === ':'
}

/** The string that a literal stands for. */
function wellFormed(literal: string): string {
  const string = JSON.parse(literal) as string
  if (/\p{Surrogate}/u.test(string))
    throw new SyntaxError('The JSON has a string with half of a surrogate pair.')
  return string
}

function addKey(key: string, keys: Set<string> | undefined): void {
  if (keys?.has(key)) throw new SyntaxError(`The JSON has the key ${JSON.stringify(key)} twice in an object.`)
  keys?.add(key)
}
