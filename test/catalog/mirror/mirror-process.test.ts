import { mkdir, readFile, symlink, link, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { Catalog } from '../../../lib/catalog/catalog.js'
import { MirrorProcess } from '../../../lib/catalog/mirror/mirror-process.js'
import type { CatalogRecord } from '../../../lib/catalog/record.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import { writeAtOnce } from '../../helpers/catalog-writers.js'

// The process that writes a mirror. It does not keep this process running: the catalog waits for it by a clock.
const running = setInterval(() => undefined, 60_000)
t.teardown(() => {
  clearInterval(running)
})

function deleted(archiveId: string): CatalogRecord {
  return { type: 'deleted', time: 't', region: 'r', vaultName: 'v', archiveId }
}

t.test('another process writes the mirror, and ends with the catalog', async (t) => {
  const dir = t.testdir()
  const [path, mirror] = [join(dir, 'catalog'), join(dir, 'mirror')]
  const failures: unknown[] = []
  const options = { mirror, onMirrorFailure: (error: Error) => failures.push(error) }
  const catalog = await Catalog.open(path, options)
  await catalog.append(deleted('a'))
  await catalog.close()
  t.equal(await readFile(mirror, 'utf8'), await readFile(path, 'utf8'))
  t.strictSame(failures, [])
})

t.test('a link to the catalog is refused as its mirror', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'catalog')
  await writeFile(path, '')
  await symlink(path, join(dir, 'symbolic'))
  await link(path, join(dir, 'hard'))
  for (const name of ['symbolic', 'hard'])
    await t.rejects(
      Catalog.openOn(systemRuntime, path, { mirror: join(dir, name) }),
      { name: 'RangeError' },
      name,
    )
})

t.test('without another process, this one writes the mirror', async (t) => {
  const dir = t.testdir({ catalog: 'one\n', 'broken.mjs': 'process.exit(1)\n' })
  const modules = [pathToFileURL(join(dir, 'broken.mjs')), new URL('http://127.0.0.1/module.js')]
  for (const [i, module] of modules.entries()) {
    const mirror = join(dir, `mirror${i}`)
    const writer = new MirrorProcess({ catalog: join(dir, 'catalog'), mirror }, module)
    t.equal(await writer.copy(4), undefined, module.href)
    t.equal(await readFile(mirror, 'utf8'), 'one\n')
    writer.end(false)
  }
})

t.test('a process that ends is a failure, and the next copy starts another one', async (t) => {
  const script = `process.once('message', () => {
    process.send({})
    process.once('message', () => process.exit(1))
  })`
  const dir = t.testdir({ 'once.mjs': script })
  await mkdir(join(dir, 'none'))
  const paths = { catalog: join(dir, 'catalog'), mirror: join(dir, 'none', 'mirror') }
  const writer = new MirrorProcess(paths, pathToFileURL(join(dir, 'once.mjs')))
  t.equal(await writer.copy(1), undefined)
  t.match(await writer.copy(2), { reason: 'unavailable', text: 'the process that writes it ended.' })
  t.equal(await writer.copy(3), undefined)
  writer.end(false)
})

t.test('a process that hangs is killed', async (t) => {
  const dir = t.testdir({
    'hang.mjs': "process.on('message', () => process.send({}) && (() => { for (;;) ; })())",
  })
  const writer = new MirrorProcess(
    { catalog: join(dir, 'catalog'), mirror: join(dir, 'mirror') },
    pathToFileURL(join(dir, 'hang.mjs')),
  )
  await writer.copy(1)
  const hanging = writer.copy(2)
  writer.end(true)
  t.match(await hanging, { reason: 'unavailable' })
})

t.test('two processes write to one catalog and one mirror', async (t) => {
  const path = join(t.testdir(), 'catalog')
  const plans = [
    { name: 'a', count: 30, batch: 3 },
    { name: 'b', count: 30, batch: 1 },
  ]
  const found = await writeAtOnce(t, path, plans, `${path}.mirror`)
  t.match(found, { ids: 60, broken: 0 })
  t.equal(await readFile(`${path}.mirror`, 'utf8'), await readFile(path, 'utf8'))
})
