/** Objects of a bucket from outside, by the built command. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { MIB } from '../../lib/sizes.js'
import { commandEnvironment, ended, run, start } from '../helpers/command.js'

const bytes = randomBytes(24 * MIB + 1)

/** Starts a put of the first two parts, and waits until they are stored. */
async function begun(dir: string): Promise<ChildProcessWithoutNullStreams> {
  const child = start(['put', 's3://backups/k', '--local-dir', dir, '--part-size', '8MiB'])
  child.stdin.on('error', () => undefined) // the command is killed before it has read everything
  child.stdin.write(bytes.subarray(0, 16 * MIB))
  for (let parts = 0; parts < 2;) {
    const names = await readdir(join(dir, 'buckets'), { recursive: true }).catch(() => [])
    parts = names.filter((name) => name.endsWith('.part')).length
  }
  return child
}

t.test('a put that is killed is resumed, and sends no part again that is stored', async (t) => {
  const dir = t.testdir()
  const child = await begun(dir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const args = ['put', 's3://backups/k', '--local-dir', dir, '--part-size', '8MiB', '--resume']
  const resumed = await run(args, bytes)
  t.match(resumed, { code: 0, stderr: /in 4 parts \(2 already there\)/ })
  t.equal(resumed.stdout.toString(), 's3://backups/k\n')
})

t.test('without the SDK for S3, the remedy is one line, and the source is not read', async (t) => {
  const hooks = `export const resolve = (name, context, next) => {
    if (name !== '@aws-sdk/client-s3') return next(name, context)
    throw Object.assign(new Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))})`
  for (const command of [[], ['--', 'sh', '-c', 'echo started >&2']]) {
    const child = spawn(
      process.execPath,
      [
        ...['--import', dataUrl(register), join(import.meta.dirname, '../../dist/cli/bin.js')],
        ...['put', 's3://backups/k', '--local-dir', t.testdir(), '-q', ...command],
      ],
      { env: commandEnvironment() },
    )
    const { code, stderr } = await ended(child) // stdin stays open
    t.equal(code, 1)
    t.equal(stderr, 'glacier-pipe: Install @aws-sdk/client-s3: buckets need it, and it is not installed.\n')
  }
})

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`
}
