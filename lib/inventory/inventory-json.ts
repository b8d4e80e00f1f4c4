/**
 * Reads an inventory in JSON as it comes, in any pieces: only a row at a time is held.
 *
 * The text is `{"VaultARN":…,"InventoryDate":…,"ArchiveList":[row,row,…]}` (docs/glacier-protocol.md#inventory-files).
 * Rows hold no objects, so a row ends at the first brace that is not in a string. Fields of another order or kind are
 * minded by JSON.parse.
 */
import { inventoryRow, notAnInventory, type InventoryRow } from './inventory-row.js'

const LIST = '"ArchiveList"'

/** A reader of JSON. */
export class InventoryJsonParser {
  #text = ''
  #isBegun = false
  #isEnded = false
  #rest = 0
  #inventoryDate: string | undefined

  /** When the inventory was taken, ISO 8601; `undefined` until that was read. */
  get inventoryDate(): string | undefined {
    return this.#inventoryDate
  }

  /** The rows that end in a piece of text. */
  push(text: string): InventoryRow[] {
    this.#text += text
    if (!this.#isBegun && !this.#readHead()) return []
    const rows: InventoryRow[] = []
    let from = 0 // of the text that is left
    while (!this.#isEnded) {
      const start = this.#nextBegin(from)
      if (start < 0) break
      const end = endOfRow(this.#text, start)
      if (end < 0) break
      rows.push(inventoryRow(parsed(this.#text.slice(start, end)) as Record<string, unknown>))
      from = end
    }
    this.#text = this.#text.slice(this.#isEnded ? this.#rest : from)
    this.#rest = 0
    return rows
  }

  /**
   * Ends it with a last piece of text; the rows that end there.
   *
   * @throws {InventoryError} `ERR_INVENTORY`: it does not end as an inventory does
   */
  end(text: string): InventoryRow[] {
    const rows = this.push(text)
    if (!this.#isEnded || !/^\s*\][^\][{]*\}\s*$/.test(this.#text))
      throw notAnInventory('it does not end as one')
    return rows
  }

  #readHead(): boolean {
    const at = this.#text.indexOf(LIST)
    const open = at < 0 ? -1 : this.#text.indexOf('[', at)
    if (open < 0) return false
    const { InventoryDate } = parsed(`${this.#text.slice(0, at)}${LIST}:[]}`) as Record<string, unknown>
    this.#inventoryDate = typeof InventoryDate === 'string' ? InventoryDate : undefined
    this.#isBegun = true
    this.#text = this.#text.slice(open + 1)
    return true
  }

  /** Where the next row begins; -1 where that is not here yet, or there is none. */
  #nextBegin(from: number): number {
    for (let at = from; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (character === '{') return at
      if (character === ']') {
        this.#isEnded = true
        this.#rest = at
        return -1
      }
      if (character !== ',' && character !== ' ' && character !== '\n' && character !== '\r')
        throw notAnInventory(`there is ${JSON.stringify(character)} between two rows`)
    }
    return -1
  }
}

/** Behind the brace that ends a row; -1 where it is not here yet. */
function endOfRow(text: string, start: number): number {
  let at = start
  while (at >= 0) {
    const brace = text.indexOf('}', at)
    const quote = text.indexOf('"', at)
    if (brace < 0) return -1
    if (quote < 0 || brace < quote) return brace + 1
    at = endOfString(text, quote + 1)
  }
  return -1
}

/** Behind the quote that ends a string; -1 where it is not here yet. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start)
  while (quote >= 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? -1 : quote + 1
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notAnInventory(`a row cannot be read: ${(error as Error).message}`)
  }
}
