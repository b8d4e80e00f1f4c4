/**
 * Asserts what the code guarantees by itself, in place of a type assertion: the compiler narrows the type, and a broken
 * guarantee fails where it is broken. Never for what a caller, a file or the service may get wrong: those have errors of
 * their own.
 *
 * @param condition - whether the invariant holds
 * @param reason - the invariant as a statement that should be true, without a full stop
 * @throws Error naming the invariant when it does not hold
 *
 * @example
 * ```ts
 * const first = parts[0]
 * invariant(first !== undefined, 'an upload that is completed has at least one part')
 * first.size // not `(parts[0] as Part).size`
 * ```
 */
export function invariant(condition: boolean, reason: string): asserts condition {
  if (!condition)
    throw new Error(`Broken invariant: ${reason}. This is a bug in glacier-pipe: please report it.`)
}
