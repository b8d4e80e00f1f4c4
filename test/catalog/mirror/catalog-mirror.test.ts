import { once } from 'node:events'
import t from 'tap'
import { Catalog, type CatalogOpenOptions } from '../../../lib/catalog/catalog.js'
import type { CopyFailure } from '../../../lib/catalog/mirror/mirror-messages.js'
import type { MirrorWriter } from '../../../lib/catalog/mirror/mirror-writer.js'
import type { CatalogRecord } from '../../../lib/catalog/record.js'
import type { CatalogMirrorError } from '../../../lib/errors.js'
import { systemRuntime, type Runtime } from '../../../lib/runtime/runtime.js'
import { settled } from '../../helpers/gate.js'
import { MemoryFiles } from '../../helpers/memory-files.js'
import { systemError } from '../../simulation/disk/system-error.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const PATH = '/data/catalog.jsonl'
const MIRROR = '/disk/mirror.jsonl'

interface MirrorWorld {
  readonly files: MemoryFiles
  readonly runtime: Runtime
  readonly failures: CatalogMirrorError[]
  readonly options: CatalogOpenOptions
}

async function mirrorWorld(clock = new VirtualClock(false)): Promise<MirrorWorld> {
  const files = new MemoryFiles()
  await files.mkdir('/disk', 0o700)
  const failures: CatalogMirrorError[] = []
  const options = { mirror: MIRROR, onMirrorFailure: (error: CatalogMirrorError) => failures.push(error) }
  return { files, runtime: { ...systemRuntime, files, clock }, failures, options }
}

function deleted(archiveId: string): CatalogRecord {
  return { type: 'deleted', time: 't', region: 'r', vaultName: 'v', archiveId }
}

t.test('each record is in the mirror when the catalog is closed', async (t) => {
  const { files, runtime, failures, options } = await mirrorWorld()
  {
    await using catalog = await Catalog.openOn(runtime, PATH, options)
    t.equal(files.text(MIRROR), '', 'a new catalog has an empty mirror')
    await catalog.append(deleted('a'))
    await Promise.all([catalog.append(deleted('b')), catalog.append(deleted('c'))])
  }
  t.match(files.text(MIRROR), /"a".*\n.*"b".*\n.*"c".*\n$/)
  t.equal(files.text(MIRROR), files.text(PATH))
  t.strictSame(failures, [])
})

t.test('what a mirror misses is copied when the catalog is opened the next time', async (t) => {
  const { files, runtime, failures, options } = await mirrorWorld()
  {
    await using catalog = await Catalog.openOn(runtime, PATH)
    await catalog.append(deleted('a'))
  }
  await using catalog = await Catalog.openOn(runtime, PATH, options)
  t.equal(files.text(MIRROR), files.text(catalog.path))
  t.strictSame(failures, [])
})

t.test('a full mirror fails no record, is reported once, and catches up in the same run', async (t) => {
  const { files, runtime, failures, options } = await mirrorWorld()
  let isFull = true
  files.limitWrite = (path, bytes) => {
    if (isFull && path === MIRROR) throw systemError('ENOSPC', 'write', path)
    return bytes
  }
  await using catalog = await Catalog.openOn(runtime, PATH, options)
  for (const id of ['a', 'b', 'c']) {
    await catalog.append(deleted(id))
    await settled()
  }
  t.match(files.text(PATH), /"c"/)
  t.equal(files.text(MIRROR), '')
  t.match(failures, [{ code: 'ERR_CATALOG_MIRROR', path: MIRROR, reason: 'unavailable' }])
  t.equal(failures.length, 1)
  isFull = false
  await catalog.append(deleted('d'))
  await catalog.close()
  t.equal(files.text(MIRROR), files.text(PATH))
})

t.test('a mirror that diverged, and one whose folder is missing, are reported and left alone', async (t) => {
  const { files, runtime, failures, options } = await mirrorWorld()
  await files.writeFile(MIRROR, '{"type":"other"}\n', { mode: 0o600 })
  {
    await using catalog = await Catalog.openOn(runtime, PATH, options)
    await catalog.append(deleted('a'))
  }
  t.match(failures, [
    {
      reason: 'diverged',
      message: /The mirror \/disk\/mirror.jsonl of the catalog is not up to date: it is not a copy/,
    },
  ])
  t.equal(files.text(MIRROR), '{"type":"other"}\n')
  const missing = '/none/mirror'
  await using catalog = await Catalog.openOn(runtime, PATH, { ...options, mirror: missing })
  await catalog.append(deleted('b'))
  await catalog.close()
  t.match(failures[1], { reason: 'unavailable', message: /its folder \/none does not exist/ })
  t.equal(failures.length, 2)
  await t.rejects(files.stat('/none'), { code: 'ENOENT' }, 'no folder is created')
})

