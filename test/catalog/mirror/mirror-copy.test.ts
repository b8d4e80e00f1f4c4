import t from 'tap'
import { compareMirror, copyToMirror } from '../../../lib/catalog/mirror/mirror-copy.js'
import { describeFailure } from '../../../lib/catalog/mirror/mirror-messages.js'
import { MirrorProblem } from '../../../lib/catalog/mirror/mirror-problem.js'
import { writersOn } from '../../../lib/catalog/mirror/mirror-writer.js'
import { MemoryFiles } from '../../helpers/memory-files.js'
import { WatchedFiles } from '../../helpers/watched-files.js'
import { systemError } from '../../simulation/disk/system-error.js'

const PATHS = { catalog: '/catalog', mirror: '/disk/mirror' }

async function filesWith(catalog: string, mirror?: string): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  await files.mkdir('/disk', 0o700)
  await files.syncFolder('/')
  await files.writeFile(PATHS.catalog, catalog, { mode: 0o600 })
  if (mirror !== undefined) await files.writeFile(PATHS.mirror, mirror, { mode: 0o640 })
  return files
}

t.test('a new mirror is a file of mode 0600 with the bytes that are on disk, and no others', async (t) => {
  const files = await filesWith('one\ntwo\nth')
  t.equal(await copyToMirror(PATHS, 8, files), 8)
  t.equal(files.text(PATHS.mirror), 'one\ntwo\n')
  t.equal((await files.stat(PATHS.mirror)).mode & 0o777, 0o600)
  files.restart()
  t.equal(files.text(PATHS.mirror), 'one\ntwo\n', 'the bytes and the name are on disk')
})

t.test('a mirror gets only the bytes that it misses', async (t) => {
  const files = await filesWith('one\ntwo\nthree\n', 'one\ntw')
  let written = 0
  files.limitWrite = (_, bytes) => {
    written += bytes
    return bytes
  }
  t.equal(await copyToMirror(PATHS, 14, files), 14)
  t.equal(files.text(PATHS.mirror), 'one\ntwo\nthree\n')
  t.equal(written, 8)
  t.equal((await files.stat(PATHS.mirror)).mode & 0o777, 0o640, 'the mode that the user gave it is kept')
  t.equal(await copyToMirror(PATHS, 14, files, 14), 14)
  t.equal(written, 8, 'nothing is written if nothing is missing')
})

t.test('a mirror to which another process has copied more is in step', async (t) => {
  const files = await filesWith('one\ntwo\n', 'one\ntwo\n')
  t.equal(await copyToMirror(PATHS, 4, files), 8)
  t.equal(files.text(PATHS.mirror), 'one\ntwo\n')
})

t.test('a catalog of many blocks is copied, also by writes that take a part', async (t) => {
  const bytes = Array.from({ length: 400_000 }, (_, i) => `${i}\n`).join('')
  const files = await filesWith(bytes)
  let writes = 0
  files.limitWrite = (_, count) => (writes++ % 2 === 0 ? Math.ceil(count / 3) : count)
  t.equal(await copyToMirror(PATHS, bytes.length, files), bytes.length)
  t.ok(files.text(PATHS.mirror) === bytes)
  t.equal(await compareMirror(PATHS, files), 0)
})

t.test('a mirror with anything else than the beginning of the catalog is never changed', async (t) => {
  const big = 'x'.repeat(1_048_576)
  const cases = {
    'another catalog': ['one\ntwo\n', 'two\n'],
    'records that the catalog has lost': ['one\n', 'one\ntwo\n'],
    'a new catalog, after the old one was lost': ['', 'one\n'],
    'a difference behind the beginning': [`${big}one\n`, `${big}two\n`],
    'zeros with something behind them': ['one\ntwo\n', 'one\n\0\0o'],
  }
  for (const [name, [catalog = '', mirror = '']] of Object.entries(cases)) {
    const files = await filesWith(catalog, mirror)
    const diverged = { name: 'MirrorProblem', reason: 'diverged' }
    await t.rejects(copyToMirror(PATHS, catalog.length, files), diverged, name)
    await t.rejects(compareMirror(PATHS, files), diverged, name)
    t.ok(files.text(PATHS.mirror) === mirror, name)
  }
})

t.test('zeros that a power cut left at the end of the mirror are written over', async (t) => {
  for (const mirror of ['\0\0\0', 'one\n\0\0', `one\n${'\0'.repeat(2_000_000)}`]) {
    const files = await filesWith('one\ntwo\n', mirror)
    t.equal(await copyToMirror(PATHS, 8, files), 8)
    t.equal(files.text(PATHS.mirror).slice(0, 8), 'one\ntwo\n')
  }
})

t.test('a difference in the middle is found by the comparison of the whole mirror', async (t) => {
  const half = 'x'.repeat(9_000_000)
  const files = await filesWith(`${half}a${half}`, `${half}b${half}`)
  t.equal(await copyToMirror(PATHS, 18_000_001, files), 18_000_001, 'each run compares both ends')
  await t.rejects(compareMirror(PATHS, files), { name: 'MirrorProblem', reason: 'diverged' })
})

t.test('the comparison counts what the mirror misses', async (t) => {
  t.equal(await compareMirror(PATHS, await filesWith('one\ntwo\n', 'one\n')), 4)
})

t.test('a mirror that gets shorter while it is compared is filled', async (t) => {
  const files = await filesWith('one\n', 'one\n')
  const open = files.open.bind(files)
  files.open = async (path, flags, mode) => {
    const file = await open(path, flags, mode)
    const stat = file.stat.bind(file)
    if (path === PATHS.mirror) file.stat = async () => ({ ...(await stat()), size: 6 })
    return file
  }
  t.equal(await copyToMirror(PATHS, 4, files), 4)
})

