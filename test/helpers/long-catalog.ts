/**
 * A catalog of many lines, as years of use leave it: single requests, uploads, sets of three volumes, uploads that are
 * unfinished, were aborted or have expired, and deleted archives.
 */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { MIB } from '../../lib/sizes.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'

const HASH = 'f'.repeat(64)
const PLACE = { region: 'eu-west-1', accountId: '111122223333', vaultName: 'backups' } as const
/** Milliseconds between two streams: ten million lines take a year. */
const STEP_MS = 9_000
/** Lines that are written together. */
const BLOCK_LINES = 1000

/** The content of a catalog that was written. */
export interface LongCatalog {
  /** The number of its lines. */
  readonly lines: number
  /** Streams that are stored and not deleted. */
  readonly entries: number
  /** Uploads that were begun and have no end. */
  readonly unfinished: number
  /** The ID and the name of the stored stream in the middle of the file. */
  readonly middle: { readonly id: string; readonly name: string }
}

/** Writes a catalog of at least this number of lines. */
export async function writeLongCatalog(path: string, lines: number): Promise<LongCatalog> {
  const made = { lines: 0, entries: 0, unfinished: 0, middle: { id: '', name: '' } }
  const blocks = function* (): Generator<string, void, undefined> {
    let block: string[] = []
    for (let i = 0; made.lines < lines; i++) {
      const records = streamOf(i)
      made.lines += records.length
      const isDeleted = records.some(({ type }) => type === 'deleted')
      const stored = records.some(({ type }) => type === 'archive')
      if (stored && !isDeleted) made.entries++
      if (records.length === 1) made.unfinished++
      if (stored && !isDeleted && made.middle.id === '' && made.lines > lines / 2)
        made.middle = { id: archiveId(i, 1), name: nameOf(i) }
      for (const record of records) block.push(JSON.stringify(record))
      if (block.length < BLOCK_LINES) continue
      yield `${block.join('\n')}\n`
      block = []
    }
    if (block.length > 0) yield `${block.join('\n')}\n`
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path, { mode: 0o600 }))
  return made
}

/** The records of a stream. */
function streamOf(i: number): readonly CatalogRecord[] {
  const name = nameOf(i)
  const time = new Date(Date.UTC(2020, 0, 1) + i * STEP_MS).toISOString()
  const stream = { ...PLACE, time, name, streamId: `stream${i}` } as const
  const description = JSON.stringify({ Path: name })
  const single = { size: 900_000 + i, treeHash: HASH, description, volume: 1 }
  const upload = { uploadId: idOf('upload', i, 92), partSize: 16 * MIB, description, volume: 1 }
  const content = { size: 160 * MIB + i, treeHash: HASH }
  const firstPart = { size: 16 * MIB, treeHash: HASH }
  const begun: CatalogRecord = { type: 'begun', ...stream, ...upload }
  const completing: CatalogRecord = {
    type: 'completing',
    time,
    uploadId: upload.uploadId,
    ...content,
    firstPart,
  }
  const archive: CatalogRecord = {
    type: 'archive',
    ...stream,
    archiveId: archiveId(i, 1),
    ...content,
    parts: 11,
    ...upload,
  }
  const deleted: CatalogRecord = { type: 'deleted', ...PLACE, time, archiveId: archiveId(i, 1) }
  switch (i % 20) {
    case 0:
    case 5:
    case 10:
    case 15: {
      const intentId = `intent${i}`
      const partSize = 16 * MIB
      return [
        { type: 'sending', ...stream, ...single, intentId },
        { type: 'archive', ...stream, ...single, archiveId: archiveId(i, 1), partSize, parts: 1, intentId },
      ]
    }
    case 3:
    case 13:
      return [begun, completing, archive, deleted]
    case 7:
      return i % 400 === 7 ? volumesOf(i, begun, archive) : [begun, completing, archive]
    case 9:
      return i % 2000 === 9 ? [begun] : [begun, { type: 'expired', ...stream, uploadId: upload.uploadId }]
    default:
      return [begun, completing, archive]
  }
}

/** The records of a set of three volumes. */
function volumesOf(i: number, begun: CatalogRecord, archive: CatalogRecord): CatalogRecord[] {
  return [1, 2, 3].flatMap((volume) => {
    const uploadId = idOf(`upload-v${volume}-`, i, 92)
    const firstVolume = volume === 1 ? undefined : archiveId(i, 1)
    const more = volume < 3 ? (true as const) : undefined
    const mark = { uploadId, volume, firstVolume, more }
    return [
      { ...begun, ...mark, more: undefined } as CatalogRecord,
      { ...archive, ...mark, archiveId: archiveId(i, volume) } as CatalogRecord,
    ]
  })
}

/** Ten thousand names, each used again and again, as a backup of each day is. */
function nameOf(i: number): string {
  return `host-${i % 10_007}/srv.tar.zst`
}

function archiveId(i: number, volume: number): string {
  return idOf(`v${volume}`, i, 138)
}

/** An ID whose beginning and end are like those of a random one: no other stream has the same. */
function idOf(kind: string, i: number, length: number): string {
  const digits = (Math.imul(i, 2_654_435_761) >>> 0).toString(36).padStart(7, '0')
  return `${digits}${kind}`.padEnd(length, digits)
}
