import { createRequire } from 'node:module'
import { PassThrough, Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import t, { type Test } from 'tap'
import { openSource, readableOf, type ByteSource } from '../../lib/stages/byte-source.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { OldStream, upload, stored, stalled } from '../helpers/byte-sources.js'

/** It has no types of its own. */
const { Readable: ReadableOfPackage } = createRequire(import.meta.url)('readable-stream') as {
  readonly Readable: typeof Readable
}

t.test('a stream that something else reads is refused, from the start and later', async (t) => {
  const noListener = () => undefined
  const refusal = { name: 'TypeError', message: /'readable' listeners/ }
  const ended = (): PassThrough => new PassThrough().end('bytes')
  const listened = ended().on('readable', noListener)
  const iterated = new PassThrough()
  iterated.write('bytes')
  await iterated[Symbol.asyncIterator]().next()
  const packaged = ReadableOfPackage.from(['bytes']).on('readable', noListener)
  for (const source of [listened, iterated, packaged]) {
    const vault = new MemoryVault()
    await t.rejects(upload(vault, source), refusal)
    t.notOk(source.destroyed, 'it is left as it is')
    t.strictSame(vault.calls, [])
  }

  const waiting = new PassThrough()
  const running = upload(new MemoryVault(), waiting)
  waiting.write(patternBytes(3 * MIB))
  await settled()
  waiting.once('readable', () => {
    waiting.unshift(waiting.read(1)) // it would be stored twice
  })
  waiting.end('bytes')
  await t.rejects(running, { code: 'ERR_UPLOAD_FAILED', cause: refusal })

  const heard = ended().on('readable', noListener).off('readable', noListener)
  t.equal((await stored(heard.on('data', noListener)))?.toString(), 'bytes', 'others may look on')
})

t.test('an error of the source is told as the source’s, whatever it is', async (t) => {
  const abort = Object.assign(new Error('its own'), { name: 'AbortError' })
  const failing = (error: unknown): Record<string, ByteSource> => ({
    'a generator': (function* () {
      yield Buffer.alloc(3)
      throw error
    })(),
    'a web stream': new ReadableStream({
      pull(controller) {
        controller.error(error)
      },
    }),
    'an old stream': new OldStream([Buffer.alloc(3)], [['error', error]]),
  })
  for (const error of [undefined, null, 'text', 7, abort])
    for (const [what, source] of Object.entries(failing(error))) {
      const failed = await upload(new MemoryVault(), source).catch((found: unknown) => found)
      t.match(
        failed,
        { name: 'Error', message: /^The source (?:failed|was aborted)/ },
        `${String(error)}: ${what}`,
      )
      t.equal((failed as Error).cause, error)
    }
  const known = new TypeError('known')
  for (const source of Object.values(failing(known)))
    await t.rejects(upload(new MemoryVault(), source), known)

  const destroyed = (error?: Error): Readable => {
    const stream = new PassThrough().on('error', () => undefined)
    stream.write('x')
    return stream.destroy(error)
  }
  const kept = new PassThrough({ autoDestroy: false }).on('error', () => undefined)
  kept.end().write('after the end')
  await settled()
  await t.rejects(upload(new MemoryVault(), kept), { code: 'ERR_STREAM_WRITE_AFTER_END' })
  await t.rejects(upload(new MemoryVault(), destroyed()), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
  await t.rejects(upload(new MemoryVault(), destroyed(known)), known)
  await t.rejects(upload(new MemoryVault(), destroyed(abort)), { name: 'Error', cause: abort })
  for (const event of ['close', 'aborted'])
    await t.rejects(
      upload(new MemoryVault(), new OldStream([Buffer.alloc(3)], [[event]])),
      { code: 'ERR_STREAM_PREMATURE_CLOSE' },
      `${event} without an end`,
    )
  const amid = new PassThrough()
  const running = upload(new MemoryVault(), amid)
  amid.write(patternBytes(3 * MIB))
  await settled()
  amid.destroy()
  await t.rejects(running, { code: 'ERR_UPLOAD_FAILED', cause: { code: 'ERR_STREAM_PREMATURE_CLOSE' } })
  const throwing = {
    [Symbol.asyncIterator]: () => {
      throw known
    },
  }
  await t.rejects(upload(new MemoryVault(), throwing), known)
})

t.test('a source is ended on every way out', async (t) => {
  for (const volumes of [true, false])
    for (const kind of Object.keys(stalled(Buffer.alloc(1)))) {
      const what = `${kind}, volumes: ${volumes}`
      const pick = (size: number): [ByteSource, () => boolean] =>
        stalled(patternBytes(size))[kind] as [ByteSource, () => boolean]
      const [early, earlyEnded] = pick(9)
      const before = upload(new MemoryVault(), early, { volumes, signal: AbortSignal.abort() })
      await t.rejects(before, { code: 'ABORT_ERR' })
      t.ok(earlyEnded(), `${what}: aborted before`)

      const [amid, amidEnded] = pick(3 * MIB)
      const aborting = new AbortController()
      const running = upload(new MemoryVault(), amid, { volumes, signal: aborting.signal })
      await settled()
      aborting.abort(new Error('enough'))
      await t.rejects(running, { code: 'ABORT_ERR', cause: { message: 'enough' } })
      t.ok(amidEnded(), `${what}: aborted amid`)

      const vault = new MemoryVault()
      vault.before = () => {
        throw new TypeError('the service fails')
      }
      const [refused, refusedEnded] = pick(3 * MIB)
      if (kind === 'a file') continue // it gives nothing to send
      await t.rejects(upload(vault, refused, { volumes }), { message: /the service fails/ })
      t.ok(refusedEnded(), `${what}: the service failed`)
    }
  const [waiting, ended] = stalled(Buffer.alloc(1))['a web stream'] as [ByteSource, () => boolean]
  await t.rejects(upload(new MemoryVault(), waiting, { hashThreads: -1 }), { name: 'RangeError' })
  t.ok(ended() || !(waiting as ReadableStream).locked, 'an option was wrong')
})

t.test('a socket that was read to its end can still be written to', async (t: Test) => {
  const duplex = new PassThrough({ allowHalfOpen: true, autoDestroy: false })
  duplex.end('bytes')
  t.equal((await stored(duplex))?.toString(), 'bytes')
  t.notOk(duplex.destroyed)
  const opened = openSource([Buffer.alloc(1)])
  t.equal(openSource(opened), opened, 'a source is accepted once')
})

t.test('a stream is heard to its end, and no longer', async (t) => {
  const late = new OldStream([Buffer.from('one')], [['end'], ['data', Buffer.from('two')], ['end']])
  t.equal((await stored(late))?.toString(), 'one')
  const left = new PassThrough()
  readableOf(openSource(left)).destroy()
  t.ok(left.destroyed, 'a source that is not read to its end is destroyed')
  t.equal(left.errored, null, 'without an error where there is none')
})
