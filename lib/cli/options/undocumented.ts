/** Behavior that the documentation of the service leaves open, on the command line. */
import { InvalidArgumentError } from 'commander'
import type { Undocumented } from '../../local/service/undocumented.js'
import { parseDuration } from './values/duration.js'
import { parseSize } from './values/size.js'

const YES_OR_NO = new Map([
  ['yes', true],
  ['no', false],
])

/** The functions that read the value of each choice. They return `undefined` for a value that is not valid. */
const READERS: Readonly<Record<string, (value: string) => Undocumented | undefined>> = {
  'repeatable-for': (value) => ({ repeatableFor: parseDuration(value) }),
  'repeat-checked': (value) => yesOrNo(value, (repeatChecked) => ({ repeatChecked })),
  'repeat-hash': (value) => yesOrNo(value, (repeatHash) => ({ repeatHash })),
  'first-counts': (value) =>
    value === '0' ? { firstCounts: 0 } : value === 'null' ? { firstCounts: null } : undefined,
  'retrieval-policy': (value) => ({
    retrievalPolicy: value === 'None' || value === 'FreeTier' ? value : parseSize(value),
  }),
  'malformed-range': (value) =>
    value === 'ignore' || value === 'refuse' ? { malformedRange: value } : undefined,
}

/**
 * Reads `repeatable-for=1h`, `first-counts=0` and the like, and adds it to the choices before it.
 *
 * @throws {InvalidArgumentError} not a valid choice
 */
export function collectUndocumented(text: string, before: Undocumented = {}): Undocumented {
  const [name = '', ...rest] = text.split('=')
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined
  const found = read?.(rest.join('='))
  if (found) return { ...before, ...found }
  throw new InvalidArgumentError(
    'Write a choice as repeatable-for=1h, repeat-checked=yes or no, repeat-hash=yes or no, first-counts=0 or null, ' +
      'retrieval-policy=None, FreeTier or a size, or malformed-range=ignore or refuse.',
  )
}

function yesOrNo(value: string, choice: (isYes: boolean) => Undocumented): Undocumented | undefined {
  const found = YES_OR_NO.get(value)
  return found === undefined ? undefined : choice(found)
}
