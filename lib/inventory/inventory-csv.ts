/**
 * Reads an inventory in the service's CSV as it comes. It is no CSV of RFC 4180: a quote in a description is written `\"`,
 * and a backslash is not escaped (docs/glacier-protocol.md#inventory-files). So a row is read from both of its ends:
 * what stands before and behind the description has none of its characters, and a row ends only where a date, a size
 * and a hash do.
 */
import { inventoryRow, notAnInventory, type InventoryRow } from './inventory-row.js'

const HEADER = 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash'
const ROW = /^([\w-]+),(.*),(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),(\d+),([0-9a-f]{64})$/s

/** A reader of CSV. */
export class InventoryCsvParser {
  #text = ''
  #begun = false
  /** CSV does not say when it was taken. */
  readonly inventoryDate: string | undefined

  /** The rows that end in a piece of text. */
  push(text: string): InventoryRow[] {
    const all = this.#text + text
    const end = all.lastIndexOf('\n') + 1
    this.#text = all.slice(end)
    return all
      .slice(0, end)
      .split('\n')
      .flatMap((line) => this.#rowsOf(line.replace(/\r$/, '')))
  }

  /**
   * Ends it with a last piece of text; the rows that end there.
   *
   * @throws {InventoryError} `ERR_INVENTORY`: it ends within a row, or has no header
   */
  end(text: string): InventoryRow[] {
    const rows = this.push(`${text}\n`)
    if (!this.#begun) throw notAnInventory('it has no header')
    return rows
  }

  #rowsOf(line: string): InventoryRow[] {
    if (line === '') return []
    if (!this.#begun) {
      if (line !== HEADER) throw notAnInventory('its header is another')
      this.#begun = true
      return []
    }
    const match = ROW.exec(line)
    if (!match) throw notAnInventory(`a row cannot be read: ${line.slice(0, 200)}`)
    const [, ArchiveId, description = '', CreationDate, Size, SHA256TreeHash] = match
    const ArchiveDescription = /^".*"$/s.test(description)
      ? description.slice(1, -1).replaceAll('\\"', '"')
      : description
    return [inventoryRow({ ArchiveId, ArchiveDescription, CreationDate, Size, SHA256TreeHash })]
  }
}
