import t from 'tap'
import { AccessDeniedError, LockLostError, NotFoundError } from '../../lib/errors.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { complete, OWN_UPLOAD, type CompletionTrust } from '../../lib/upload/completion.js'
import type { CompletionIntent } from '../../lib/store/upload-journal.js'
import type {
  ArchiveStore,
  StoreCompleteRequest,
  StoredArchive,
  StoreUploadRequest,
} from '../../lib/store/archive-store.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  notFound,
  recordingJournal,
  refused,
  rejection,
  reset,
  send,
  contextFor,
  vaultName,
  vaultWithParts,
  writerTo,
  type RecordingJournal,
} from '../helpers/uploads.js'

const bytes = patternBytes(3 * MIB)
const content = { size: bytes.length, hash: treeHashOf(bytes) }

/** Completes `upload-1` of a vault with what it holds, or with something else. */
function completing(
  vault: MemoryVault,
  journal: RecordingJournal,
  trust: Partial<CompletionTrust> = {},
  sent: Pick<CompletionIntent, 'intentId' | 'size' | 'hash'> = content,
): Promise<StoredArchive> {
  return complete(contextFor(vault, journal), 'upload-1', sent, { ...OWN_UPLOAD, ...trust })
}

t.test('a lost answer is asked for again, with the same content, until it comes', async (t) => {
  const vault = await vaultWithParts(bytes, [0, 1, 2])
  const completeUpload = vault.completeUpload.bind(vault)
  let times = 0
  vault.completeUpload = async (request) => {
    const stored = await completeUpload(request)
    if (times++ < 2) throw reset
    return stored
  }
  const journal = recordingJournal()
  t.match(await completing(vault, journal), { archiveId: 'archive-2' })
  t.strictSame(
    vault.calls.map(({ size, treeHash: hash }) => ({ size, hash })),
    [content, content, content],
  )
  t.equal(journal.checks, 3, 'each time it is made sure that the upload is still ours')
  t.strictSame(journal.notes, [], 'the record of the archive is the caller’s')
})

t.test('an answer without a tree hash is taken where it can only be of this content', async (t) => {
  for (const acceptsNoHash of [true, false]) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: undefined })
    const journal = recordingJournal()
    const stored = completing(vault, journal, { acceptsNoHash })
    if (acceptsNoHash) {
      t.match(await stored, { archiveId: 'a' })
      t.strictSame(journal.notes, [])
    } else {
      await t.rejects(stored, { code: 'ERR_COMPLETION_UNKNOWN', archiveId: 'a', ...content })
      t.strictSame(journal.notes, [['closed', 'unknown', 'upload-1', { ...content, archiveId: 'a' }]])
    }
  }
})

t.test('a refusal voids the intent, and after any other failure the next run sends it again', async (t) => {
  const denied = new AccessDeniedError('no', {
    operation: 'X',
    serviceCode: 'AccessDeniedException',
    status: 403,
  })
  const cases: readonly [what: string, failures: Error[], sentBefore: boolean, isVoid: boolean][] = [
    ['refused', [rejection], false, true],
    ['refused after a lost answer, whose request may be carried out yet', [reset, rejection], false, false],
    ['refused when sent again by another run', [rejection], true, false],
    ['denied', [denied], false, false],
    ['denied after a lost answer', [reset, denied], false, false],
    ['denied when sent again by another run', [denied], true, false],
    ['never arrived', [], false, false],
    ['never arrived after a lost answer', [reset], false, false],
    ['failed otherwise', [new TypeError('a bug')], false, false],
  ]
  for (const [what, failures, sentBefore, isVoid] of cases) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    const left = [...failures]
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') throw left.shift() ?? refused
    }
    const journal = recordingJournal()
    const code = failures.includes(rejection)
      ? 'ERR_COMPLETION_REJECTED'
      : failures.includes(denied)
        ? 'ERR_ACCESS_DENIED'
        : undefined
    const sent = { ...content, intentId: 'i' }
    await t.rejects(completing(vault, journal, { sentBefore }, sent), code ? { code } : Error, what)
    t.strictSame(journal.notes, isVoid ? [['rejected', { uploadId: 'upload-1', intentId: 'i' }]] : [], what)
  }
})

