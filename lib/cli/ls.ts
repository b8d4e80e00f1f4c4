/**
 * `ls [VAULT]`: the archives the catalog knows.
 */
import { archiveBlocksIn } from '../catalog/archives.js'
import type { ArchiveRecord } from '../catalog/record.js'
import { nameOf } from '../vault/archive-name.js'
import { catalogFileOf, type CatalogOptions } from './connection.js'
import { printLines, type Io } from './io.js'
import { formatSize } from './size.js'

/** Options of `ls`. */
export interface LsOptions extends CatalogOptions {
  /** With `*` and `?`; without them, a part of the name. */
  readonly name?: string
  /** ISO 8601. */
  readonly since?: string
  /** ISO 8601. */
  readonly before?: string
  readonly minSize?: number
  readonly maxSize?: number
}

/** Runs `ls`: time, size, vault, archive ID and name, a line an archive, in the order they were recorded. */
export async function ls(vaultName: string | undefined, options: LsOptions, io: Io): Promise<void> {
  const fits = filterOf(vaultName, options)
  async function* lines(): AsyncGenerator<string[], void, undefined> {
    for await (const archives of archiveBlocksIn(catalogFileOf(options, io.env))) {
      const block: string[] = []
      for (const archive of archives) {
        const name = nameOf(archive.description)
        if (fits(archive, name)) block.push(options.json ? JSON.stringify(archive) : lineOf(archive, name))
      }
      yield block
    }
  }
  await printLines(io, lines())
}

function lineOf({ time, size, vaultName, archiveId }: ArchiveRecord, name: string): string {
  return `${time}  ${formatSize(size).padStart(10)}  ${vaultName}  ${archiveId}  ${name}`.trimEnd()
}

function filterOf(
  vaultName: string | undefined,
  { name, since, before, minSize = 0, maxSize = Infinity }: LsOptions,
): (archive: ArchiveRecord, name: string) => boolean {
  const named = name === undefined ? undefined : patternOf(name)
  const [from, to] = [Date.parse(since ?? '') || -Infinity, Date.parse(before ?? '') || Infinity]
  const isTimed = since !== undefined || before !== undefined
  return (archive, itsName) => {
    if (vaultName !== undefined && archive.vaultName !== vaultName) return false
    if (archive.size < minSize || archive.size > maxSize) return false
    if (named && !named.test(itsName)) return false
    if (!isTimed) return true
    const time = Date.parse(archive.time)
    return time >= from && time < to
  }
}

/** `*` stands for any characters, `?` for one; text without either is looked for anywhere in the name. */
function patternOf(text: string): RegExp {
  const source = text
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(/[*?]/.test(text) ? `^${source}$` : source, 'is')
}
