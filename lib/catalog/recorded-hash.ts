/** The hashes in the records of a catalog: a tree hash is a text, and any other states its algorithm and part size. */
import type { RecordedContent } from './record.js'

/** The field of a record that has a hash. */
export type HashField = Pick<RecordedContent, 'hash' | 'treeHash'>

/** The hash of a record, as a store has it; `undefined` if the record has none. */
export function hashIn({ treeHash, hash }: HashField): string | undefined {
  return treeHash ?? hash?.value
}

/** The content of a record, as a store has it; `undefined` if the record does not state it. */
export function contentIn(
  record: Partial<RecordedContent>,
): { readonly size: number; readonly hash: string } | undefined {
  const { size } = record
  const hash = hashIn(record)
  return size === undefined || hash === undefined ? undefined : { size, hash }
}

/**
 * The field of a record for a hash of a store. Only a composite contains `-`.
 *
 * @param archiveHash - the hash of the archive that `hash` is a part of; default: `hash` is of an archive
 * @param partSize - bytes, if they are known
 */
export function hashField(hash: string, archiveHash: string = hash, partSize?: number): HashField {
  if (!isComposite(archiveHash)) return { treeHash: hash }
  const algorithm = isComposite(hash) ? 'sha256-composite' : 'sha256'
  return { hash: { algorithm, value: hash, ...(partSize !== undefined && { partSize }) } }
}

function isComposite(hash: string): boolean {
  return hash.includes('-')
}
