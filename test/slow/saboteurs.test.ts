import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { SABOTEURS } from '../simulation/sabotage/saboteurs.js'

interface Verdict {
  readonly name: string
  readonly about: string
  readonly seeds: number
  readonly caught?: { readonly seed: number; readonly failure: { readonly invariant: string } }
}

t.test('the simulation finds each breakage of the engine within 10,000 seeds', async (t) => {
  const args = ['run', '--silent', 'simulate', '--', '--sabotage', 'all', '--json']
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const { stdout } = await promisify(execFile)('npm', args, { cwd, maxBuffer: 2 ** 26 }).catch(
    (error: unknown) => error as { stdout: string },
  )
  const verdicts = JSON.parse(stdout) as readonly Verdict[]
  t.equal(verdicts.length, SABOTEURS.length)
  for (const { name, about, seeds, caught } of verdicts)
    t.ok(caught, `${name}: ${about}; ${seeds} seeds${caught ? `, ${caught.failure.invariant}` : ''}`)
})
