import t from 'tap'
import { resumeCommand } from '../../lib/cli/run/put/resume-command.js'
import { findingNotes } from '../../lib/cli/run/put/resume-notes.js'
import { UploadGoneError } from '../../lib/errors.js'
import { ARCHIVE } from '../helpers/wrong-values.js'

const MIB = 1_048_576

t.test('the command to go on with is one a shell takes as it is meant', async (t) => {
  const local = { onFailure: 'keep', volumes: true, progress: 'auto', local: true } as const
  t.equal(resumeCommand('docs', undefined, '-u', local), '… | glacier-pipe put --local --upload-id=-u docs')
  t.equal(
    resumeCommand('docs', "it's $HOME.tar", undefined, {
      ...local,
      local: false,
      catalog: 'a b',
      profile: 'p',
    }),
    "glacier-pipe put --profile=p '--catalog=a b' --resume docs 'it'\\''s $HOME.tar'",
  )
  t.equal(
    resumeCommand('docs', '-', 'u', { ...local, local: false }),
    '… | glacier-pipe put --upload-id=u docs',
  )
  const plain = { ...local, local: false }
  for (const descriptor of ['/dev/stdin', '/dev/fd/63'])
    t.equal(resumeCommand('docs', descriptor, 'u', plain), '… | glacier-pipe put --upload-id=u docs')
  t.equal(resumeCommand('-v', '-f', 'u', plain), 'glacier-pipe put --upload-id=u -- -v -f')
  t.equal(
    resumeCommand('docs', "a\n\u009bb\\'ä", 'u', plain),
    "glacier-pipe put --upload-id=u docs $'a\\012\\302\\233b\\\\\\'ä'",
    'nothing in it steers a terminal',
  )
})

t.test('a stream without an upload is resumed by its name', async (t) => {
  const options = { onFailure: 'keep', volumes: true, progress: 'auto' } as const
  for (const [given, words] of [
    [{}, '--resume docs'],
    [{ name: 'a b' }, "'--name=a b' --resume docs"],
    [{ description: 'd' }, '--name=d --resume docs'],
    [{ name: 'n', description: 'd' }, '--name=n --resume docs'],
  ] as const)
    t.equal(
      resumeCommand('docs', undefined, undefined, { ...options, ...given }),
      `… | glacier-pipe put ${words}`,
    )
  t.equal(
    resumeCommand('docs', undefined, 'u', { ...options, name: 'n' }),
    '… | glacier-pipe put --upload-id=u docs',
    'an upload ID needs no name',
  )
})

t.test('what is resumed is told in a line, and what is not is told why', async (t) => {
  const volume = { ...ARCHIVE, archiveId: 'one', vaultName: 'docs', treeHash: 'aa' }
  const point = { partSize: MIB, description: undefined, earlierVolumes: [volume], isComplete: false }
  const ended = new UploadGoneError('u')
  const begun = '2026-01-01T00:00:00.000Z'
  for (const [finding, time, notes] of [
    [
      { point: { ...point, uploadId: 'u' }, ended: undefined, isStoredNow: false },
      begun,
      [`Resuming the upload u, begun ${begun}.`],
    ],
    [
      { point: { ...point, uploadId: 'u' }, ended: undefined, isStoredNow: false },
      undefined,
      ['Resuming the upload u.'],
    ],
    [
      { point: { ...point, uploadId: undefined }, ended, isStoredNow: false },
      begun,
      [ended.message, `Resuming after volume 1, begun ${begun}.`],
    ],
    [{ point: undefined, ended, isStoredNow: false }, begun, [ended.message]],
    [
      { point: { ...point, uploadId: undefined }, ended: undefined, isStoredNow: true },
      begun,
      ['The upload u is completed: its archive ID is one. The stream continues after it.'],
    ],
    [
      { point: { ...point, uploadId: undefined, isComplete: true }, ended: undefined, isStoredNow: true },
      begun,
      ['The upload u is completed: its archive ID is one. The source is compared with it.'],
    ],
  ] as const)
    t.strictSame(findingNotes(finding, 'u', time), notes)
})
