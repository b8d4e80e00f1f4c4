import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { sendSource, withOutcome, type StageOptions } from '../../lib/upload/send-source.js'
import { AbortError, UploadFailedError } from '../../lib/errors.js'
import { MIB } from '../../lib/sizes.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import { gate } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { writerTo } from '../helpers/uploads.js'

t.test('the stage that cuts has the part size and the memory of the writer', async (t) => {
  const writer = writerTo(new MemoryVault())
  const cuts: unknown[] = []
  const cut: StageOptions['rechunk'] = (size, options) => {
    cuts.push([size, options])
    return rechunk(size, options)
  }
  const archives = await sendSource([patternBytes(3 * MIB)], writer, { rechunk: cut })
  t.strictSame(archives, writer.archives)
  t.strictSame(cuts, [[MIB, { flush: true, memory: writer.partMemory }]])
  t.equal((cuts[0] as [number, { memory: unknown }])[1].memory, writer.partMemory)
})

t.test('the parts of a descriptor are read as such, and are not cut', async (t) => {
  const bytes = patternBytes(2 * MIB + 1)
  const file = await open(join(t.testdir({ file: bytes }), 'file'))
  t.teardown(() => file.close())
  const vault = new MemoryVault()
  const cut = (): never => {
    throw new Error('there is nothing to cut')
  }
  const [archive] = await sendSource({ fd: file.fd }, writerTo(vault), { rechunk: cut })
  t.ok(vault.archives.get(archive.archiveId)?.equals(bytes))
})

t.test('source and writer are destroyed if a stage cannot be made', async (t) => {
  for (const stages of [
    { hashThreads: -1 },
    {
      rechunk: () => {
        throw new RangeError('no such size')
      },
    },
  ]) {
    const writer = writerTo(new MemoryVault())
    const source = new Readable({ read: () => undefined })
    await t.rejects(sendSource(source, writer, stages), { name: 'RangeError' })
    t.ok(writer.closed)
    t.equal(source.destroyed, 'rechunk' in stages, 'a source is ended once it was accepted')
  }
})

t.test('the error that ended a writer is reported as it is, with the upload or without', async (t) => {
  const vault = new MemoryVault()
  vault.before = ({ operation }) => (operation === 'uploadPart' ? gate().opened : undefined)
  const writer = writerTo(vault)
  const abort = Object.assign(new Error('of Node.js'), { name: 'AbortError' })
  writer.once('initiated', () => {
    setImmediate(() => writer.destroy(abort))
  })
  t.equal(await sendSource([patternBytes(3 * MIB)], writer).catch((error: unknown) => error), abort)
  t.match(writer.outcome, { state: 'kept', uploadId: 'upload-1' })

  const ofSource = new Error('of the source')
  const ownAbort = new AbortError({ cause: 'enough' })
  const failed = new UploadFailedError(ofSource, 'upload-1', true)
  t.equal(withOutcome(ofSource, writer, ownAbort), ownAbort)
  t.equal(withOutcome(failed, writer, undefined), failed)
  t.match(withOutcome(ofSource, writer, undefined), {
    code: 'ERR_UPLOAD_FAILED',
    uploadId: 'upload-1',
    kept: true,
    cause: ofSource,
  })
  t.equal(withOutcome(ofSource, writerTo(vault), undefined), ofSource, 'no outcome')
  const idle = writerTo(vault)
  idle.destroy()
  await new Promise((resolve) => idle.once('close', resolve))
  t.equal(withOutcome(ofSource, idle, undefined), ofSource, 'no upload')
})
