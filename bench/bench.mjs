/**
 * The benchmark: `npm run bench`, or `npm run bench -- NAME…` for some of its rows. Writes docs/benchmarks.md from what it finds
 * and found before (docs/benchmarks/results.json), with a plot for each row that has one.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { GIB, RUNS, path } from './harness.mjs'
import { render } from './report.mjs'

const ROWS = ['upload', 'rechunk', 'tree-hash', 'retrieve', 'memory', 'growth', 'start-up']
const RESULTS = path('../docs/benchmarks/results.json')

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !ROWS.includes(name))
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}: there are ${ROWS.join(', ')}.`)
  process.exit(2)
}
const machine = `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / GIB)} GiB, ${process.platform}, Node ${process.version}`
await mkdir(path('../docs/benchmarks'), { recursive: true })
for (const name of asked.length > 0 ? asked : ROWS) {
  const { title, method, measure } = await import(`./rows/${name}.mjs`)
  console.log(`${title} …`)
  const { goals, ...found } = await measure()
  const reached = goals.map(([what, wanted, value, isMet]) => ({ what, wanted, value, met: isMet(value) }))
  const results = JSON.parse(await readFile(RESULTS, 'utf8').catch(() => '{}'))
  const date = new Date().toISOString().slice(0, 10)
  results[name] = { title, method, machine, date, runs: RUNS, ...found, goals: reached }
  await writeFile(RESULTS, `${JSON.stringify(results, null, 1)}\n`)
  await render(ROWS.filter((row) => results[row]).map((row) => [row, results[row]]))
  for (const row of found.table.rows) console.log(row.join('  '))
  for (const { what, wanted, value, met } of reached)
    console.log(`${met ? 'reached' : 'NOT REACHED'}: ${what}: ${value.toFixed(2)} (${wanted})`)
}
