import t from 'tap'
import { LockLostError, ServiceError } from '../../lib/errors.js'
import type { UploadWarning } from '../../lib/store/archive.js'
import { sendWhole, type StoredWhole } from '../../lib/upload/whole-archive.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  recordingJournal,
  refused,
  reset,
  send,
  contextFor,
  vaultName,
  vaultPartsOf,
  writerTo,
  type RecordingJournal,
} from '../helpers/uploads.js'

const bytes = patternBytes(100)
const [part] = await vaultPartsOf(bytes)
if (!part) throw new Error('there is one part')
const { hash } = part
const facts = { description: 'x', volume: 1, firstVolume: undefined }

/** Sends the part as an archive; `failures` are what the first requests fail with. */
function sending(
  vault: MemoryVault,
  journal: RecordingJournal,
  failures: readonly Error[] = [],
  warnings: unknown[] = [],
): Promise<StoredWhole> {
  const left = [...failures]
  vault.before = () => {
    const failing = left.shift()
    if (failing) throw failing
  }
  const emit = (_event: string, warning: unknown): void => void warnings.push(warning)
  return sendWhole(contextFor(vault, journal, { emit }), facts, part as NonNullable<typeof part>)
}

/** The intents a journal has, and those that were rejected. */
function intentsOf(journal: RecordingJournal): { sent: string[]; rejected: string[] } {
  const idsOf = (type: string): string[] =>
    journal.notes
      .filter(([what]) => what === type)
      .map(([, intent]) => (intent as { readonly intentId: string }).intentId)
  return { sent: idsOf('sending'), rejected: idsOf('rejected') }
}

t.test('the intent is recorded with its content before anything is sent', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  journal.before = () => {
    t.strictSame(vault.calls, [])
  }
  const { stored, intentId } = await sending(vault, journal)
  t.match(stored, { archiveId: 'archive-1', hash })
  t.strictSame(journal.notes, [['sending', { intentId, vaultName, size: 100, hash, ...facts }]])
})

t.test(
  'each request that may have been carried out has an intent of its own, and stands for an archive',
  async (t) => {
    const vault = new MemoryVault()
    const journal = recordingJournal()
    const warnings: UploadWarning[] = []
    const { intentId, warn } = await sending(
      vault,
      journal,
      [reset, refused, reset, refused, refused],
      warnings,
    )
    const { sent, rejected } = intentsOf(journal)
    t.equal(vault.calls.length, 6)
    t.equal(sent.length, 3, 'a request that never arrived leaves its intent to the next one')
    t.equal(new Set(sent).size, 3)
    t.equal(sent.at(-1), intentId, 'the last one became the archive')
    t.strictSame(rejected, [])
    t.strictSame(warnings, [], 'no word before the archive is recorded')
    warn()
    t.match(warnings, [
      { code: 'POSSIBLE_ORPHAN', message: new RegExp(`^2 requests .* 100 bytes and hash ${hash}`) },
    ])
  },
)

t.test('an intent is rejected where its request was certainly not carried out', async (t) => {
  const denied = new ServiceError('no', { operation: 'X', serviceCode: 'AccessDeniedException', status: 403 })
  for (const [failures, sent, rejected, orphans] of [
    [[denied], 1, 1, 0],
    [[refused, denied], 1, 1, 0],
    [[reset, denied], 2, 1, 1],
    [[reset, new TypeError('a bug')], 2, 1, 1],
  ] as const) {
    const journal = recordingJournal()
    const warnings: unknown[] = []
    await t.rejects(sending(new MemoryVault(), journal, failures, warnings))
    const found = intentsOf(journal)
    t.equal(found.sent.length, sent)
    t.strictSame(found.rejected, found.sent.slice(-rejected))
    t.equal(warnings.length, orphans, 'of the other one a warning comes at once')
  }
})

t.test('an intent whose last request had no response stays', async (t) => {
  const final = new ServiceError('?', { operation: 'X', serviceCode: 'Unheard', status: 599 })
  const journal = recordingJournal()
  const warnings: unknown[] = []
  await t.rejects(sending(new MemoryVault(), journal, [final], warnings), { code: 'ERR_SERVICE' })
  t.strictSame(journal.types, ['sending'])
  t.match(warnings, [{ code: 'POSSIBLE_ORPHAN', message: /^A request to store the archive had no response/ }])
})

t.test('every ID the service names is recorded, before the next attempt', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  let times = 0
  vault.uploadArchive = async () => {
    t.equal(journal.types.filter((type) => type === 'mismatched').length, times)
    const archiveId = `a${++times}`
    return {
      archiveId,
      location: undefined,
      treeHash: times === 1 ? 'ff' : times === 2 ? undefined : hash,
    }
  }
  const { stored, intentId } = await sending(vault, journal)
  t.equal(stored.archiveId, 'a3')
  t.strictSame(journal.types, ['sending', 'mismatched', 'sending', 'mismatched', 'sending'])
  const { sent } = intentsOf(journal)
  const facts = { vaultName, size: 100, sentHash: hash }
  t.strictSame(journal.notes[1]?.[1], { archiveId: 'a1', ...facts, hash: 'ff', intentId: sent[0] })
  t.strictSame(journal.notes[3]?.[1], { archiveId: 'a2', ...facts, hash: undefined, intentId: sent[1] })
  t.equal(intentId, sent[2])
})

t.test('where each answer has a wrong hash, that is the error, and no intent is rejected', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  vault.uploadArchive = async () => ({ archiveId: 'a', location: undefined, treeHash: 'ff' })
  await t.rejects(sending(vault, journal), { code: 'ERR_HASH_MISMATCH', scope: 'archive', actual: 'ff' })
  t.strictSame(new Set(journal.types), new Set(['sending', 'mismatched']))
  journal.before = (what) => {
    if (what === 'mismatched') throw new Error('disk full')
  }
  await t.rejects(sending(vault, journal), { code: 'ERR_NOT_RECORDED', archiveId: 'a' })
})

t.test('who has lost the lock sends nothing, and the intent is rejected', async (t) => {
  const vault = new MemoryVault()
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'assertOwner') throw new LockLostError('the stream')
  }
  await t.rejects(sending(vault, journal), { code: 'ERR_LOCK_LOST' })
  t.strictSame(vault.calls, [])
  t.strictSame(journal.types, ['sending', 'rejected'])
})

t.test('a rejection that cannot be recorded does not hide why the request failed', async (t) => {
  const denied = new ServiceError('no', { operation: 'X', serviceCode: 'AccessDeniedException', status: 403 })
  const journal = recordingJournal()
  journal.before = (what) => {
    if (what === 'rejected') throw new Error('disk full')
  }
  await t.rejects(sending(new MemoryVault(), journal, [denied]), { code: 'ERR_SERVICE' })
})

t.test('the warning of an archive that may exist comes after the record of the one that does', async (t) => {
  const vault = new MemoryVault()
  let isFailing = true
  vault.before = () => {
    if (!isFailing) return
    isFailing = false
    throw reset
  }
  const order: string[] = []
  const journal = recordingJournal()
  journal.before = (what) => order.push(what)
  const writer = writerTo(vault, { journal, description: 'x' })
  writer.on('warning', ({ code }) => order.push(code))
  await send(bytes, writer)
  t.strictSame(order, ['sending', 'assertOwner', 'sending', 'assertOwner', 'stored', 'POSSIBLE_ORPHAN'])
  t.strictSame(journal.notes.at(-1)?.slice(2), [undefined, false, intentsOf(journal).sent[1]])
})
