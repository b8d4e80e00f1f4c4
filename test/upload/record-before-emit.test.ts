import { once } from 'node:events'
import t from 'tap'
import { UploadFailedError, type ListenerError } from '../../lib/errors.js'
import { noJournal, type CompletionIntent, type UploadJournal } from '../../lib/store/upload-journal.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { failure, recordingJournal, refused, reset, send, sentTo, writerTo } from '../helpers/uploads.js'

t.test('a journal is told before each step is taken, and a success only after it is written', async (t) => {
  const vault = new MemoryVault()
  const order: string[] = []
  const notes: UploadJournal = {
    ...noJournal,
    begun: async ({ uploadId, location, partSize, volume }) => {
      await settled(2)
      order.push(`begun ${uploadId} ${location} ${partSize} ${volume}`)
    },
    completing: async (uploadId) => {
      await settled(2)
      order.push(`completing ${uploadId}`)
    },
    stored: async ({ archiveId }, uploadId, more) => {
      await settled(2)
      order.push(`stored ${archiveId} ${uploadId} ${more}`)
    },
  }
  vault.before = ({ operation }) => order.push(operation)
  const writer = writerTo(vault, { journal: notes })
  writer.on('archive', () => order.push('told'))
  writer.on('finish', () => order.push('finish'))
  await send(patternBytes(2 * MIB), writer)
  t.strictSame(order, [
    'initiateUpload',
    'begun upload-1 /111122223333/upload-1 1048576 1',
    'uploadPart',
    'uploadPart',
    'completing upload-1',
    'completeUpload',
    'stored archive-2 upload-1 false',
    'told',
    'finish',
  ])
})

t.test('a journal that fails fails the upload; of a stored archive the error has the ID', async (t) => {
  const fails = (): Promise<void> => Promise.reject(new Error('disk full'))
  const begun = new MemoryVault()
  await t.rejects(send(patternBytes(3 * MIB), writerTo(begun, { journal: { ...noJournal, begun: fails } })), {
    code: 'ERR_UPLOAD_FAILED',
    kept: true,
    uploadId: 'upload-1',
    cause: { message: 'disk full' },
  })
  t.strictSame(sentTo(begun), [])
  const sending = new MemoryVault()
  const sendingTo = writerTo(sending, { journal: { ...noJournal, sending: fails } })
  await t.rejects(send(patternBytes(5), sendingTo), { message: 'disk full' })
  t.strictSame(sending.operations, [], 'nothing is sent that is not recorded')
  const completing = new MemoryVault()
  await t.rejects(
    send(patternBytes(3 * MIB), writerTo(completing, { journal: { ...noJournal, completing: fails } })),
    {
      code: 'ERR_UPLOAD_FAILED',
      kept: true,
    },
  )
  t.notOk(completing.operations.includes('completeUpload'))
  for (const size of [5, 3 * MIB]) {
    const vault = new MemoryVault()
    const writer = writerTo(vault, { journal: { ...noJournal, stored: fails }, onFailure: 'abort' })
    await t.rejects(send(patternBytes(size), writer), {
      name: 'NotRecordedError',
      code: 'ERR_NOT_RECORDED',
      archiveId: size === 5 ? 'archive-1' : 'archive-2',
      message: /stored, but could not be recorded: disk full\. Write down its ID: archive-\d/,
    })
    t.strictSame(writer.archives, [])
  }
  const ended = new MemoryVault()
  ended.before = ({ operation }) => {
    if (operation === 'uploadPart') throw new TypeError('no luck')
  }
  const writer = writerTo(ended, { onFailure: 'abort', journal: { ...noJournal, closed: fails } })
  await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_UPLOAD_FAILED', kept: false })
})

