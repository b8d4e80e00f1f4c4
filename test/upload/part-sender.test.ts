import t from 'tap'
import type { UploadWarning } from '../../lib/store/archive.js'
import { AdaptiveConcurrency } from '../../lib/transfer/concurrency.js'
import { PartSender } from '../../lib/upload/part-sender.js'
import { MIB } from '../../lib/sizes.js'
import { gate, settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import {
  contextFor,
  recordingJournal,
  send,
  sentTo,
  vaultPartsOf,
  vaultWithParts,
  writerTo,
} from '../helpers/uploads.js'

t.test(
  'a part is taken, and the next one can be, once fewer parts than the concurrency are sent',
  async (t) => {
    const vault = new MemoryVault()
    const { uploadId } = await vault.initiateUpload({ vaultName: 'backups', partSize: MIB })
    const hold = gate()
    vault.before = () => hold.opened
    const context = contextFor(vault, recordingJournal(), { concurrency: new AdaptiveConcurrency(2) })
    const sender = new PartSender(
      { ...context, plan: { ...context.plan, concurrency: 2 } },
      0,
      undefined,
      (error) => {
        t.error(error)
      },
    )
    sender.begin(uploadId)
    const taken: number[] = []
    const parts = await vaultPartsOf(patternBytes(2 * MIB))
    const sending = parts.map(async (part) => {
      await sender.send(part)
      taken.push(part.index)
    })
    await settled()
    t.strictSame(taken, [0])
    hold.open()
    await Promise.all(sending)
    await sender.finish()
    t.strictSame(sentTo(vault), [0, 1])
  },
)

t.test('a short last part that has changed is sent again', async (t) => {
  const bytes = patternBytes(MIB + 7)
  const vault = await vaultWithParts(bytes, [0, 1])
  const changed = Buffer.from(bytes)
  changed[MIB] = (changed[MIB] ?? 0) ^ 1
  const writer = writerTo(vault, { uploadId: 'upload-1' })
  const warnings: UploadWarning[] = []
  writer.on('warning', (warning) => warnings.push(warning))
  await send(changed, writer)
  t.strictSame(sentTo(vault), [1])
  t.match(warnings, [{ code: 'PARTS_DIFFERED', message: /^1 of the parts/ }])
  t.ok(vault.archives.get(writer.archives[0]?.archiveId ?? '')?.equals(changed))
})
