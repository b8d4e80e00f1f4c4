import t from 'tap'
import type { PutOptions } from '../../../../lib/cli/commands/archives/put.js'
import { resumeCommand } from '../../../../lib/cli/run/put/resume-command.js'
import { findingNotes } from '../../../../lib/cli/run/put/resume-notes.js'
import { UploadGoneError } from '../../../../lib/errors.js'
import { MIB } from '../../../../lib/sizes.js'
import { ARCHIVE } from '../../../helpers/wrong-values.js'

/** Options as the parser gives them, with the defaults of those that the user left out. */
const DEFAULTS = { onFailure: 'keep', volumes: true, progress: 'auto' } as const

t.test('the command that resumes is quoted for a shell', async (t) => {
  const stdin = { vaultName: 'docs', file: undefined }
  t.equal(
    resumeCommand(stdin, '-u', { ...DEFAULTS, local: true }),
    '… | glacier-pipe put --local --upload-id=-u docs',
  )
  t.equal(
    resumeCommand({ vaultName: 'docs', file: "it's $HOME.tar" }, undefined, {
      ...DEFAULTS,
      catalog: 'a b',
      profile: 'p',
    }),
    "glacier-pipe put '--catalog=a b' --profile=p --resume docs 'it'\\''s $HOME.tar'",
  )
  for (const file of ['-', '/dev/stdin', '/dev/fd/63'])
    t.equal(
      resumeCommand({ vaultName: 'docs', file }, 'u', DEFAULTS),
      '… | glacier-pipe put --upload-id=u docs',
    )
  t.equal(
    resumeCommand({ vaultName: '-v', file: '-f' }, 'u', DEFAULTS),
    'glacier-pipe put --upload-id=u -- -v ./-f',
  )
  for (const vaultName of ['docs', '-v'])
    t.equal(
      resumeCommand({ vaultName, file: undefined, command: ['pg_dump', 'secret'] }, undefined, DEFAULTS),
      `glacier-pipe put --resume ${vaultName === '-v' ? '-- -v' : 'docs'} -- …`,
    )
  t.equal(
    resumeCommand({ vaultName: 'docs', file: "a\n\u009bb\\'ä" }, 'u', DEFAULTS),
    "glacier-pipe put --upload-id=u docs $'a\\012\\302\\233b\\\\\\'ä'",
    'a name cannot control the terminal',
  )
})

t.test('the command that resumes repeats every option that was given', async (t) => {
  const given = {
    json: true,
    quiet: true,
    progress: 'never',
    catalog: 'c',
    local: true,
    localDir: 'l',
    region: 'r',
    profile: 'p',
    accountId: '-',
    endpoint: 'http://localhost',
    timeout: 1500,
    name: "it's",
    description: 'a b',
    partSize: MIB,
    expectedSize: 5,
    limitRate: 1000,
    hashThreads: 0,
    onFailure: 'abort',
    volumes: false,
    maxArchiveSize: 7_340_032,
    concurrency: 2,
    memory: 4_194_304,
    retryFor: 0,
  } as const satisfies PutOptions
  const expected = [
    ['--json', '--quiet', '--progress=never', '--catalog=c', '--local', '--local-dir=l', '--region=r'],
    ['--profile=p', '--account-id=-', '--endpoint=http://localhost', '--timeout=1.5s', "'--name=it'\\''s'"],
    ["'--description=a b'", '--part-size=1048576', '--expected-size=5', '--limit-rate=1000'],
    ['--hash-threads=0', '--on-failure=abort', '--no-volumes', '--max-archive-size=7340032'],
    ['--concurrency=2', '--memory=4194304', '--retry-for=0s'],
  ].flat()
  const stdin = { vaultName: 'docs', file: undefined }
  for (const [uploadId, selecting] of [
    ['u', '--upload-id=u'],
    [undefined, '--resume'],
  ] as const) {
    // The upload that this run resumed is not repeated: the new one may be another.
    const command = resumeCommand(stdin, uploadId, { ...given, resume: true, uploadId: 'earlier' })
    t.equal(command, `… | glacier-pipe put ${expected.join(' ')} ${selecting} docs`)
  }
})

t.test('a note says what is resumed, or why nothing is', async (t) => {
  const volume = { ...ARCHIVE, archiveId: 'one', vaultName: 'docs', treeHash: 'aa' }
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
