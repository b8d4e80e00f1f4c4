import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { lockProcess } from '../helpers/lock-process.js'

// Processes that take one lock again and again are killed at random moments. The process that holds the lock writes its process
// ID to a marker that must not be there, unless the process that left it was killed.

const PROCESSES = 8
const TAKES = 500

t.test(`${PROCESSES} processes take a lock ${TAKES} times each, and are killed at random`, async (t) => {
  const dir = t.testdir()
  const locks = join(dir, 'locks')
  const parameters = { DIR: locks, KEY: 'x', MARKER: join(dir, 'marker') }
  let kills = 0
  let taken = 0
  const run = async (): Promise<void> => {
    for (let left = TAKES; left > 0;) {
      const child = lockProcess(t, 'stress', { ...parameters, COUNT: left })
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = chunk.toString().split('\n').length - 1
        left -= lines
        taken += lines
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), 100 + Math.random() * 2000)
      const [code] = (await once(child, 'close')) as [number | null]
      clearTimeout(timer)
      if (code === null) kills++
      else if (code !== 0) throw new Error('a process found the marker of a living one')
    }
  }
  await Promise.all(Array.from({ length: PROCESSES }, run))
  t.comment(`${taken} takes, ${kills} kills, left: ${(await readdir(locks)).length} names`)
  t.ok(taken >= PROCESSES * TAKES)
  t.ok(kills > PROCESSES)
  await rm(parameters.MARKER, { force: true })
  const last = lockProcess(t, 'stress', { ...parameters, COUNT: 1 })
  t.strictSame(await once(last, 'close'), [0, null])
  t.strictSame(await readdir(locks), [], 'the next process sweeps what the killed ones have left')
  await t.rejects(readFile(parameters.MARKER), { code: 'ENOENT' })
})
