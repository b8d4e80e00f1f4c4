/**
 * Measures how long a start of the command takes: the executable for machines without Node.js, the command as the package
 * has it, and the command as `npm run build` makes it. Prints medians and minima in milliseconds, and sizes.
 *
 * `npm run bench:start-up` builds all three. BENCH_RUNS is the number of runs of each, default 21.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const runs = Number(process.env.BENCH_RUNS ?? 21)
// Inside the repository, so that the packages of the command are found.
const folder = mkdtempSync(join(root, 'executable/start-up-'))
/** @type {Record<string, [string, ...string[]]>} */
const commands = {
  executable: [join(root, 'executable/glacier-pipe')],
  package: [process.execPath, join(folder, 'dist/cli/bin.js')],
  'npm run build': [process.execPath, join(root, 'dist/cli/bin.js')],
}
/** Arguments by what they show: the least that the command does, and the load of the SDK and of the local vault. */
const vault = ['--local-dir', join(folder, 'vault')]
const starts = { '--version': ['--version'], 'vault ls, local vault': ['vault', 'ls', ...vault] }

try {
  run([process.execPath, join(root, 'build/package.mjs'), join(root, 'dist'), join(folder, 'dist')], [])
  console.log(`executable: ${(statSync(commands.executable?.[0] ?? '').size / 1e6).toFixed(1)} MB`)
  console.log(`Node.js: ${process.version}, ${(statSync(process.execPath).size / 1e6).toFixed(1)} MB`)
  run(commands.package ?? [''], ['vault', 'create', 'docs', ...vault])
  for (const [what, args] of Object.entries(starts)) {
    /** @type {Map<string, number[]>} */
    const times = new Map(Object.keys(commands).map((name) => [name, []]))
    // One after the other in each round, so that a busy moment of the machine slows all of them.
    for (let round = 0; round < runs; round++)
      for (const [name, command] of Object.entries(commands)) times.get(name)?.push(run(command, args))
    for (const [name, list] of times)
      console.log(
        `${what}: ${name}: ${median(list).toFixed(0)} ms, at least ${Math.min(...list).toFixed(0)} ms`,
      )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Runs a program to its end; the milliseconds that it took.
 *
 * @param {readonly [string, ...string[]]} command
 * @param {readonly string[]} args
 */
function run([program, ...before], args) {
  const start = performance.now()
  const { status, stderr } = spawnSync(program, [...before, ...args], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  return performance.now() - start
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
