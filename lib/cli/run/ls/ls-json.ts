/** A row of `ls` as JSON: the record of the archive with the fields `id` and `name`; for a set also its volumes. */
import type { LsRow } from './ls-row.js'

/** The line of JSON for a row. */
export function jsonOf({ entry, id, name, time, size }: LsRow): string {
  const named = name === '' ? {} : { name }
  if (entry.type === 'set') {
    const { setId, set } = entry
    const { volumes, state, missing, duplicates } = set
    const common = { ...volumes[0], id, setId, ...named, time, size }
    return JSON.stringify({ ...common, volumes, state, missing, duplicates })
  }
  if (entry.type !== 'possible') return JSON.stringify({ ...entry, id, ...named })
  const { record, vaultName, region, endpoint, description } = entry
  // A `completing` record has only the ID of its upload.
  return JSON.stringify(
    record.type === 'completing' ? { ...record, vaultName, region, endpoint, description } : record,
  )
}
