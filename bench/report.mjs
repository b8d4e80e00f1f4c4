/** Writes docs/benchmarks.md and its plots from the results. */
import { writeFile } from 'node:fs/promises'
import { path } from './harness.mjs'

/**
 * The results of a row as docs/benchmarks/results.json keeps them.
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {string} method - how it was measured, in Markdown
 * @property {string} machine
 * @property {string} date
 * @property {number} runs
 * @property {import('./harness.mjs').Table} table
 * @property {import('./harness.mjs').Chart} [chart]
 * @property {{ goal: string, target: string, value: number, reached: boolean }[]} goals
 */

/**
 * Writes the page, and a plot for each row that has one.
 *
 * @param {{ name: string, section: Section }[]} rows
 */
export async function render(rows) {
  const sections = []
  for (const { name, section } of rows) {
    sections.push(sectionOf(name, section))
    const { title, chart } = section
    if (chart) await writeFile(path(`../docs/benchmarks/${name}.svg`), plotOf(title, chart))
  }
  const goals = rows.flatMap(({ section }) => section.goals)
  const page = [
    '# Benchmarks',
    'Written by `npm run bench`; no figure is typed by hand. Contenders run in turn on one machine, each several times, and figures are ' +
      'medians. The machine is shared with others: compare only figures of the same table.',
    tableOf(
      ['goal', 'target', 'value', ''],
      goals.map(({ goal, target, value, reached }) => [
        goal,
        target,
        value.toFixed(2),
        reached ? 'reached' : 'not reached',
      ]),
    ),
    ...sections,
  ]
  await writeFile(path('../docs/benchmarks.md'), `${page.join('\n\n')}\n`)
}

/**
 * @param {string} name
 * @param {Section} section
 */
function sectionOf(name, { title, method, machine, date, runs, table, chart }) {
  const plot = chart ? [`![${title}](benchmarks/${name}.svg)`] : []
  const facts = `${date}, ${machine}; ${runs} runs unless the text says otherwise.`
  return [`## ${title}`, method, facts, tableOf(table.head, table.rows), ...plot].join('\n\n')
}

/**
 * A Markdown table, aligned as prettier does.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
function tableOf(head, rows) {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)))
  const lineOf = (/** @type {string[]} */ row) =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`
  return [
    lineOf(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(lineOf),
  ].join('\n')
}

/**
 * Horizontal bars, as SVG.
 *
 * @param {string} title
 * @param {import('./harness.mjs').Chart} chart
 */
function plotOf(title, { unit, bars }) {
  const left = 260
  const width = 420
  const step = 22
  const maxValue = Math.max(...bars.map(({ value }) => value))
  const height = 40 + bars.length * step
  const drawn = bars.map(({ label, value, ours }, i) => {
    const y = 34 + i * step
    const length = (value / maxValue) * width
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
