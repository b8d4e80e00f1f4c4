import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { parseList, runList } from './run/choice-list.js'
import { prepareNetwork, runScenario } from './scenario.js'

/** Runs that have broken an invariant once. */
const LISTS = new URL('./lists/', import.meta.url)
const scenario = Object.assign(runScenario, { prepare: prepareNetwork })

t.test('the runs that have failed once break no invariant, and each of their choices applies', async (t) => {
  for (const name of await readdir(LISTS)) {
    const list = parseList(await readFile(new URL(name, LISTS), 'utf8'))
    const { failure, unapplied } = await runList(list, scenario)
    t.strictSame({ failure, unapplied }, { failure: undefined, unapplied: [] }, `${name}: ${list.broke}`)
  }
})
