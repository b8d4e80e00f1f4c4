import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { treeHashOf } from '../../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../../lib/sizes.js'
import { ended, partsIn, run, serve, start } from '../../../helpers/command.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { here, put, vaultFor } from '../../../helpers/put.js'

t.test('a server that is killed and started again meanwhile is waited for', async (t) => {
  const dir = t.testdir()
  const first = await serve(t, dir)
  const where = [
    '--endpoint',
    first.endpoint,
    '--region',
    first.region,
    '--catalog',
    join(dir, 'catalog.jsonl'),
  ]
  await ended(start(['vault', 'create', 'docs', ...where], first.keys))
  const bytes = patternBytes(12 * MIB)
  const child = start(['put', 'docs', '--part-size', '1MiB', '--progress', 'always', ...where], first.keys)
  child.stdin.write(bytes.subarray(0, 4 * MIB))
  await partsIn(dir, 3)
  first.process.kill('SIGKILL')
  await once(first.process, 'exit')
  child.stdin.end(bytes.subarray(4 * MIB))
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  while (!/ECONNREFUSED.*Attempt \d+ follows in \d+ s/.test(err)) await once(child.stderr, 'data')
  await serve(t, dir, new URL(first.endpoint).port)
  const found = await ended(child)
  t.match(found, { code: 0 })
  const get = await ended(start(['get', ...where, 'docs', '--', found.stdout.toString().trim()], first.keys))
  t.ok(get.stdout.equals(bytes))
})

t.test('a server that takes everything and answers nothing does not hold a put for ever', async (t) => {
  const dir = t.testdir()
  const { vault, where, keys } = await vaultFor(t, dir)
  vault.faults.add({ operation: 'UploadMultipartPart', fault: 'stall' })
  const found = await put(
    ['--timeout', '0.3s', '--retry-for', '1s', ...where],
    keys,
    Readable.from([patternBytes(3 * MIB)]),
  )
  t.match(found, {
    code: 3,
    stderr:
      /No progress for 0\.3 s.* The request was given up after \d+ attempts in \d s\. The upload is kept/,
  })
  t.match(
    found.stderr,
    /To resume, pipe the same source in again: … \| glacier-pipe put .*--upload-id=\S+ docs\n/,
  )
})

t.test('a rate limit holds what is sent to it', async (t) => {
  const dir = t.testdir()
  const args = ['put', 'docs', '--local-dir', dir, '--part-size', '1MiB', '--limit-rate', '4MiB']
  const started = performance.now()
  const found = await run(args, patternBytes(4 * MIB))
  t.match(found, { code: 0 })
  // No test of speed: it cannot be faster than it may, less the first taking of each.
  t.ok(performance.now() - started > 900, `${performance.now() - started} ms`)
  t.match(await here(dir, ['put', 'docs', '--limit-rate', '0'], Buffer.from('x')), {
    code: 2,
    err: /from 1 up/,
  })
})

t.test('any number of threads may hash', async (t) => {
  const dir = t.testdir()
  const args = ['put', 'docs', '--local-dir', dir, '--part-size', '2MiB', '--json']
  const bytes = patternBytes(7 * MIB)
  for (const count of ['0', '1', '3']) {
    const { stdout } = await run([...args, '--hash-threads', count], bytes)
    t.match(JSON.parse(stdout.toString()), { treeHash: treeHashOf(bytes), parts: 4 }, `${count} threads`)
  }
  const wrong = await here(dir, ['put', 'docs', '--hash-threads', 'all'], Buffer.from('x'))
  t.match(wrong, { code: 2, err: /number of threads from 0 to 99/ })
})
