/**
 * What the suite asserts, as data: each assertion has an ID, a sentence, a tag with its source, and a check.
 */
import type { Session } from './session.js'

/**
 * How sure an assertion is.
 *
 * - `guide`: the developer guide or API reference says so.
 * - `model`: the service model, from which the SDKs are generated, says so.
 * - `thread`: users reported that the service answers so.
 * - `guess`: nothing says so; it is what this project chose. A failed guess does not fail the run.
 */
export type Tag = 'guide' | 'model' | 'thread' | 'guess'

/** One thing that is expected of an endpoint. */
export interface Assertion {
  /** Unique in its group, in kebab case. */
  readonly id: string
  /** A whole sentence in the present tense: what the endpoint does. */
  readonly text: string
  readonly tag: Tag
  /** Where it is said: an address, a place in the service model, or the reason for a guess. */
  readonly source: string
  /**
   * Finds out. It resolves if the endpoint does as the sentence says.
   *
   * @throws {@link Mismatch} if it does something else
   * @throws {@link Skip} if that cannot be found out at this endpoint
   */
  readonly check: Check
}

/** What finds out whether an assertion holds. */
export type Check = (session: Session) => Promise<unknown>

/** Assertions about one topic. */
export interface Group {
  /** One word, as `--only` takes it. */
  readonly name: string
  readonly title: string
  /** Whether it changes what other groups see, as the clock: then it runs after the others, and alone. */
  readonly alone?: boolean
  readonly assertions: readonly Assertion[]
}

/** What an endpoint did instead of what was expected. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
  readonly expected: string
  readonly found: string

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${found}`)
    this.expected = expected
    this.found = found
  }
}

/** Why an assertion cannot be found out at this endpoint. */
export class Skip extends Error {
  override readonly name = 'Skip'
}

const GUIDE = 'https://docs.aws.amazon.com/amazonglacier/latest/dev'

/** An assertion from a page of the developer guide, named without `.html`. */
export function guide(page: string, id: string, text: string, check: Check): Assertion {
  return { id, text, tag: 'guide', source: `${GUIDE}/${page}.html`, check }
}

/** An assertion from a place in the service model, as `CreateVault.http.responseCode`. */
export function model(place: string, id: string, text: string, check: Check): Assertion {
  return { id, text, tag: 'model', source: `service model 2012-06-01, ${place}`, check }
}

/** An assertion from a thread on GitHub, as `owner/repository#1`. */
export function thread(reference: string, id: string, text: string, check: Check): Assertion {
  const source = `https://github.com/${reference.replace('#', '/issues/')}`
  return { id, text, tag: 'thread', source, check }
}

/** An assertion that rests on nothing but the reason given. */
export function guess(reason: string, id: string, text: string, check: Check): Assertion {
  return { id, text, tag: 'guess', source: reason, check }
}
