import t from 'tap'
import { UploadGoneError } from '../../lib/errors.js'
import { findingNotes } from '../../lib/selection/resume-notes.js'
import { MIB } from '../../lib/sizes.js'
import { ARCHIVE } from '../helpers/wrong-values.js'

t.test('a note says what is resumed, or why nothing is', async (t) => {
  const volume = { ...ARCHIVE, archiveId: 'one', vaultName: 'docs', hash: 'aa' }
  const point = { partSize: MIB, description: undefined, earlierVolumes: [volume], isComplete: false }
  const ended = new UploadGoneError('u')
  const started = '2026-01-01T00:00:00.000Z'
  for (const [finding, time, notes] of [
    [
      { point: { ...point, uploadId: 'u' }, ended: undefined, isStoredNow: false },
      started,
      [`Resuming the upload u, started ${started}.`],
    ],
    [
      { point: { ...point, uploadId: 'u' }, ended: undefined, isStoredNow: false },
      undefined,
      ['Resuming the upload u.'],
    ],
    [
      { point: { ...point, uploadId: undefined }, ended, isStoredNow: false },
      started,
      [ended.message, `Resuming after volume 1, started ${started}.`],
    ],
    [{ point: undefined, ended, isStoredNow: false }, started, [ended.message]],
    [
      { point: { ...point, uploadId: undefined }, ended: undefined, isStoredNow: true },
      started,
      ['The upload u is complete: its archive ID is one. The stream continues after it.'],
    ],
    [
      { point: { ...point, uploadId: undefined, isComplete: true }, ended: undefined, isStoredNow: true },
      started,
      ['The upload u is complete: its archive ID is one. The source is compared with it.'],
    ],
  ] as const)
    t.strictSame(findingNotes(finding, 'u', time), notes)
})