t.test('a listener that throws undoes nothing: what the event reports is recorded before', async (t) => {
  const thrown = new Error('in a listener')
  const cases: readonly [
    event: 'archive' | 'initiated' | 'part' | 'retry' | 'warning',
    size: number,
    recorded: string[],
    failing?: Error,
  ][] = [
    ['initiated', 4 * MIB, ['begun']],
    ['part', 4 * MIB, ['begun']],
    ['archive', 4 * MIB, ['begun', 'completing', 'stored']],
    ['warning', 4 * MIB, ['begun']],
    ['retry', 4 * MIB, [], reset],
    ['part', 5, ['sending', 'stored']],
    ['archive', 5, ['sending', 'stored']],
    ['warning', 5, ['sending', 'sending', 'stored'], reset],
    ['retry', 5, ['sending', 'rejected'], refused],
  ]
  for (const [event, size, recorded, failing] of cases) {
    const vault = new MemoryVault()
    let isFailing = failing !== undefined
    vault.before = ({ operation }) => {
      if (operation === 'uploadPart') return settled(2)
      if (!isFailing) return undefined
      isFailing = false
      throw failing as Error
    }
    const journal = recordingJournal()
    const writer = writerTo(vault, { journal, maxArchiveSize: 4 * MIB })
    writer.on(event, () => {
      throw thrown
    })
    const error = await send(patternBytes(size), writer).catch((found: unknown) => found)
    if (!writer.closed) await once(writer, 'close')
    const cause = error instanceof UploadFailedError ? error.cause : error
    const isStored = recorded.includes('stored')
    const archiveId = isStored ? writer.archives[0]?.archiveId : undefined
    t.match(cause, { name: 'ListenerError', code: 'ERR_LISTENER', event, cause: thrown }, `${event}, ${size}`)
    t.equal(
      (cause as ListenerError).archiveId,
      archiveId,
      'it has the ID of the archive, where one is stored',
    )
    t.equal(archiveId !== undefined, isStored)
    t.equal(writer.isComplete, isStored)
    t.strictSame(journal.types, recorded, `${event}, ${size}: what is recorded`)
  }
})

t.test('a listener that throws between two volumes leaves a stream that can be resumed', async (t) => {
  const journal = recordingJournal()
  const writer = writerTo(new MemoryVault(), { journal, maxArchiveSize: 2 * MIB })
  writer.on('archive', () => {
    throw new Error('in a listener')
  })
  await t.rejects(send(patternBytes(4 * MIB), writer), { code: 'ERR_LISTENER', archiveId: 'archive-2' })
  t.strictSame(journal.types, ['begun', 'completing', 'stored'])
  t.equal(journal.notes.at(-1)?.[3], true, 'its record says that the stream continues')
  t.equal(writer.isComplete, false)
})

t.test('the event of the only part of an archive comes after the record of the archive', async (t) => {
  const order: string[] = []
  const journal = recordingJournal()
  journal.before = (what) => order.push(what)
  const writer = writerTo(new MemoryVault(), { journal })
  writer.on('part', () => order.push('part event'))
  writer.on('archive', () => order.push('archive event'))
  await send(patternBytes(5), writer)
  t.strictSame(order, ['sending', 'assertOwner', 'stored', 'part event', 'archive event'])
})

t.test('the error of a listener of the last progress has the archive', async (t) => {
  for (const size of [9, 3 * MIB]) {
    const writer = writerTo(new MemoryVault())
    writer.on('progress', ({ doneBytes }) => {
      if (writer.isComplete && doneBytes === size) throw new Error('no space left on device')
    })
    const failing = failure(writer)
    await t.rejects(send(Buffer.alloc(size), writer), { code: 'ERR_LISTENER' })
    const [archive] = writer.archives
    t.match(await failing, { event: 'progress', archiveId: archive?.archiveId })
    t.ok(archive)
  }
})

t.test('the intent of each volume has its content and its first part', async (t) => {
  const bytes = patternBytes(4 * MIB + 2)
  const journal = recordingJournal()
  await send(bytes, writerTo(new MemoryVault(), { journal, maxArchiveSize: 2 * MIB }))
  const contentOf = (start: number, end: number): object => ({
    size: end - start,
    hash: treeHashOf(bytes.subarray(start, end)),
  })
  const intents = journal.notes.filter(([what]) => what === 'completing').map(([, , intent]) => intent)
  t.equal(new Set(intents.map((intent) => (intent as CompletionIntent).intentId)).size, 2)
  t.match(
    intents,
    [0, 2 * MIB].map((start) => ({
      ...contentOf(start, start + 2 * MIB),
      firstPart: contentOf(start, start + MIB),
      hasNextVolume: true,
    })),
  )
})

t.test('the only part of an archive is reported as sent', async (t) => {
  const writer = writerTo(new MemoryVault())
  const parts: unknown[] = []
  writer.on('part', (part) => parts.push(part))
  await send(patternBytes(5), writer)
  t.match(parts, [{ index: 0, start: 0, end: 5, skipped: false }])
  t.match(writer.progress, { partsDone: 1, partsSkipped: 0, doneBytes: 5, skippedBytes: 0 })
})
