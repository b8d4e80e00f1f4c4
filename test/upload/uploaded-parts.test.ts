import t from 'tap'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { NotFoundError } from '../../lib/errors.js'
import type { ArchiveStore, ListedPart, PartsPage } from '../../lib/store/archive-store.js'
import { combineTreeHashes, treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { UploadContext } from '../../lib/upload/upload-context.js'
import { endsEarly, findUpload, listUploaded, UploadedParts } from '../../lib/upload/uploaded-parts.js'
import { MIB } from '../../lib/sizes.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { contextFor, recordingJournal, reset, vaultWithParts } from '../helpers/uploads.js'

function part(start: number, end: number): ListedPart {
  return { start, end, hash: treeHashOf(patternBytes(end - start, start)) }
}

t.test('a part is the same, another or none, by its range and its tree hash', async (t) => {
  const uploaded = new UploadedParts(treeHashScheme(), [part(0, 10), part(20, 25)])
  t.equal(uploaded.compare(part(0, 10)), 'same')
  t.equal(uploaded.compare({ ...part(0, 10), hash: part(20, 25).hash }), 'other')
  t.equal(uploaded.compare({ ...part(0, 10), end: 9 }), 'other')
  t.equal(uploaded.compare(part(10, 20)), 'none')
})

t.test('the parts in any order have an end and a summary', async (t) => {
  const parts = [part(20, 25), part(10, 20), part(0, 10)]
  const uploaded = new UploadedParts(treeHashScheme(), parts)
  t.equal(uploaded.end, 25)
  const treeHash = combineTreeHashes(parts.toReversed().map((listed) => listed.hash))
  t.equal(uploaded.summary, `3 parts, 25 bytes of hash ${treeHash}`)
  t.match(new UploadedParts(treeHashScheme(), []), { end: 0, summary: 'no parts' })
})

t.test(
  'all pages of parts are listed, and an upload is found by one row; both requests are repeated',
  async (t) => {
    const vault = await vaultWithParts(patternBytes(5 * MIB), [0, 1, 2, 4], 'described')
    const fail = (): void => {
      let failures = 1
      vault.calls.length = 0
      vault.before = () => {
        if (failures-- > 0) throw reset
      }
    }
    const context = contextFor(vault, recordingJournal())
    fail()
    t.match(await listUploaded(context, 'upload-1'), { end: 5 * MIB, summary: /^4 parts, 4194304 bytes/ })
    t.strictSame(
      vault.calls.map(({ operation, uploadId, signal }) => [operation, uploadId, signal === context.signal]),
      Array(3).fill(['listParts', 'upload-1', true]),
    )
    fail()
    t.match(await findUpload(context, 'upload-1'), { partSize: MIB, description: 'described' })
    t.match(
      vault.calls,
      Array(2).fill({ operation: 'listParts', uploadId: 'upload-1', limit: 1, signal: context.signal }),
    )
  },
)

t.test('an upload that the service does not have is gone, unless its vault is missing', async (t) => {
  const requests: ((context: UploadContext, uploadId: string) => Promise<unknown>)[] = [
    listUploaded,
    findUpload,
  ]
  for (const request of requests) {
    const vault = new MemoryVault()
    const context = contextFor(vault, recordingJournal())
    const gone = { code: 'ERR_UPLOAD_GONE', uploadId: 'gone', cause: { name: 'NotFoundError' } }
    await t.rejects(request(context, 'gone'), gone)
    const noVault = new NotFoundError('Vault not found', {
      operation: 'ListParts',
      serviceCode: 'ResourceNotFoundException',
      reason: 'vault-not-found',
    })
    vault.before = () => {
      throw noVault
    }
    t.equal(await request(context, 'gone').catch((error: unknown) => error), noVault)
  }
})

t.test(
  'the error of a source that ends early names the bytes that are missing, and the upload',
  async (t) => {
    t.match(endsEarly(7, 10, 'upload-1'), { start: 7, end: 10, uploadId: 'upload-1', message: /ends at 7/ })
  },
)

t.test('a list with more parts than an upload can have is not held', async (t) => {
  const vault = await vaultWithParts(patternBytes(MIB), [0])
  const context = contextFor(vault, recordingJournal())
  const { maxParts } = context.store.limits
  let pages = 0
  const listParts = (): Promise<PartsPage> => {
    const at = pages++ * 1000
    const items = Array.from({ length: 1000 }, (_, i) => ({ start: at + i, end: at + i + 1, hash: '' }))
    const upload = { partSize: 1, description: undefined }
    return Promise.resolve({ items, marker: pages < 30 ? `m${pages}` : undefined, upload })
  }
  const store = Object.assign(Object.create(context.store) as ArchiveStore, { listParts })
  await t.rejects(listUploaded({ ...context, store }, 'upload-1'), {
    code: 'ERR_SERVICE',
    serviceCode: 'EndlessList',
    message: /at most 10000 parts/,
  })
  t.equal(pages, maxParts / 1000 + 1)
})
