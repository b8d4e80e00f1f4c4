import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { MIB } from '../lib/sizes.js'
import { patternBytes } from './helpers/pattern-source.js'

// Scripts of users, each in a process of its own with the built package: it must do all its work, and then end by itself.

const run = promisify(execFile)

interface Ended {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script to its end; one that does not end is killed, and fails the test. */
function runs(script: string, ...flags: string[]): Promise<Ended> {
  // The options that a test runner gives its processes are not a user's.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, ...flags, '--input-type=module', '-e', script]
  return run('env', args, { cwd: new URL('..', import.meta.url), timeout: 120_000 })
}

/** The stage with three parts of 8 MiB to hash, two of them by threads. */
const STAGE = `
  import { hashParts } from 'glacier-pipe'
  const stage = hashParts()
  for (let i = 0; i < 3; i++) stage.write(Buffer.from(new SharedArrayBuffer(8 * 2 ** 20)))`

t.test('a process whose only work is hashing in threads does it all, and ends without close()', async (t) => {
  const parts = await runs(`${STAGE}
    stage.on('data', ({ index }) => console.log(index))`)
  t.strictSame(parts, { stdout: '0\n1\n2\n', stderr: '' })

  const path = join(t.testdir({ file: patternBytes(20 * MIB) }), 'file')
  const files = await runs(`
    import { FileHasher } from 'glacier-pipe/tree-hash'
    new FileHasher({ hashThreads: 2 }).hash(${JSON.stringify(path)}).then(({ size }) => console.log(size))`)
  t.strictSame(files, { stdout: `${20 * MIB}\n`, stderr: '' })
})

t.test('a process ends by itself where a stage is destroyed or left alone', async (t) => {
  const destroyed = await runs(`${STAGE}
    stage.on('data', () => stage.destroy())
    stage.on('close', () => console.log('closed'))`)
  t.strictSame(destroyed, { stdout: 'closed\n', stderr: '' })
  // Nobody reads on: there is no work, and so nothing to live for.
  const left = await runs(`${STAGE}
    stage.once('data', ({ index }) => console.log(index))
    stage.on('data', () => stage.pause())`)
  t.match(left, { stdout: /^0\n$/, stderr: '' })
})

t.test(
  'where the permission model forbids threads, all is hashed without, and one warning says so',
  async (t) => {
    const path = join(t.testdir({ file: patternBytes(20 * MIB) }), 'file')
    const isStable = process.allowedNodeEnvironmentFlags.has('--permission')
    const flag = isStable ? '--permission' : '--experimental-permission'
    const { stdout, stderr } = await runs(
      `${STAGE}
    import { FileHasher } from 'glacier-pipe/tree-hash'
    console.log((await new FileHasher({ hashThreads: 2 }).hash(${JSON.stringify(path)})).size)
    stage.on('data', ({ index }) => console.log(index))`,
      flag,
      '--allow-fs-read=*',
    )
    t.equal(stdout, `${20 * MIB}\n0\n1\n2\n`)
    t.equal(stderr.match(/GLACIER_PIPE_NO_THREADS/g)?.length, 1, stderr)
  },
)

t.test('without SharedArrayBuffer, parts are hashed in ordinary memory', async (t) => {
  const { stdout, stderr } = await runs(`
    delete globalThis.SharedArrayBuffer
    const { PartMemory, hashParts } = await import('glacier-pipe')
    const memory = new PartMemory(2 ** 21)
    const stage = hashParts()
    stage.on('data', ({ index, bytes }) => {
      memory.release(bytes)
      console.log(index, memory.take().buffer === bytes.buffer)
    })
    for (let i = 0; i < 3; i++) stage.write(memory.take())`)
  t.strictSame({ stdout, stderr }, { stdout: '0 true\n1 true\n2 true\n', stderr: '' })
})

t.test('files of a catalog that is forgotten are closed, without a warning or an error', async (t) => {
  const dir = t.testdir()
  const { stdout, stderr } = await runs(
    `
    import { readdirSync, readlinkSync } from 'node:fs'
    import { Catalog, readCatalog } from 'glacier-pipe/catalog'
    const path = ${JSON.stringify(join(dir, 'catalog.jsonl'))}
    const open = () => readdirSync('/proc/self/fd').filter((fd) => {
      try { return readlinkSync('/proc/self/fd/' + fd) === path } catch { return false }
    }).length
    async function use() {
      const catalog = await Catalog.open(path)
      for (const archiveId of ['a', 'b'])
        await catalog.append({ type: 'deleted', time: '2026-01-01T00:00:00.000Z', region: 'r', vaultName: 'v', archiveId })
      await readCatalog(path)[Symbol.asyncIterator]().next()
    }
    await use()
    console.log(open() > 0)
    for (let turn = 0; turn < 200 && open() > 0; turn++) {
      gc()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    console.log(open())`,
    '--expose-gc',
  )
  t.strictSame({ stdout, stderr }, { stdout: 'true\n0\n', stderr: '' })
})
