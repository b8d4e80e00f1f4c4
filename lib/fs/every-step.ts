/** Steps that end something: each is taken, whatever becomes of the others. */

/**
 * Takes all steps, one after the other.
 *
 * @throws the error of the first step that failed, once all have been taken
 */
export async function takeEveryStep(
  ...steps: readonly (() => Promise<unknown> | undefined)[]
): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
