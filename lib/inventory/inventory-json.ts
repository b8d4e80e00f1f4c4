/**
 * Parses an inventory in JSON as it arrives, in pieces of any size. Only one row at a time is held.
 *
 * The text is `{"VaultARN":…,"InventoryDate":…,"ArchiveList":[row,row,…]}` (docs/glacier-protocol.md#inventory-files).
 * A row contains no objects, so it ends at the first brace that is not in a string. Fields in another order are handled
 * by JSON.parse.
 */
import { assertHoldable, inventoryRow, inventoryError, type InventoryRow } from './inventory-row.js'

const LIST = '"ArchiveList"'

/** A parser of JSON. */
export class InventoryJsonParser {
  #text = ''
  #hasList = false
  #isEnded = false
  /** The position of the bracket that ends the list. */
  #listEnd = 0
  #inventoryDate: string | undefined

  /** The time of the inventory, ISO 8601; `undefined` until it has been read. */
  get inventoryDate(): string | undefined {
    return this.#inventoryDate
  }

  /** Parses a piece of text. Returns the rows that end in it. */
  push(text: string): InventoryRow[] {
    this.#text += text
    if (!this.#hasList && !this.#readHead()) {
      assertHoldable(this.#text)
      return []
    }
    const rows: InventoryRow[] = []
    let from = 0 // the end of the last row
    while (!this.#isEnded) {
      const start = this.#nextRowStart(from)
      if (start < 0) break
      const end = endOfRow(this.#text, start)
      if (end < 0) break
      rows.push(inventoryRow(parsed(this.#text.slice(start, end)) as Record<string, unknown>))
      from = end
    }
    this.#text = this.#text.slice(this.#isEnded ? this.#listEnd : from)
    this.#listEnd = 0
    assertHoldable(this.#text)
    return rows
  }

  /**
   * Parses the last piece of text. Returns the rows that end in it.
   *
   * @throws {InventoryError} `ERR_INVENTORY`: the text does not end as an inventory does
   */
  end(text: string): InventoryRow[] {
    const rows = this.push(text)
    if (!this.#isEnded || !/^\s*\][^\][{]*\}\s*$/.test(this.#text)) throw inventoryError('its end is missing')
    return rows
  }

  #readHead(): boolean {
    const at = this.#text.indexOf(LIST)
    const open = at < 0 ? -1 : this.#text.indexOf('[', at)
    if (open < 0) return false
    const { InventoryDate } = parsed(`${this.#text.slice(0, at)}${LIST}:[]}`) as Record<string, unknown>
    this.#inventoryDate = typeof InventoryDate === 'string' ? InventoryDate : undefined
    this.#hasList = true
    this.#text = this.#text.slice(open + 1)
    return true
  }

  /** The position at which the next row starts; -1 if it has not arrived yet, or the list has ended. */
  #nextRowStart(from: number): number {
    for (let at = from; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (character === '{') return at
      if (character === ']') {
        this.#isEnded = true
        this.#listEnd = at
        return -1
      }
      if (character !== ',' && character !== ' ' && character !== '\n' && character !== '\r')
        throw inventoryError(`two rows are separated by ${JSON.stringify(character)}`)
    }
    return -1
  }
}

/** The position after the brace that ends a row; -1 if it has not arrived yet. */
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

/** The position after the quote that ends a string; -1 if it has not arrived yet. */
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
  } catch {
    throw inventoryError(`a row cannot be read: ${text.slice(0, 200)}`) // the message of JSON.parse is not for users
  }
}
