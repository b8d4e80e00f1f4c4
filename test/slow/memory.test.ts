import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { ended, serve, start } from '../helpers/command.js'
import { GIB, MIB } from '../../lib/sizes.js'

// Many GiB of random bytes from a pipe, through the built command, into `serve` in a process of its own, and back.

const hook = new URL('../../examples/demo/report-memory.mjs', import.meta.url).href

/** SHA-256 of a stream on its way into another. */
async function hashInto(source: Readable, destination: NodeJS.WritableStream): Promise<string> {
  const hash = createHash('sha256')
  const tap = new PassThrough()
  tap.on('data', (chunk: Buffer) => hash.update(chunk))
  await pipeline(source, tap, destination)
  return hash.digest('hex')
}

t.test('peak memory is that of the budget, the same for 4 and for 12 GiB, both ways', async (t) => {
  const dir = t.testdir()
  const { endpoint, region, keys } = await serve(t, join(dir, 'vaults'))
  const memoryFile = join(dir, 'memory')
  const env = {
    ...keys,
    NODE_OPTIONS: `--import=${hook}`,
    PEAK_MEMORY_FILE: memoryFile,
  }
  const where = ['--endpoint', endpoint, '--region', region, '--memory', '256MiB', '--quiet']
  const peak = async (): Promise<number> => Number(await readFile(memoryFile, 'utf8')) / MIB
  await ended(start(['vault', 'create', 'big', ...where.slice(0, 4)], env))

  const peaks: Record<string, number[]> = { put: [], get: [] }
  for (const size of [4 * GIB, 12 * GIB]) {
    const random = spawn('head', ['-c', String(size), '/dev/urandom'])
    const put = start(['put', 'big', ...where, '--part-size', '64MiB'], env)
    const [sent, stored] = await Promise.all([hashInto(random.stdout, put.stdin), ended(put)])
    t.match(stored, { code: 0 }, stored.stderr)
    peaks.put?.push(await peak())

    const get = start(['get', 'big', ...where, '--', stored.stdout.toString().trim()], env)
    const exit = once(get, 'close')
    const received = await hashInto(get.stdout, new PassThrough().resume())
    t.strictSame(await exit, [0, null])
    t.equal(received, sent, `${size / GIB} GiB came back as they were`)
    peaks.get?.push(await peak())
    await rm(join(dir, 'vaults', 'vaults', 'big', 'archives', stored.stdout.toString().trim()), {
      recursive: true,
    })
  }
  t.comment(JSON.stringify(peaks))
  for (const [way, [small = 0, large = 0]] of Object.entries(peaks)) {
    t.ok(small < 420 && large < 420, `${way}: ${small.toFixed(0)} and ${large.toFixed(0)} MiB at the peak`)
    t.ok(Math.abs(large - small) <= small * 0.1, `${way}: the same within a tenth`)
  }
})
