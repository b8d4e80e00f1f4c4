import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { retrieveArchive } from '../../lib/vault/retrieve-archive.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { startLocalVault } from '../../lib/local/index.js'
import { GIB, MIB } from '../../lib/sizes.js'
import { ended, serve, start } from '../helpers/command.js'
import { sha256Of } from '../helpers/gather.js'
import { clientFor } from '../helpers/local-vault.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

/** A vault server with an archive, and how commands reach it. */
async function stored(
  test: Test,
  size: number,
): Promise<{
  where: string[]
  keys: NodeJS.ProcessEnv
  archiveId: string
  hash: string
  dir: string
  /** Requests for an output so far. */
  outputs: () => Promise<number>
  /** From now on an output comes at so many bytes a second and request. */
  slow: (bytesPerSecond: number) => Promise<void>
}> {
  const dir = test.testdir()
  const server = await serve(test, join(dir, 'vaults'), '0', ['--control', '--create-vaults'])
  const where = [
    '--endpoint',
    server.endpoint,
    '--region',
    server.region,
    '--catalog',
    join(dir, 'catalog.jsonl'),
  ]
  const put = start(['put', 'docs', ...where], server.keys)
  const hash = createHash('sha256')
  const tap = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk))
  const [found] = await Promise.all([ended(put), pipeline(patternSource(size, MIB), tap, put.stdin)])
  test.equal(found.code, 0, found.stderr)
  const archiveId = found.stdout.toString().trim()
  const control = (path: string, body?: object): Promise<Response> =>
    fetch(`${server.endpoint}/.control/${path}`, {
      headers: { authorization: `Bearer ${String(server.controlSecret)}` },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
  const outputs = async (): Promise<number> => {
    const traffic = (await (await control('traffic')).json()) as Record<
      string,
      { requests: number } | undefined
    >
    return traffic.GetJobOutput?.requests ?? 0
  }
  const slow = async (bytesPerSecond: number): Promise<void> => {
    const { ok } = await control('faults', {
      fault: 'slow',
      operation: 'GetJobOutput',
      every: 1,
      bytesPerSecond,
    })
    test.ok(ok)
  }
  return { where, keys: server.keys, archiveId, hash: hash.digest('hex'), dir, outputs, slow }
}

t.test(
  'killed at 20 moments, get -o goes on each time, and fetches again only what was in flight',
  async (t) => {
    const size = 512 * MIB + 1234
    const { where, keys, archiveId, hash, dir, outputs } = await stored(t, size)
    const file = join(dir, 'out')
    const memory = ['--memory', '16MiB', '--concurrency', '2'] // ranges of 4 MiB
    const get = (): ReturnType<typeof start> =>
      start(['get', ...memory, '-o', file, ...where, 'docs', '--', archiveId], keys)
    let rounds = 0
    let again = 0
    while (rounds < 20) {
      const before = await outputs()
      const held = await rangesIn(file)
      const child = get()
      const exit = ended(child)
      // A moment is one of the first 20 requests for a range, which are some 130 in all.
      const moment = before + 1 + Math.floor(Math.random() * 20)
      while (child.exitCode === null && (await outputs()) < moment) continue
      child.kill('SIGKILL')
      const { code } = await exit
      rounds++
      const asked = (await outputs()) - before
      const gained = (code === 0 ? Math.ceil(size / (4 * MIB)) : await rangesIn(file)) - held
      again += asked - gained
      // In flight are two, one waits to be read, one is being written, and two were asked for in between.
      t.ok(asked - gained <= 6, `round ${rounds}: ${asked} were fetched, ${gained} gained`)
      if (code !== 0) continue
      t.equal(await sha256Of(createReadStream(file) as AsyncIterable<Buffer>), hash, 'the file is right')
      await rm(file)
    }
    const last = await ended(get())
    t.match(last, { code: 0 })
    t.equal(await sha256Of(createReadStream(file) as AsyncIterable<Buffer>), hash, 'the file is right')
    t.comment(`${again} ranges were fetched twice in ${rounds} rounds`)
  },
)

/** How many ranges are noted beside a file that is not whole. */
async function rangesIn(file: string): Promise<number> {
  const text = await readFile(`${file}.partial.ranges`, 'utf8').catch(() => '\n')
  return text.split('\n').length - 2
}

t.test('archives of all sizes give the same bytes in ranges of all sizes', async (t) => {
  const vault = await startLocalVault({ dir: t.testdir(), createVaults: true })
  t.teardown(() => vault.close())
  const client = clientFor(t, vault)
  const vaultName = 'docs'
  for (const size of [1, MIB - 1, MIB, MIB + 1, 10.5 * MIB, 129 * MIB, 5 * GIB]) {
    const source = size > GIB ? patternSource(size, MIB) : [patternBytes(size)]
    const [archive] = await uploadArchive(source, { client, vaultName })
    const archiveId = archive.archiveId
    const wanted = await sha256Of(size > GIB ? patternSource(size, MIB) : [patternBytes(size)])
    for (let rangeSize = MIB; rangeSize <= 64 * MIB; rangeSize *= 2) {
      const reader = retrieveArchive({ client, vaultName, archiveId, rangeSize, memory: 256 * MIB })
      t.equal(
        await sha256Of(reader as AsyncIterable<Buffer>),
        wanted,
        `${size} bytes in ranges of ${rangeSize}`,
      )
    }
  }
})

t.test(
  'memory stays within the budget while a consumer is slow',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const { where, keys, archiveId } = await stored(t, 400 * MIB)
    const get = start(['get', '--memory', '64MiB', ...where, 'docs', '--', archiveId], keys)
    const exit = once(get, 'exit')
    let taken = 0
    const until = Date.now() + 20_000 // at 64 KiB/s
    for await (const chunk of get.stdout as AsyncIterable<Buffer>) {
      taken += chunk.length
      await new Promise((resolve) => setTimeout(resolve, (chunk.length / 65_536) * 1000)) // it is what is tested
      if (Date.now() > until) break
    }
    const peak = await peakOf(get.pid)
    // The budget is of ranges; the process itself takes some 110 MiB more.
    t.ok(peak < 64 + 150, `${peak} MiB at the peak, ${taken / MIB} MiB taken`)
    get.stdout.destroy()
    await exit
  },
)

t.test(
  'memory stays within the budget while the service is slow and the consumer fast',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const { where, keys, archiveId, hash, slow } = await stored(t, 64 * MIB)
    await slow(2 * MIB)
    const options = ['--memory', '64MiB']
    const get = start(['get', ...options, ...where, 'docs', '--', archiveId], keys)
    let peak = 0
    const digest = createHash('sha256')
    for await (const chunk of get.stdout as AsyncIterable<Buffer>) {
      digest.update(chunk)
      peak = Math.max(peak, await peakOf(get.pid))
    }
    t.equal(digest.digest('hex'), hash)
    t.ok(peak > 0 && peak < 64 + 150, `${peak} MiB at the peak`)
  },
)

/** The most memory a process has taken so far, in MiB; 0 where it is gone. */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