t.test('after a refusal, the archive may exist if the upload is gone', async (t) => {
  for (const failures of [[rejection], [reset, rejection]]) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    const left = [...failures]
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') throw left.shift() ?? rejection
      if (operation === 'listParts') throw notFound
    }
    const journal = recordingJournal()
    await t.rejects(completing(vault, journal), { code: 'ERR_COMPLETION_UNKNOWN', ...content })
    t.strictSame(journal.notes, [['closed', 'unknown', 'upload-1', content]])
  }
})

t.test(
  'after a refusal, the intent stays if the parts cannot be listed: the archive may exist',
  async (t) => {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') throw rejection
      if (operation === 'listParts')
        throw new AccessDeniedError('no', { operation, serviceCode: 'AccessDeniedException' })
    }
    const journal = recordingJournal()
    await t.rejects(completing(vault, journal), { code: 'ERR_COMPLETION_REJECTED' })
    t.strictSame(journal.notes, [])
  },
)

t.test('an archive with another tree hash is recorded once, however often it is asked for', async (t) => {
  for (const isRightAtLast of [false, true]) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    let times = 0
    vault.completeUpload = async () => {
      const isRight = isRightAtLast && times === 2
      return {
        archiveId: 'a',
        location: undefined,
        treeHash: isRight || times++ > 9 ? content.hash : 'ff',
      }
    }
    const journal = recordingJournal()
    const stored = completing(vault, journal)
    if (isRightAtLast) t.match(await stored, { archiveId: 'a', hash: content.hash })
    else await t.rejects(stored, { code: 'ERR_HASH_MISMATCH', scope: 'archive', actual: 'ff' })
    const mismatched = {
      archiveId: 'a',
      vaultName,
      size: content.size,
      hash: undefined,
      sentHash: content.hash,
      uploadId: 'upload-1',
    }
    t.strictSame(journal.notes, [['mismatched', mismatched]], 'and without the hash, which may change')
  }
  const vault = await vaultWithParts(bytes, [0, 1, 2])
  let times = 0
  vault.completeUpload = async () => ({ archiveId: `a${++times}`, location: undefined, treeHash: 'ff' })
  const journal = recordingJournal()
  await t.rejects(completing(vault, journal), { code: 'ERR_HASH_MISMATCH' })
  t.strictSame(journal.types, Array(4).fill('mismatched'), 'each ID the service ever named is recorded')
})

t.test('an archive ID that cannot be recorded is in the error', async (t) => {
  const vault = await vaultWithParts(bytes, [0, 1, 2])
  vault.completeUpload = async () => ({ archiveId: 'a', location: undefined, treeHash: 'ff' })
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'mismatched') throw new Error('disk full')
  }
  await t.rejects(completing(vault, journal), { code: 'ERR_NOT_RECORDED', archiveId: 'a' })
})

t.test(
  'an upload that is gone may be an archive only where completion was sent to this account',
  async (t) => {
    for (const [sentBefore, isSameAccount, isUnknown] of [
      [true, true, true],
      [true, false, false],
      [false, true, false],
    ] as const) {
      const journal = recordingJournal()
      const code = isUnknown ? 'ERR_COMPLETION_UNKNOWN' : 'ERR_UPLOAD_GONE'
      await t.rejects(completing(new MemoryVault(), journal, { sentBefore, isSameAccount }), { code })
      t.strictSame(journal.notes, isUnknown ? [['closed', 'unknown', 'upload-1', content]] : [])
    }
    const noVault = new NotFoundError('Vault not found for ARN: x', {
      operation: 'X',
      serviceCode: 'ResourceNotFoundException',
      reason: 'vault-not-found',
      status: 404,
    })
    const vault = new MemoryVault()
    vault.before = () => {
      throw noVault
    }
    const journal = recordingJournal()
    await t.rejects(completing(vault, journal, { sentBefore: true }), { code: 'ERR_NOT_FOUND' })
    t.strictSame(journal.notes, [], 'a vault that is missing says nothing of the upload')
  },
)

