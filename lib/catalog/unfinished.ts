/**
 * What a catalog says is not finished: uploads that were begun and neither completed nor ended, and streams whose last
 * volume is not there.
 */
import type { ArchiveRecord, BegunRecord, CatalogRecord, VaultPlace } from './record.js'

/** A stream that was not stored to its end. */
export interface Unfinished extends VaultPlace {
  /** When what is unfinished of it was begun, ISO 8601. */
  readonly time: string
  /** The first volume's description. */
  readonly description: string | undefined
  /** The upload that was begun; `undefined` where a volume was stored and the next one not begun. */
  readonly uploadId: string | undefined
  readonly partSize: number
  /** Whether completion was about to be sent, so that the archive may exist. */
  readonly completionSent: boolean
  /** The volumes that are stored, in their order. */
  readonly earlierVolumes: readonly ArchiveRecord[]
}

/** Goes through a catalog's records, and gives what is unfinished, the oldest first. */
export async function unfinishedIn(records: AsyncIterable<CatalogRecord>): Promise<Unfinished[]> {
  const open = new Map<string, BegunRecord>()
  const completing = new Set<string>()
  const sets = new Map<string, ArchiveRecord[]>()
  for await (const record of records) {
    if (record.type === 'begun') open.set(record.uploadId, record)
    else if (record.type === 'completing') completing.add(record.uploadId)
    else if (record.type === 'ended') open.delete(record.uploadId)
    else if (record.type === 'archive') {
      if (record.uploadId !== undefined) open.delete(record.uploadId)
      take(record, sets)
    }
  }
  const begun = [...open.values()].map((upload) => {
    const earlierVolumes = sets.get(upload.firstVolume ?? '') ?? []
    sets.delete(upload.firstVolume ?? '')
    return {
      ...place(upload),
      uploadId: upload.uploadId,
      completionSent: completing.has(upload.uploadId),
      earlierVolumes,
    }
  })
  const betweenVolumes = [...sets.values()].map((volumes) => {
    const last = volumes.at(-1) as ArchiveRecord // a set has one at least
    return { ...place(last), uploadId: undefined, completionSent: false, earlierVolumes: volumes }
  })
  return [...begun, ...betweenVolumes]
    .map((it) => ({ ...it, description: it.earlierVolumes[0]?.description ?? it.description }))
    .sort((a, b) => (a.time < b.time ? -1 : 1))
}

/** Keeps the volumes of streams that go on; a last volume ends its set. */
function take(archive: ArchiveRecord, sets: Map<string, ArchiveRecord[]>): void {
  const key = archive.firstVolume ?? archive.archiveId
  const volumes = [...(sets.get(key) ?? []).filter(({ volume }) => volume < archive.volume), archive]
  if (archive.more) sets.set(key, volumes)
  else sets.delete(key)
}

function place({
  region,
  endpoint,
  vaultName,
  time,
  partSize,
  description,
}: ArchiveRecord | BegunRecord): Pick<
  Unfinished,
  'region' | 'endpoint' | 'vaultName' | 'time' | 'partSize' | 'description'
> {
  // Only an archive from an inventory has none, and no such one is unfinished.
  return { region, endpoint, vaultName, time, partSize: partSize as number, description }
}
