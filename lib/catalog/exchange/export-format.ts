/**
 * The file that `catalog export` writes: the records of a catalog between a first line, which states the format, and a last
 * line with the number of records. Both are records of types that readers of catalogs skip, so that the file is a catalog
 * as well. A file without its last line is incomplete.
 */

/** The version of the format. */
export const EXPORT_FORMAT = 1
/** The type of the first line. */
export const EXPORT_BEGIN = 'export'
/** The type of the last line. */
export const EXPORT_END = 'export-end'

/** Whether a type is that of the first or the last line of an export. */
export function isExportMark(type: string): boolean {
  return type === EXPORT_BEGIN || type === EXPORT_END
}

/**
 * The first line of an export.
 *
 * @param program - the name and version of the program
 * @param time - ISO 8601
 */
export function beginLine(program: string, time: string): string {
  return JSON.stringify({ type: EXPORT_BEGIN, format: EXPORT_FORMAT, time, program })
}

/**
 * The last line of an export.
 *
 * @param records - the number of records between the first line and this one
 */
export function endLine(records: number): string {
  return JSON.stringify({ type: EXPORT_END, records })
}
