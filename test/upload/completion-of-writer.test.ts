import t from 'tap'
import { NotFoundError } from '../../lib/errors.js'
import { combineTreeHashes, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { Archive } from '../../lib/store/archive.js'
import { MIB } from '../../lib/sizes.js'
import { gate } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { failure, partsOf, recordingJournal, rejection, reset, send, writerTo } from '../helpers/uploads.js'

t.test('a lost answer to the completion still ends in the archive ID', async (t) => {
  const vault = new MemoryVault()
  const completeUpload = vault.completeUpload.bind(vault)
  let stored: Archive | undefined
  let times = 0
  vault.completeUpload = async (request) => {
    if (times++ > 0) return stored as never
    stored = (await completeUpload(request)) as never
    throw reset
  }
  const writer = writerTo(vault, { onFailure: 'abort' })
  await send(patternBytes(3 * MIB), writer)
  t.equal(times, 2)
  t.equal(writer.archives[0]?.archiveId, stored?.archiveId)
})

t.test(
  'a completion whose answer was lost and whose upload is gone is an open question, and is never aborted',
  async (t) => {
    for (const onFailure of ['keep', 'abort'] as const) {
      const vault = new MemoryVault()
      vault.completeUpload = async ({ uploadId }) => {
        if (!vault.uploads.delete(uploadId))
          throw new NotFoundError('The upload ID was not found', {
            operation: 'X',
            serviceCode: 'ResourceNotFoundException',
          })
        throw reset
      }
      const notes = recordingJournal()
      const writer = writerTo(vault, { onFailure, journal: notes })
      await t.rejects(send(patternBytes(3 * MIB), writer), { code: 'ERR_COMPLETION_UNKNOWN', size: 3 * MIB })
      t.notOk(vault.operations.includes('abortUpload'))
      t.strictSame(notes.types, ['begun', 'completing', 'unknown'])
    }
    const vault = new MemoryVault()
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') vault.uploads.clear()
    }
    await t.rejects(
      send(patternBytes(3 * MIB), writerTo(vault)),
      { code: 'ERR_UPLOAD_GONE' },
      'not sent before',
    )
  },
)

t.test(
  'a rejected completion leaves the upload open, and says what was sent and what is there',
  async (t) => {
    const bytes = patternBytes(3 * MIB)
    for (const listing of ['works', 'fails', 'finds none'] as const) {
      const vault = new MemoryVault()
      vault.completeUpload = async ({ uploadId }) => {
        vault.uploads.get(uploadId)?.delete(MIB)
        if (listing === 'finds none') vault.uploads.get(uploadId)?.clear()
        throw rejection
      }
      vault.before = ({ operation }) => {
        if (operation === 'listParts' && listing === 'fails') throw new TypeError('no list')
      }
      const there = combineTreeHashes(
        [bytes.subarray(0, MIB), bytes.subarray(2 * MIB)].map((part) => treeHashOf(part)),
      )
      const found = {
        works: `2 parts, ${2 * MIB} bytes of hash ${there}`,
        fails: 'parts that could not be listed \\(no list\\)',
        'finds none': 'no parts',
      }[listing]
      await t.rejects(send(bytes, writerTo(vault, { onFailure: 'abort' })), {
        code: 'ERR_UPLOAD_FAILED',
        kept: true,
        cause: {
          name: 'CompletionRejectedError',
          code: 'ERR_COMPLETION_REJECTED',
          size: bytes.length,
          hash: treeHashOf(bytes),
          cause: rejection,
          message: new RegExp(
            `Sent: ${bytes.length} bytes of hash ${treeHashOf(bytes)}\\. At the service: ${found}\\.`,
          ),
        },
      })
      t.ok(vault.uploads.has('upload-1'))
    }
  },
)

t.test(
  'a completion that is answered without a tree hash is a success: the service has checked it',
  async (t) => {
    const vault = new MemoryVault()
    vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: undefined })
    const writer = writerTo(vault)
    const bytes = patternBytes(3 * MIB)
    await send(bytes, writer)
    t.match(writer.archives, [{ archiveId: 'a', location: undefined, hash: treeHashOf(bytes) }])
  },
)

t.test('no completion is begun while a part is failing, whatever the moment', async (t) => {
  const [first, last] = await partsOf(patternBytes(2 * MIB))
  for (let turns = 0; turns < 24; turns++) {
    const vault = new MemoryVault()
    const underWay = gate()
    vault.before = async ({ operation, range }) => {
      if (operation !== 'uploadPart') return
      if (vault.underWay === 2) underWay.open()
      await underWay.opened
      if (range?.start === 0) return // then the writer has room, and ends
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      throw reset
    }
    const journal = recordingJournal()
    const writer = writerTo(vault, { concurrency: 2, retryFor: 0, onFailure: 'abort', journal })
    const failing = failure(writer)
    writer.write(first)
    writer.end(last)
    t.match(await failing, { code: 'ERR_UPLOAD_FAILED', kept: false, cause: reset })
    t.strictSame(journal.types, ['begun', 'aborted'], `after ${turns} turns`)
  }
})
