import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { envLines } from '../../../../lib/cli/run/serve/env-lines.js'
import { BIN, DATA, commandEnvironment, runHere, stage } from '../../../helpers/command.js'

const execute = promisify(execFile)
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0

t.test('the lines are quoted for a shell, and have no secret of the environment', (t) => {
  const vault = { endpoint: 'http://[::1]:80', region: 'r $(x)', accessKeyId: 'id', secretAccessKey: 'a/b+c' }
  t.strictSame(envLines(vault, 42), [
    "export AWS_ENDPOINT_URL_GLACIER='http://[::1]:80'",
    "export AWS_REGION='r $(x)'",
    "export AWS_DEFAULT_REGION='r $(x)'",
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
    'export AWS_ACCESS_KEY_ID=id',
    'export AWS_SECRET_ACCESS_KEY=a/b+c',
    'export GLACIER_PIPE_SERVE_PID=42',
  ])
  t.notMatch(envLines({ ...vault, secretAccessKey: undefined }, 42).join(), /KEY/)
  t.equal(
    envLines({ ...vault, s3Endpoint: 'http://[::1]:81' }, 42)[1],
    "export AWS_ENDPOINT_URL_S3='http://[::1]:81'",
  )
  t.end()
})

t.test('serve --env prints the lines, closes stdout, and keeps running', async (t) => {
  const it = stage()
  const closed = new Promise<void>((resolve) => {
    Object.assign(it.io, { closeStdout: resolve })
  })
  const ended = runHere(['serve', '--dir', t.testdir(), '--env'], it)
  await closed
  t.match(it.out(), /^export AWS_ENDPOINT_URL_GLACIER=http:.*\n[^]*\nexport GLACIER_PIPE_SERVE_PID=\d+\n$/)
  it.interrupt.abort('SIGTERM')
  t.equal(await ended, 143)
  t.notMatch(it.err(), /Run with --json/)
  t.equal(await runHere(['serve', '--env', '--json'], stage()), 2)
})

t.test('serve -q that is stopped prints nothing', async (t) => {
  const it = stage(undefined, [], {
    XDG_DATA_HOME: DATA,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'secret',
  })
  const closed = new Promise<void>((resolve) => {
    Object.assign(it.io, { closeStdout: resolve })
  })
  const ended = runHere(['serve', '--dir', t.testdir(), '-q', '--env'], it)
  await closed
  it.interrupt.abort('SIGINT')
  t.equal(await ended, 130)
  t.equal(it.err(), '')
  t.notMatch(it.out(), /secret/)
})

t.test(
  'a shell evaluates the lines of a server in the background, and uses its vaults',
  { skip: !hasBash && 'bash is not installed' },
  async (t) => {
    const script =
      'eval "$("$0" "$1" serve --dir "$2" --env -q &)" && "$0" "$1" vault create docs && "$0" "$1" vault ls; kill "$GLACIER_PIPE_SERVE_PID"'
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...env } = commandEnvironment()
    t.strictSame([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY], [undefined, undefined])
    const { stdout } = await execute('bash', ['-c', script, process.execPath, BIN, t.testdir()], { env })
    t.equal(stdout, 'docs\n')
  },
)
