/** The records of a catalog, read without the library. */

/** A record. Each type has some of these fields. */
export interface RawRecord {
  readonly type: string
  readonly archiveId?: string
  readonly size?: number
  readonly treeHash?: string
  readonly sentTreeHash?: string
  readonly uploadId?: string
  readonly intentId?: string
  readonly streamId?: string
  readonly volume?: number
  readonly firstVolume?: string
  readonly more?: boolean
  readonly settles?: boolean
}

const BEGIN = '{"type":"'

/** Reads the records in a text. A line may begin with a part of another one, which a crash has left. */
export function recordsIn(text: string): RawRecord[] {
  const records: RawRecord[] = []
  for (const line of text.split('\n'))
    for (let at = line.indexOf(BEGIN); at !== -1; at = line.indexOf(BEGIN, at + 1)) {
      const record = parsed(line.slice(at))
      if (!record) continue
      records.push(record)
      break
    }
  return records
}

function parsed(text: string): RawRecord | undefined {
  try {
    return JSON.parse(text) as RawRecord
  } catch {
    return undefined
  }
}
