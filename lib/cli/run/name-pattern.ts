/**
 * Patterns of names, as `ls --name` takes them.
 *
 * They are matched without backtracking: a regular expression with many `*` could take years over one name.
 */

const WILDCARD = /[*?]/

/**
 * A test for names: `*` stands for any characters and `?` for one; text without either is looked for anywhere in the
 * name. Case and the form of Unicode make no difference: macOS writes `é` as two characters.
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

/** Whether a pattern matches all of a name. Only the last `*` is ever tried again: an earlier one gains nothing by it. */
function matches(pattern: readonly string[], name: readonly string[]): boolean {
  let inPattern = 0
  let retryPattern = -1
  let retryName = 0
  for (let inName = 0; inName < name.length;) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      retryPattern = ++inPattern
      retryName = inName
    } else if (wanted === '?' || wanted === name[inName]) {
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
