/** The time the command takes to start. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BIN, MIB, inTurn, run, serve } from '../harness.mjs'

const RUNS = 15

export const title = 'Start-up'
export const method =
  'Whole processes, medians of 15 runs in turn. `put` stores 1 KiB in the local vault of `serve`; its time includes loading the SDK.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const server = await serve(BIN, 'serve', '--dir', join(dir, 'vaults'), '--create-vaults', '--json')
  const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(server.address)
  const file = join(dir, 'file')
  await writeFile(file, Buffer.alloc(1024, 1))
  const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const where = ['--endpoint', endpoint, '--region', region, '--catalog', join(dir, 'catalog'), '--quiet']
  const medians = await inTurn(
    {
      'node -e 0': () => run(['-e', '0']),
      '--version': () => run([BIN, '--version']),
      '--help': () => run([BIN, '--help']),
      'put of 1 KiB': () => run([BIN, 'put', 'bench', file, ...where], { env }),
    },
    RUNS,
  )
  await server.stop()
  await rm(dir, { recursive: true })
  const bare = medians['node -e 0'].seconds
  const over = (/** @type {import('../harness.mjs').Figures} */ { seconds }) => (seconds - bare) * 1000
  return {
    table: {
      head: ['', 'ms', 'over node', 'peak MiB'],
      rows: Object.entries(medians).map(([name, figures]) => [
        name,
        (figures.seconds * 1000).toFixed(0),
        over(figures).toFixed(0),
        (figures.peak / MIB).toFixed(0),
      ]),
    },
    goals: [['--version over node, ms', 'at most 60', over(medians['--version']), (ms) => ms <= 60]],
  }
}
