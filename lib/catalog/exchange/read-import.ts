/** Reads the records of an export, a mirror or a catalog, and checks them. */
import { recordsIn } from '../lines/parse-line.js'
import type { CatalogRecord } from '../record.js'
import { boundedLines, type NumberedLine } from './bounded-lines.js'
import { EXPORT_BEGIN, EXPORT_FORMAT, isExportMark } from './export-format.js'
import { ImportError } from './import-error.js'
import { checkRecord } from './record-check.js'

/** The records of a file. */
export interface ImportedRecords {
  /** In the order of the file. */
  readonly records: readonly CatalogRecord[]
  /** The number of lines that were left out, since they are cut off or are no records. */
  readonly damagedLines: number
}

/**
 * Reads a file to its end.
 *
 * @param skipDamaged - whether a line that is not a valid record is left out; by default it is an error
 * @throws {ImportError} a line is not a valid record, or an export is not complete
 */
export async function readImport(
  chunks: AsyncIterable<Uint8Array>,
  skipDamaged = false,
): Promise<ImportedRecords> {
  const reader = new ImportReader(skipDamaged)
  let last = 0
  for await (const line of boundedLines(chunks)) {
    if (line.text.trim() !== '') reader.take(line)
    last = line.number
  }
  reader.end(last)
  return reader
}

class ImportReader implements ImportedRecords {
  readonly records: CatalogRecord[] = []
  damagedLines = 0
  readonly #skipDamaged: boolean
  /** Where the export that is being read began; `undefined` outside an export. */
  #begin: number | undefined

  constructor(skipDamaged: boolean) {
    this.#skipDamaged = skipDamaged
  }

  take({ number, text }: NumberedLine): void {
    const mark = markIn(text)
    if (mark) {
      this.#takeMark(mark, number)
      return
    }
    const checked = checkRecord(text)
    if ('record' in checked) this.records.push(checked.record)
    else if (this.#skipDamaged) this.#takeDamaged(text)
    else
      throw new ImportError(
        number,
        `${checked.problem} With --skip-damaged, lines that are not valid records are left out.`,
      )
  }

  /** Checks that no export is incomplete. */
  end(number: number): void {
    if (this.#begin === undefined || this.#skipDamaged) return
    throw new ImportError(
      number,
      'it is the last one, and the last line of the export is missing: the file is incomplete. ' +
        'With --skip-damaged, the records that it has are imported.',
    )
  }

  #takeMark({ type, format, records }: ExportMark, number: number): void {
    if (type === EXPORT_BEGIN) {
      if (format !== EXPORT_FORMAT)
        throw new ImportError(number, 'the file is an export of a newer version. Update glacier-pipe.')
      this.#begin = this.records.length
      return
    }
    const found = this.records.length - (this.#begin ?? 0)
    this.#begin = undefined
    if (found !== records && !this.#skipDamaged)
      throw new ImportError(
        number,
        `the file has ${found} records before it, not ${String(records)}: it was changed. ` +
          'With --skip-damaged, the records that it has are imported.',
      )
  }

  /** Takes the records behind a record that is cut off, as readers of a catalog do. */
  #takeDamaged(text: string): void {
    this.damagedLines++
    for (const record of recordsIn(text)) {
      const checked = checkRecord(JSON.stringify(record))
      if ('record' in checked) this.records.push(checked.record)
    }
  }
}

/** The first or the last line of an export. */
interface ExportMark {
  readonly type: string
  readonly format?: unknown
  readonly records?: unknown
}

function markIn(text: string): ExportMark | undefined {
  if (!text.startsWith('{"type":"export')) return undefined
  const [mark] = recordsIn(text) as readonly ExportMark[]
  return mark && isExportMark(mark.type) ? mark : undefined
}
