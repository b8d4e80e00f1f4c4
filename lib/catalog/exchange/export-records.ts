/** Reads all records of a catalog for an export. */
import { resolve } from 'node:path'
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { catalogFailure } from '../catalog-failure.js'
import { hasOneRecord, recordsIn } from '../lines/parse-line.js'
import { readLines } from '../lines/read-lines.js'
import { beginLine, endLine, isExportMark } from './export-format.js'

/** The number of records and of damaged lines of a catalog. */
export interface ExportCounts {
  records: number
  /** Lines that are cut off or are no records. The records behind a line that is cut off are exported. */
  damagedLines: number
}

/**
 * Reads a catalog as lines of an export, in blocks, in the order in which they were written.
 *
 * @param counts - is updated while lines are read
 * @param program - the name and version of the program, for the first line
 * @param time - ISO 8601, for the first line
 * @throws {CatalogError} `ERR_CATALOG`: the catalog does not exist, or cannot be read
 */
export async function* exportLines(
  file: string,
  counts: ExportCounts,
  program: string,
  time: string,
  files: FileSystem = systemFiles,
): AsyncGenerator<string[], void, undefined> {
  await files.stat(file).catch((error: unknown) => {
    throw catalogFailure(resolve(file), 'read', error)
  })
  yield [beginLine(program, time)]
  for await (const { text } of readLines(file, files)) yield linesOf(text, counts)
  yield [endLine(counts.records)]
}

/** Counts the damaged lines of a catalog; as {@link exportLines}. */
export async function countLines(file: string, files: FileSystem = systemFiles): Promise<ExportCounts> {
  const counts = { records: 0, damagedLines: 0 }
  for await (const { text } of readLines(file, files)) linesOf(text, counts)
  return counts
}

function linesOf(text: string, counts: ExportCounts): string[] {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue // two processes may have ended a torn line at once
    const records = recordsIn(line)
    if (records.length === 0 || !hasOneRecord(line)) counts.damagedLines++
    for (const record of records) if (!isExportMark(record.type)) lines.push(JSON.stringify(record))
  }
  counts.records += lines.length
  return lines
}
