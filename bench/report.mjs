/** From results to docs/benchmarks.md and its plots. */
import { writeFile } from 'node:fs/promises'
import { path } from './harness.mjs'

/** Writes the page, and a plot for each row that has one. */
export async function render(rows) {
  const sections = []
  for (const [name, row] of rows) {
    sections.push(sectionOf(name, row))
    if (row.chart) await writeFile(path(`../docs/benchmarks/${name}.svg`), plotOf(row))
  }
  const goals = rows.flatMap(([, row]) => row.goals)
  const page = [
    '# Benchmarks',
    'Written by `npm run bench`; no figure is typed by hand. Contenders run in turn on one machine, each several times, and figures are ' +
      'medians. The machine is shared with others: compare what stands in one table.',
    tableOf(
      ['goal', 'wanted', 'found', ''],
      goals.map(({ what, wanted, value, met }) => [
        what,
        wanted,
        value.toFixed(2),
        met ? 'reached' : 'not reached',
      ]),
    ),
    ...sections,
  ]
  await writeFile(path('../docs/benchmarks.md'), `${page.join('\n\n')}\n`)
}

function sectionOf(name, { title, method, machine, date, runs, table, chart }) {
  const plot = chart ? [`![${title}](benchmarks/${name}.svg)`] : []
  const facts = `${date}, ${machine}; ${runs} runs where nothing else is said.`
  return [`## ${title}`, method, facts, tableOf(table.head, table.rows), ...plot].join('\n\n')
}

/** A Markdown table, aligned as prettier does. */
function tableOf(head, rows) {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)))
  const lineOf = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`
  return [
    lineOf(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(lineOf),
  ].join('\n')
}

/** Horizontal bars. */
function plotOf({ title, chart: { unit, bars } }) {
  const [left, width, step] = [260, 420, 22]
  const most = Math.max(...bars.map(({ value }) => value))
  const height = 40 + bars.length * step
  const drawn = bars.map(({ label, value, ours }, i) => {
    const y = 34 + i * step
    const length = (value / most) * width
    return [
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${label}</text>`,
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="16" fill="${ours ? '#2b6cb0' : '#a0aec0'}"/>`,
      `<text x="${(left + length + 6).toFixed(1)}" y="${y + 12}">${value.toFixed(0)}</text>`,
    ].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 80}" height="${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="8" y="18" font-weight="bold">${title} (${unit})</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}