t.test('the catalog is not its own mirror', async (t) => {
  const { files, runtime, options, failures } = await mirrorWorld()
  await t.rejects(Catalog.openOn(runtime, PATH, { ...options, mirror: '/data/../data/catalog.jsonl' }), {
    name: 'RangeError',
    message: 'mirror of Catalog.open must be the path of another file than the catalog.',
  })
  t.strictSame(failures, [])
  await t.rejects(files.stat(PATH), { code: 'ENOENT' }, 'no catalog is created')
  const linked: MirrorWriter = {
    copy: async () => ({ reason: 'same-file', text: 'it is the catalog itself.' }),
    end: () => undefined,
  }
  await t.rejects(
    Catalog.openOn(runtime, PATH, options, () => linked),
    { name: 'RangeError' },
  )
  t.strictSame(failures, [], 'it is an error of the call, not of the mirror')
  await t.rejects(Catalog.open(PATH, { mirror: '' }), { name: 'RangeError' })
  await t.rejects(Catalog.open(PATH, { mirror: 7 } as unknown as CatalogOpenOptions), { name: 'TypeError' })
  await t.rejects(Catalog.open(PATH, { mirrors: MIRROR } as CatalogOpenOptions), { name: 'TypeError' })
  await t.rejects(Catalog.open(PATH, { onMirrorFailure: 'x' } as unknown as CatalogOpenOptions), {
    name: 'TypeError',
  })
})

t.test('a failure without a function to report it to is a warning of the process', async (t) => {
  const { runtime } = await mirrorWorld()
  const warned = once(process, 'warning')
  await using catalog = await Catalog.openOn(runtime, PATH, { mirror: '/none/mirror' })
  t.match(await warned, [{ name: 'CatalogMirrorError', code: 'ERR_CATALOG_MIRROR' }])
  await catalog.close()
})

/** A writer whose copies end when the test says so. */
function heldWriter(): { writer: MirrorWriter; sizes: number[]; ends: boolean[]; finish: () => void } {
  const sizes: number[] = []
  const ends: boolean[] = []
  const waiting: ((failure: CopyFailure | undefined) => void)[] = []
  const writer: MirrorWriter = {
    copy: (size) => {
      sizes.push(size)
      return new Promise((resolve) => waiting.push(resolve))
    },
    end: (isHung) => ends.push(isHung),
  }
  return { writer, sizes, ends, finish: () => waiting.shift()?.(undefined) }
}

t.test(
  'a mirror that hangs delays the opening and the closing for thirty seconds each, and no record',
  async (t) => {
    const clock = new VirtualClock(false)
    const { runtime, failures, options } = await mirrorWorld(clock)
    const { writer, sizes, ends } = heldWriter()
    const opening = Catalog.openOn(runtime, PATH, options, () => writer)
    while (clock.sleeping === 0) await settled()
    await clock.advance(30_000)
    const catalog = await opening
    await catalog.append(deleted('a'))
    await catalog.append(deleted('b'))
    t.strictSame(sizes, [0], 'no second copy is begun while one hangs')
    t.strictSame(failures, [], 'it may still respond')
    const closing = catalog.close()
    while (clock.sleeping === 0) await settled()
    await clock.advance(30_000)
    await closing
    t.match(failures, [{ reason: 'timeout', message: /has not responded in time. The next run copies/ }])
    t.strictSame(ends, [true])
    t.strictSame(clock.pauses, [30_000, 30_000])
  },
)

t.test('records that are written during a copy are copied together after it', async (t) => {
  const clock = new VirtualClock(false)
  const { files, runtime, failures, options } = await mirrorWorld(clock)
  const { writer, sizes, ends, finish } = heldWriter()
  const opening = Catalog.openOn(runtime, PATH, options, () => writer)
  while (sizes.length === 0) await settled()
  finish()
  const catalog = await opening
  for (const id of ['a', 'b', 'c']) await catalog.append(deleted(id))
  const first = files.text(PATH).indexOf('\n') + 1
  t.strictSame(sizes, [0, first])
  const closing = catalog.close()
  finish()
  while (sizes.length === 2) await settled()
  t.strictSame(sizes, [0, first, first * 3])
  finish()
  await closing
  t.strictSame(ends, [false])
  t.strictSame(failures, [])
  const pauses = clock.pauses.length
  await catalog.close()
  t.equal(clock.pauses.length, pauses, 'nothing is left to wait for')
})

t.test('a power cut at any step leaves a mirror that the next run makes whole', async (t) => {
  for (let steps = 0, isOver = false; !isOver; steps++) {
    for (const kept of [0, 0.5, 1]) {
      const { files, runtime, failures, options } = await mirrorWorld()
      await files.syncFolder('/')
      files.stepsToPowerFailure = steps
      const write = async (): Promise<void> => {
        const catalog = await Catalog.openOn(runtime, PATH, options)
        for (const id of ['a', 'b']) await catalog.append(deleted(id))
        await catalog.close()
      }
      isOver = await write().then(
        () => failures.length === 0,
        () => false,
      )
      await settled() // a copy that was running has failed
      files.restart((unsynced) => Math.floor(unsynced * kept))
      const later: Error[] = []
      const catalog = await Catalog.openOn(runtime, PATH, {
        mirror: MIRROR,
        onMirrorFailure: (error) => later.push(error),
      })
      await catalog.append(deleted('next'))
      await catalog.close()
      t.equal(files.text(MIRROR), files.text(PATH), `after ${steps} steps`)
      t.strictSame(later, [], `the mirror never has a record that the catalog lost, after ${steps} steps`)
    }
  }
})
