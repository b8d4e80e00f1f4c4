/** The intents to complete an upload that still count. */
import type { CompletionIntent, Content } from '../store/upload-journal.js'

/** The completions of an upload that were sent, or were about to be, and not rejected. */
export interface UploadIntents {
  /** The last intent whose content is recorded; `undefined` without such an intent. */
  readonly last: CompletionIntent | undefined
  /** Whether no other has other content. */
  readonly isOnly: boolean
  /** Whether the content of an intent is not recorded, as in version 0.1. */
  readonly hasUnknown: boolean
}

/**
 * The intents of an upload as a whole.
 *
 * @param intents - those with a content, in their order
 * @param hasUnknown - whether there is one without
 */
export function summaryOf(intents: readonly CompletionIntent[], hasUnknown: boolean): UploadIntents {
  const [first, ...others] = intents
  const isOnly = first !== undefined && others.every((other) => isSameContent(other, first)) && !hasUnknown
  return { last: intents.at(-1), isOnly, hasUnknown }
}

function isSameContent(a: Content, b: Content): boolean {
  return a.size === b.size && a.hash === b.hash
}

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
