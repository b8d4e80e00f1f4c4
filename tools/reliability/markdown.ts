/** Pieces of Markdown, and numbers as text. */

/** A table. An empty one is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  return [[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')]
}

/** A link to a file of the repository, from docs. */
export function fileLink(path: string): string {
  return `[${path.replace(/^test\//, '')}](../${path})`
}

/** A whole number with separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Bytes in MiB. */
export function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MiB`
}

const BARS = '▁▂▃▄▅▆▇█'
/** The maximum number of bars of a sparkline. */
const MAX_BARS = 40

/** A curve as a line of bars, from 0 to its maximum. Several points that share a bar are averaged. */
export function sparkline(values: readonly number[]): string {
  const bars = Math.min(values.length, MAX_BARS)
  const means = Array.from({ length: bars }, (_, i) => {
    const some = values.slice(
      Math.floor((i * values.length) / bars),
      Math.floor(((i + 1) * values.length) / bars),
    )
    return some.reduce((sum, value) => sum + value, 0) / some.length
  })
  const max = Math.max(...means, 1)
  return means.map((mean) => BARS.charAt(Math.round((mean / max) * (BARS.length - 1)))).join('')
}
