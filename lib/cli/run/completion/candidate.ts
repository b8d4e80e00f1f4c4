/** A word that can stand at the cursor. */
export interface Candidate {
  readonly word: string
  readonly description?: string
}
