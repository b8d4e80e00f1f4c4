import t from 'tap'
import type { PutOptions } from '../../../../lib/cli/commands/archives/put.js'
import { resumeCommand } from '../../../../lib/cli/run/put/resume-command.js'
import { MIB } from '../../../../lib/sizes.js'

/** Options as the parser gives them, with the defaults of those that the user left out. */
const DEFAULTS = { onFailure: 'keep', volumes: true, progress: 'auto' } as const

t.test('the command that resumes is quoted for a shell', async (t) => {
  const stdin = { destination: 'docs', file: undefined }
  t.equal(
    resumeCommand(stdin, '-u', { ...DEFAULTS, local: true }),
    '… | glacier-pipe put --local --upload-id=-u docs',
  )
  t.equal(
    resumeCommand({ destination: 'docs', file: "it's $HOME.tar" }, undefined, {
      ...DEFAULTS,
      catalog: 'a b',
      profile: 'p',
    }),
    "glacier-pipe put '--catalog=a b' --profile=p --resume docs 'it'\\''s $HOME.tar'",
  )
  for (const file of ['-', '/dev/stdin', '/dev/fd/63'])
    t.equal(
      resumeCommand({ destination: 'docs', file }, 'u', DEFAULTS),
      '… | glacier-pipe put --upload-id=u docs',
    )
  t.equal(
    resumeCommand({ destination: '-v', file: '-f' }, 'u', DEFAULTS),
    'glacier-pipe put --upload-id=u -- -v ./-f',
  )
  for (const destination of ['docs', '-v'])
    t.equal(
      resumeCommand({ destination, file: undefined, command: ['pg_dump', 'secret'] }, undefined, DEFAULTS),
      `glacier-pipe put --resume ${destination === '-v' ? '-- -v' : 'docs'} -- …`,
    )
  t.equal(
    resumeCommand({ destination: 'docs', file: "a\n\u009bb\\'ä" }, 'u', DEFAULTS),
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
  const stdin = { destination: 'docs', file: undefined }
  for (const [uploadId, selecting] of [
    ['u', '--upload-id=u'],
    [undefined, '--resume'],
  ] as const) {
    // The upload that this run resumed is not repeated: the new one may be another.
    const command = resumeCommand(stdin, uploadId, { ...given, resume: true, uploadId: 'earlier' })
    t.equal(command, `… | glacier-pipe put ${expected.join(' ')} ${selecting} docs`)
  }
})
