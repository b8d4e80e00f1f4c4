/**
 * Patterns of policies, in which `*` stands for any characters and `?` for one.
 *
 * Only the last `*` is ever tried again, with one more character: an earlier one need not match more, since the later one
 * can. Therefore a comparison takes at most as many steps as the product of the lengths of pattern and text, whatever the
 * pattern is. A regular expression would try all ways to divide the text among the `*`.
 */

/** Whether a pattern matches a text as a whole. Characters are code points, and case counts. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const expected = Array.from(pattern)
  const found = Array.from(text)
  let at = 0
  let star = -1
  let starEnd = 0 // the end of the characters that the last `*` matches
  for (let i = 0; i < found.length;) {
    if (expected[at] === '*') {
      star = at++
      starEnd = i
    } else if (expected[at] === '?' || expected[at] === found[i]) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++starEnd
    } else return false
  }
  while (expected[at] === '*') at++
  return at === expected.length
}

/**
 * Whether a pattern matches an ARN: each of its six components by itself, so that no `*` reaches over a colon, except
 * in the last component, which may have colons.
 *
 * Source: IAM User Guide, Condition operators, "Amazon Resource Name (ARN) condition operators".
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const expected = componentsOf(pattern)
  const found = componentsOf(arn)
  return (
    expected.length === found.length && expected.every((part, i) => matchesWildcard(part, found[i] as string)) // as many
  )
}

/** Whether a text has the six components of an ARN, or of a pattern of ARNs. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:') && componentsOf(text).length === 6
}

function componentsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
