/**
 * Parses an inventory in the service's CSV as it arrives. It is not the CSV of RFC 4180: a quote in a description is
 * written `\"`, and a backslash is not escaped (docs/glacier-protocol.md#inventory-files). So a row is parsed from both
 * ends: the fields before and after the description cannot contain its special characters, and a row ends only after a
 * date, a size and a hash.
 */
import { assertHoldable, inventoryRow, inventoryError, type InventoryRow } from './inventory-row.js'

const HEADER = 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash'
const ROW = /^([\w-]+),(.*),(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ),(\d+),([0-9a-f]{64})$/s

/** A parser of the service's CSV. */
export class InventoryCsvParser {
  #text = ''
  #hasHeader = false
  /** CSV does not state the time of the inventory. */
  readonly inventoryDate: string | undefined

  /** Parses a piece of text. Returns the rows that end in it. */
  push(text: string): InventoryRow[] {
    const all = this.#text + text
    const end = all.lastIndexOf('\n') + 1
    this.#text = all.slice(end)
    assertHoldable(this.#text)
    return all
      .slice(0, end)
      .split('\n')
      .flatMap((line) => this.#rowsOf(line.replace(/\r$/, '')))
  }

  /**
   * Parses the last piece of text. Returns the rows that end in it.
   *
   * @throws {InventoryError} `ERR_INVENTORY`: the text ends within a row, or has no header
   */
  end(text: string): InventoryRow[] {
    const rows = this.push(`${text}\n`)
    if (!this.#hasHeader) throw inventoryError('it has no header')
    return rows
  }

  #rowsOf(line: string): InventoryRow[] {
    if (line === '') return []
    if (!this.#hasHeader) {
      if (line !== HEADER) throw inventoryError('its header differs')
      this.#hasHeader = true
      return []
    }
    const match = ROW.exec(line)
    if (!match) throw inventoryError(`a row cannot be read: ${line.slice(0, 200)}`)
    const [, ArchiveId, description = '', CreationDate, Size, SHA256TreeHash] = match
    const ArchiveDescription = /^".*"$/s.test(description)
      ? description.slice(1, -1).replaceAll('\\"', '"')
      : description
    return [inventoryRow({ ArchiveId, ArchiveDescription, CreationDate, Size, SHA256TreeHash })]
  }
}
