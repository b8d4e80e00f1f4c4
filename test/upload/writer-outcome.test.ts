import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { AbortError, GlacierPipeError, LockLostError, ResumeMismatchError } from '../../lib/errors.js'
import { hashParts } from '../../lib/tree-hash/hash-parts.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import type { TransferProgress } from '../../lib/transfer/progress.js'
import type { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import type { ArchiveWriterOptions } from '../../lib/vault/upload-options.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { failure, notFound, recordingJournal, reset, send, writerTo } from '../helpers/uploads.js'

/** Sends bytes to a writer until it has closed, whatever happens. */
async function sendAll(bytes: Uint8Array, writer: ArchiveWriter): Promise<Error | undefined> {
  const failing = failure(writer)
  await send(bytes, writer).catch(() => undefined)
  return failing
}

t.test('the outcome is decided once the writer has closed', async (t) => {
  const volumes = { maxArchiveSize: 2 * MIB }
  const cases: Record<
    string,
    {
      readonly options?: Partial<ArchiveWriterOptions>
      readonly size?: number
      readonly failing?: (vault: MemoryVault) => void
      readonly outcome: object
    }
  > = {
    'the stream is stored': { outcome: { state: 'stored', uploadId: undefined, isResumable: false } },
    'nothing was begun': {
      size: 0,
      outcome: { state: 'none', uploadId: undefined, isResumable: false },
    },
    'an upload is kept': {
      failing: failingFrom('uploadPart', 2),
      outcome: { state: 'kept', uploadId: 'upload-1', isResumable: true },
    },
    'an upload is aborted': {
      options: { onFailure: 'abort' },
      failing: failingFrom('uploadPart', 2),
      outcome: { state: 'aborted', uploadId: undefined, isResumable: false },
    },
    'the second upload is aborted, and the first volume is stored': {
      options: { onFailure: 'abort', ...volumes },
      failing: failingFrom('uploadPart', 3),
      outcome: { state: 'aborted', uploadId: undefined, isResumable: true },
    },
    'an upload has expired': {
      failing: (vault) => {
        vault.before = ({ operation }) => {
          if (operation === 'uploadPart') throw notFound
        }
      },
      outcome: { state: 'gone', uploadId: undefined, isResumable: false },
    },
    'the writer ended between two volumes': {
      options: volumes,
      failing: failingFrom('initiateUpload', 2),
      outcome: { state: 'none', uploadId: undefined, isResumable: true },
    },
  }
  for (const [what, { options, size = 4 * MIB, failing, outcome }] of Object.entries(cases)) {
    const vault = new MemoryVault()
    failing?.(vault)
    const writer = writerTo(vault, { retryFor: 0, concurrency: 1, ...options })
    t.equal(writer.outcome, undefined)
    await sendAll(patternBytes(size), writer)
    t.strictSame(writer.outcome, outcome, what)
  }
})

/** Makes requests of an operation fail from the given one on, counted from 1. */
function failingFrom(failing: string, first: number): (vault: MemoryVault) => void {
  return (vault) => {
    let count = 0
    vault.before = ({ operation }) => {
      if (operation === failing && ++count >= first) throw reset
    }
  }
}

t.test('an upload whose lock was lost is kept for the process that has it', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'assertOwner') throw new LockLostError('the upload')
  }
  const writer = writerTo(vault, { onFailure: 'abort', journal })
  t.match(await sendAll(patternBytes(2 * MIB), writer), { kept: true, cause: { code: 'ERR_LOCK_LOST' } })
  t.match(writer.outcome, { state: 'kept', uploadId: 'upload-1' })
  t.equal(vault.uploads.size, 1)
})

t.test('an upload that another process took over is kept whatever the failure', async (t) => {
  const vault = new MemoryVault()
  failingFrom('uploadPart', 2)(vault)
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'assertOwner') throw new LockLostError('the upload')
  }
  const writer = writerTo(vault, { retryFor: 0, concurrency: 1, onFailure: 'abort', journal })
  t.match(await sendAll(patternBytes(4 * MIB), writer), { kept: true })
  t.strictSame(writer.outcome, { state: 'kept', uploadId: 'upload-1', isResumable: true })
})

t.test('an abort error has the ID of the upload that is kept, and of no other', async (t) => {
  for (const onFailure of ['keep', 'abort'] as const) {
    for (const way of ['signal', 'abort()']) {
      const vault = new MemoryVault()
      const aborting = new AbortController()
      const writer = writerTo(vault, { onFailure, signal: aborting.signal })
      writer.once('part', () => {
        if (way === 'signal') aborting.abort('enough')
        else writer.abort('enough')
      })
      const error = await sendAll(patternBytes(9 * MIB), writer)
      t.ok(error instanceof AbortError && error instanceof GlacierPipeError)
      const uploadId = onFailure === 'keep' ? 'upload-1' : undefined
      t.match(error, { code: 'ABORT_ERR', cause: 'enough', uploadId }, `${onFailure}, ${way}`)
      t.equal(writer.outcome?.state, onFailure === 'keep' ? 'kept' : 'aborted')
    }
  }
})

t.test("under the signal of Node's own pipeline, the writer has the upload ID", async (t) => {
  const vault = new MemoryVault()
  const aborting = new AbortController()
  const { signal } = aborting
  const writer = writerTo(vault)
  writer.once('part', () => {
    aborting.abort('enough')
  })
  const closed = failure(writer)
  const sending = pipeline(Readable.from([patternBytes(9 * MIB)]), rechunk(MIB), hashParts(), writer, {
    signal,
  })
  const error: unknown = await sending.catch((thrown: unknown) => thrown)
  t.match(error, { name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
  t.notOk(error instanceof GlacierPipeError, "it is Node's")
  await closed
  t.equal(writer.uploadId, 'upload-1')
  t.match(writer.outcome, { state: 'kept', uploadId: 'upload-1', isResumable: true })
})

t.test('a source that differs from what is stored ends a stream that waits for its rest', async (t) => {
  const vault = new MemoryVault()
  const first = writerTo(vault, { maxArchiveSize: 2 * MIB })
  await send(patternBytes(2 * MIB), first)
  const journal = recordingJournal()
  const writer = writerTo(vault, { earlierVolumes: first.archives, journal })
  const error = await sendAll(Buffer.alloc(3 * MIB), writer)
  await settled()
  t.ok(error instanceof ResumeMismatchError)
  t.strictSame(journal.notes, [['closed', 'superseded', undefined]])
  t.match(writer.outcome, { state: 'none', isResumable: false })
})

t.test('the last progress comes before the end, also if the upload fails', async (t) => {
  const done = writerTo(new MemoryVault())
  let last: TransferProgress | undefined
  done.on('progress', (progress) => (last = progress))
  done.once('finish', () => {
    t.match(last, { doneBytes: 2 * MIB, requestsInFlight: 0 })
  })
  await send(patternBytes(2 * MIB), done)
  const vault = new MemoryVault()
  failingFrom('uploadPart', 2)(vault)
  const failing = writerTo(vault, { retryFor: 0, concurrency: 1 })
  failing.on('progress', (progress) => (last = progress))
  failing.once('error', () => {
    t.match(last, { doneBytes: MIB, requestsInFlight: 0 })
  })
  await sendAll(patternBytes(3 * MIB), failing)
  t.equal(failing.outcome?.state, 'kept')
})
