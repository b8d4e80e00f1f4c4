/** The records of a catalog, read without the library. */

/** A record. Each type has some of these fields. */
export interface RawRecord {
  readonly type: string
  readonly archiveId?: string
  readonly name?: string
  readonly size?: number
  readonly treeHash?: string
  /** Of a bucket. */
  readonly hash?: { readonly algorithm: string; readonly value: string; readonly partSize?: number }
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

/** The number of lines whose records are kept: a catalog is read many times in a run. */
const MAX_KEPT_LINES = 1024
/** The records by their lines. They depend on nothing else: all runs may share them. */
const kept = new Map<string, RawRecord | 'none'>()

/** Reads the records in a text. A line may begin with a part of another one, which a crash has left. */
export function recordsIn(text: string): RawRecord[] {
  const records: RawRecord[] = []
  for (const line of text.split('\n')) {
    let record = kept.get(line)
    if (record === undefined) {
      record = recordIn(line) ?? 'none'
      if (kept.size === MAX_KEPT_LINES) kept.clear()
      kept.set(line, record)
    }
    if (record !== 'none') records.push(record)
  }
  return records
}

function recordIn(line: string): RawRecord | undefined {
  for (let at = line.indexOf(BEGIN); at !== -1; at = line.indexOf(BEGIN, at + 1)) {
    const record = parsed(line.slice(at))
    if (record) return record
  }
  return undefined
}

function parsed(text: string): RawRecord | undefined {
  try {
    return JSON.parse(text) as RawRecord
  } catch {
    return undefined
  }
}
