import t from 'tap'
import { resumeCommand } from '../../lib/cli/resume-notes.js'

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
})
