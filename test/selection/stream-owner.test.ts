import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { streamLocks } from '../../lib/selection/stream-owner.js'
import { MemoryFiles } from '../helpers/memory-files.js'
import { systemError } from '../simulation/disk/system-error.js'

t.test('a link to a catalog has the locks of the catalog', async (t) => {
  const dir = t.testdir()
  const [file, link] = [join(dir, 'catalog.jsonl'), join(dir, 'link.jsonl')]
  await writeFile(file, '')
  await symlink(file, link)
  const lock = await (await streamLocks(link)).tryTake('s', 'The stream')
  await t.rejects((await streamLocks(file)).tryTake('s', 'The stream'), { code: 'ERR_LOCK_HELD' })
  await lock.release()
})

t.test('a catalog that does not exist yet has its locks beside its path', async (t) => {
  const files = new MemoryFiles()
  const runtime = { ...systemRuntime, files }
  const lock = await (await streamLocks('/data/catalog.jsonl', runtime)).tryTake('s', 'The stream')
  t.strictSame(await files.readdir('/data'), ['catalog.jsonl.locks'])
  await lock.release()
})

t.test('no lock is taken beside a path that may be a link to another catalog', async (t) => {
  const files = new MemoryFiles()
  files.realpath = () => Promise.reject(systemError('EIO', 'realpath', '/data/catalog.jsonl'))
  await t.rejects(streamLocks('/data/catalog.jsonl', { ...systemRuntime, files }), {
    code: 'ERR_CATALOG',
    cause: { code: 'EIO' },
  })
})