t.test('who has lost the lock sends nothing more, records nothing and aborts nothing', async (t) => {
  for (const lostAfter of [0, 1]) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    vault.before = () => {
      throw reset
    }
    const journal = recordingJournal()
    journal.before = (what) => {
      if (what === 'assertOwner' && journal.checks > lostAfter) throw new LockLostError('the upload')
    }
    await t.rejects(completing(vault, journal), { code: 'ERR_LOCK_LOST' })
    t.equal(vault.calls.length, lostAfter)
    t.strictSame(journal.notes, [])
  }
  const vault = new MemoryVault()
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'assertOwner') throw new LockLostError('the upload')
  }
  const writer = writerTo(vault, { journal, onFailure: 'abort' })
  await t.rejects(send(bytes, writer), {
    code: 'ERR_UPLOAD_FAILED',
    kept: true,
    cause: { code: 'ERR_LOCK_LOST' },
  })
  t.notOk(vault.operations.includes('completeUpload'))
  t.notOk(vault.operations.includes('abortUpload'), 'it is another process’s now')
  t.strictSame(journal.types, ['begun', 'completing'])
})

t.test('an upload that another request has made needless is aborted, by its owner only', async (t) => {
  for (const [isOwner, isAborted] of [
    [true, true],
    [true, false],
    [false, true],
  ] as const) {
    const vault = new MemoryVault()
    const journal = recordingJournal()
    journal.before = (what) => {
      if (what === 'assertOwner' && journal.checks > 1 && !isOwner) throw new LockLostError('the upload')
    }
    const calls: unknown[] = []
    const context = contextFor(vault, journal)
    const store: ArchiveStore = Object.assign(Object.create(context.store) as ArchiveStore, {
      async completeUpload({ keepsExisting }: StoreCompleteRequest): Promise<StoredArchive> {
        calls.push(keepsExisting)
        return { archiveId: 'a', hash: content.hash, location: undefined, leavesUpload: true }
      },
      async abortUpload({ uploadId }: StoreUploadRequest): Promise<void> {
        calls.push(uploadId)
        if (!isAborted) throw reset
      },
    })
    const trust = { ...OWN_UPLOAD, sentBefore: !isOwner }
    t.match(await complete({ ...context, store }, 'upload-1', content, trust), { archiveId: 'a' })
    t.strictSame(calls, isOwner ? [false, 'upload-1'] : [true], 'an earlier run’s content replaces nothing')
    t.strictSame(journal.notes, [])
  }
})

t.test(
  'a lock that is lost while parts are sent is found out before the intent, and nothing is aborted',
  async (t) => {
    const vault = new MemoryVault()
    const journal = recordingJournal()
    journal.before = (what) => {
      if (what === 'completing') throw new LockLostError('the upload')
    }
    await t.rejects(send(bytes, writerTo(vault, { journal, onFailure: 'abort' })), {
      code: 'ERR_UPLOAD_FAILED',
    })
    t.strictSame([...new Set(vault.operations)], ['initiateUpload', 'uploadPart'])
    t.strictSame(journal.types, ['begun'])
  },
)

t.test('an error is told even where its record cannot be written', async (t) => {
  for (const [failing, code] of [
    [rejection, 'ERR_COMPLETION_REJECTED'],
    [notFound, 'ERR_COMPLETION_UNKNOWN'],
  ] as const) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    vault.before = ({ operation }) => {
      if (operation === 'completeUpload') throw failing
    }
    const journal = recordingJournal()
    journal.before = (what) => {
      if (what !== 'assertOwner') throw new Error('disk full')
    }
    await t.rejects(completing(vault, journal, { sentBefore: true }), { code })
  }
})

t.test('the error of an upload that is gone has the refusal of the service as its cause', async (t) => {
  for (const [sentBefore, code] of [
    [false, 'ERR_UPLOAD_GONE'],
    [true, 'ERR_COMPLETION_UNKNOWN'],
  ] as const) {
    const vault = await vaultWithParts(bytes, [0, 1, 2])
    vault.before = () => {
      throw notFound
    }
    const error: unknown = await completing(vault, recordingJournal(), { sentBefore }).catch(
      (thrown: unknown) => thrown,
    )
    t.match(error, { code })
    t.equal((error as Error).cause, notFound)
  }
})
