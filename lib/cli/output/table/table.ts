/**
 * Tables in lines of text. On a terminal, a table is never wider than the terminal: columns are left out and cut until it
 * fits. Elsewhere nothing is cut.
 */
import { cutEnd, cutMiddle, textWidth } from './text-width.js'

/** A column of a table. */
export interface Column {
  readonly title: string
  /** The texts, one for each line, without control characters. */
  readonly cells: readonly string[]
  /** The side on which the texts stand; default left. */
  readonly align?: 'left' | 'right'
  /** If the table is too wide, columns are left out in this order, the lowest first; default: never left out. */
  readonly rank?: number
  /** The part of a text that is cut, and the width to which it is cut at most; default: texts are not cut. */
  readonly cut?: { readonly at: 'middle' | 'end'; readonly minWidth: number }
}

const GAP = '  '
/** Texts that are wider than this do not widen the column of the others, where nothing is cut. */
const MAX_PADDED_WIDTH = 40

/**
 * Makes the lines of a table. Columns without any text are left out.
 *
 * @param maxWidth - the width of the terminal; the first line has the titles then. Without a terminal `undefined`: the
 * table has no titles, and nothing is left out or cut
 */
export function tableLines(columns: readonly Column[], maxWidth: number | undefined): string[] {
  const given = columns.filter(({ cells }) => cells.some((cell) => cell !== ''))
  const fitted = maxWidth === undefined ? given.map(unlimited) : fittedTo(given.map(measured), maxWidth)
  const count = Math.max(0, ...columns.map(({ cells }) => cells.length))
  const lines = Array.from({ length: count }, (_, line) => lineOf(fitted, ({ cells }) => String(cells[line])))
  if (maxWidth === undefined) return lines
  return [lineOf(fitted, ({ title }) => title), ...lines].map((line) => cutEnd(line, maxWidth))
}

interface MeasuredColumn extends Column {
  readonly width: number
  /** Whether wider texts are cut. */
  readonly isCut: boolean
}

function measured(column: Column): MeasuredColumn {
  return { ...column, width: Math.max(textWidth(column.title), widest(column.cells)), isCut: true }
}

function unlimited(column: Column): MeasuredColumn {
  const cells = column.cut ? column.cells.filter((cell) => textWidth(cell) <= MAX_PADDED_WIDTH) : column.cells
  return { ...column, width: widest(cells), isCut: false }
}

function widest(cells: readonly string[]): number {
  return cells.reduce((width, cell) => Math.max(width, textWidth(cell)), 0)
}

/** The columns that are shown, with widths that fit: first columns are left out, then texts are cut. */
function fittedTo(columns: readonly MeasuredColumn[], maxWidth: number): MeasuredColumn[] {
  const narrowest = columns.map((column) => ({ ...column, width: minWidthOf(column) }))
  const lowest = Math.min(...columns.map(({ rank = Infinity }) => rank))
  if (totalWidth(narrowest) > maxWidth && lowest !== Infinity)
    return fittedTo(
      columns.filter(({ rank }) => rank !== lowest),
      maxWidth,
    )
  let excess = totalWidth(columns) - maxWidth
  return columns.map((column) => {
    const cut = Math.min(Math.max(0, excess), column.width - minWidthOf(column))
    excess -= cut
    return { ...column, width: column.width - cut }
  })
}

function minWidthOf({ width, cut }: MeasuredColumn): number {
  return Math.min(width, cut?.minWidth ?? width)
}

function totalWidth(columns: readonly MeasuredColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, GAP.length * (columns.length - 1))
}

function lineOf(columns: readonly MeasuredColumn[], textOf: (column: Column) => string): string {
  return columns
    .map((column) => {
      const text = cutTo(column, textOf(column))
      const padding = ' '.repeat(Math.max(0, column.width - textWidth(text)))
      return column.align === 'right' ? padding + text : text + padding
    })
    .join(GAP)
    .trimEnd()
}

function cutTo({ cut, width, isCut }: MeasuredColumn, text: string): string {
  if (!isCut || !cut) return text
  return cut.at === 'middle' ? cutMiddle(text, width) : cutEnd(text, width)
}
