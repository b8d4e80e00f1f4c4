/** The intents to complete an upload that still count. */

/**
 * The intents that are left after one of them, or all, are rejected.
 *
 * @param intentId - the ID in the `rejected` record; `undefined` for all intents
 */
export function intentsLeft<Intent extends { readonly intentId?: string | undefined }>(
  intents: readonly Intent[],
  intentId: string | undefined,
): Intent[] {
  return intentId === undefined ? [] : intents.filter((intent) => intent.intentId !== intentId)
}