t.test('a catalog that gets shorter while it is copied ends the copy', async (t) => {
  const files = await filesWith('one\n')
  t.equal(await copyToMirror(PATHS, 1000, files), 1000)
  t.equal(files.text(PATHS.mirror), 'one\n')
})

t.test('the catalog itself, a folder, and a path in a missing folder are no mirrors', async (t) => {
  const files = await filesWith('one\n')
  await t.rejects(copyToMirror({ ...PATHS, mirror: '/catalog' }, 4, files), {
    name: 'MirrorProblem',
    reason: 'same-file',
  })
  await t.rejects(copyToMirror({ ...PATHS, mirror: '/disk' }, 4, files), {
    name: 'MirrorProblem',
    reason: 'not-a-file',
  })
  const unmounted = '/unmounted/mirror'
  await t.rejects(copyToMirror({ ...PATHS, mirror: unmounted }, 4, files), { code: 'ENOENT' })
  t.match(describeFailure(unmounted, systemError('ENOENT', 'stat', unmounted)), {
    reason: 'unavailable',
    text: 'its folder /unmounted does not exist. Mount its disk, or create the folder.',
  })
})

t.test('a full disk ends the copy, and the next one continues', async (t) => {
  const files = await filesWith('one\ntwo\n')
  let room = 5
  files.limitWrite = (_, bytes) => {
    const count = Math.min(room, bytes)
    room -= count
    return count
  }
  await t.rejects(copyToMirror(PATHS, 8, files), { name: 'MirrorProblem', reason: 'full' })
  t.equal(files.text(PATHS.mirror), 'one\nt')
  room = 100
  await copyToMirror(PATHS, 8, files)
  t.equal(files.text(PATHS.mirror), 'one\ntwo\n')
  t.match(describeFailure('/m', new MirrorProblem('full')), { reason: 'full', text: /takes no more bytes/ })
  const full = Object.assign(new Error('x'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
  t.match(describeFailure('/m', full), { text: 'no space left on device (ENOSPC).' })
  t.match(describeFailure('/m', 'why'), { text: 'why.' })
})

t.test('after a power cut at any step, the next copy makes the mirror whole', async (t) => {
  const catalog = 'one\ntwo\nthree\n'
  for (let steps = 0, isOver = false; !isOver; steps++) {
    for (const kept of [0, 0.5, 1]) {
      const files = await filesWith(catalog)
      const source = await files.open(PATHS.catalog, 'r')
      await source.sync()
      await files.syncFolder('/')
      files.stepsToPowerFailure = steps
      isOver = await copyToMirror(PATHS, 14, files).then(
        () => true,
        () => false,
      )
      files.restart((unsynced) => Math.floor(unsynced * kept))
      await copyToMirror(PATHS, 14, files)
      t.equal(files.text(PATHS.mirror), catalog, `after ${steps} steps`)
    }
  }
})

async function watchedFilesWith(catalog: string, mirror: string): Promise<WatchedFiles> {
  const files = new WatchedFiles()
  await files.mkdir('/disk', 0o700)
  await files.writeFile(PATHS.catalog, catalog, { mode: 0o600 })
  await files.writeFile(PATHS.mirror, mirror, { mode: 0o600 })
  return files
}

t.test('both files are closed, whatever happens', async (t) => {
  for (const mirror of ['one\n', 'other\n']) {
    const files = await watchedFilesWith('one\ntwo\n', mirror)
    await copyToMirror(PATHS, 8, files).catch(() => undefined)
    t.equal(files.openFiles, 0)
    await compareMirror(PATHS, files).catch(() => undefined)
    t.equal(files.openFiles, 0)
  }
  const missing = new WatchedFiles()
  await missing.writeFile(PATHS.catalog, 'one\n', { mode: 0o600 })
  await t.rejects(copyToMirror(PATHS, 4, missing), { code: 'ENOENT' })
  await t.rejects(compareMirror(PATHS, missing), { code: 'ENOENT' })
  t.equal(missing.openFiles, 0)
})

t.test('bytes are copied in blocks, and only up to the position', async (t) => {
  const catalog = 'x'.repeat(3_000_000)
  const files = await watchedFilesWith(catalog, 'xxxx')
  files.longestWriteBytes = 0
  t.equal(await copyToMirror(PATHS, 1_500_000, files), 1_500_000)
  t.equal(files.text(PATHS.mirror).length, 1_500_000, 'more of the catalog may not be on disk')
  t.equal(files.longestWriteBytes, 1_048_576)
})

t.test('a file on another disk with the same inode is not the catalog', async (t) => {
  const files = await watchedFilesWith('one\n', '')
  const { ino } = await files.stat(PATHS.catalog)
  files.changeStats = (path, stats) => (path === PATHS.mirror ? { ...stats, ino, dev: 2n } : stats)
  t.equal(await copyToMirror(PATHS, 4, files), 4)
})

t.test('a writer compares only the beginning and what it has not compared before', async (t) => {
  const files = await watchedFilesWith('x'.repeat(200_000), '')
  const writer = writersOn(files)(PATHS)
  t.equal(await writer.copy(150_000), undefined)
  files.bytesRead.clear()
  t.equal(await writer.copy(200_000), undefined)
  t.strictSame(Object.fromEntries(files.bytesRead), {
    [PATHS.catalog]: 65_536 + 50_000,
    [PATHS.mirror]: 65_536,
  })
})

t.test('the mirror may be longer than the catalog when they are compared', async (t) => {
  const files = await filesWith('one\n', 'one\n\0\0')
  t.equal(await compareMirror(PATHS, files), 0)
})
