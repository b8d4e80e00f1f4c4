/**
 * JSON from outside: the body of a request, or a policy that was stored.
 *
 * A parsed value can be traversed, compared and written again safely:
 *
 * - It is nested at most {@link MAX_DEPTH} deep. The depth is checked before the text is parsed, so that no recursion
 *   meets a deeper value.
 * - No object has a key twice: `JSON.parse` would keep the last one and silently drop the others.
 * - No string has half of a surrogate pair, which cannot be written as UTF-8.
 */

/** The maximum depth of nested objects and arrays. The deepest body of the service's model has 7. */
export const MAX_DEPTH = 32

/**
 * Parses JSON.
 *
 * @throws {SyntaxError} the text is not JSON, is nested too deep, has a key twice, or has a lone surrogate
 */
export function parseJson(text: string): unknown {
  assertBounded(text)
  return JSON.parse(text) as unknown
}

function assertBounded(text: string): void {
  const open: (Set<string> | undefined)[] = [] // the keys so far of each open object; undefined for an array
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

/** The index after the string that begins at a quote: after its closing quote, or at the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Whether a string that ends at an index is followed by a colon. */
function isKey(text: string, end: number): boolean {
  const next = /[^ \t\n\r]/g
  next.lastIndex = end
  return next.exec(text)?.[0] === ':'
}

/** The value of a string literal. */
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
