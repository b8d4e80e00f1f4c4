/**
 * Patterns of names, as `ls --name` takes them.
 *
 * They are matched without exponential backtracking, unlike a regular expression with many `*`.
 */

const WILDCARD = /[*?]/

/**
 * A predicate for names: `*` matches any characters and `?` one character. A text without either matches names that
 * contain it. Case and the Unicode normalization form make no difference: macOS writes `é` as two characters.
 */
export function namePattern(text: string): (name: string) => boolean {
  const pattern = Array.from(folded(text))
  if (WILDCARD.test(text)) return (name) => matches(pattern, Array.from(folded(name)))
  const part = pattern.join('')
  return (name) => folded(name).includes(part)
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC')
}

/** Whether a pattern matches a whole name. Only the last `*` is tried again: earlier ones cannot change the result. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let inPattern = 0
  let retryPattern = -1
  let retryName = 0
  for (let inName = 0; inName < name.length;) {
    const expected = pattern[inPattern]
    if (expected === '*') {
      retryPattern = ++inPattern
      retryName = inName
    } else if (expected === '?' || expected === name[inName]) {
      inPattern++
      inName++
    } else if (retryPattern >= 0) {
      inPattern = retryPattern
      inName = ++retryName
    } else {
      return false
    }
  }
  return pattern.slice(inPattern).every((rest) => rest === '*')
}
