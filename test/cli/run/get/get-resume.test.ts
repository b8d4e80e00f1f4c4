import { execFileSync } from 'node:child_process'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { ResumableError } from '../../../../lib/cli/command-errors.js'
import { withResumeHint } from '../../../../lib/cli/run/get/get-resume.js'
import { AbortError, ConnectionError } from '../../../../lib/errors.js'
import { MIB } from '../../../../lib/sizes.js'
import { ended, start } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { put, vaultFor } from '../../../helpers/put.js'
import { shell } from '../../../helpers/shell.js'
import { Readable } from 'node:stream'

t.test('a get that was stopped says what is kept, and the command it prints goes on', async (t) => {
  const dir = t.testdir()
  const { vault, where, keys } = await vaultFor(t, join(dir, 'v'))
  const bytes = patternBytes(6 * MIB)
  const stored = await put(['--part-size', '1MiB', ...where], keys, Readable.from([bytes]))
  const id = stored.stdout.toString().trim()
  const common = [...where, '--memory', '4MiB', '--concurrency', '1', 'docs']
  const requests = (): number => vault.traffic.of('GetJobOutput').requests
  for (const [signal, code, out, more, kept] of [
    ['SIGHUP', 129, "it's out", [], /The retrieval job is kept, and so is .*it's out\.partial\. To resume/],
    [
      'SIGTERM',
      143,
      'part',
      ['--range', '0-5MiB'],
      /kept. The range is retrieved again from its beginning\./,
    ],
    ['SIGINT', 130, undefined, [], /kept. The output on stdout starts again from its beginning\./],
  ] as const) {
    vault.faults.clear()
    vault.faults.add({ operation: 'GetJobOutput', fault: 'stall', nth: 4 }) // it goes no further
    const before = requests()
    const output = out === undefined ? [] : ['-o', join(dir, out)]
    const child = start(['get', ...common, ...more, ...output, '--progress', 'always', '--', id], keys)
    const stopped = ended(child)
    while (requests() < before + 4) await settled(1)
    if (signal === 'SIGHUP') while ((await sizeOf(`${join(dir, out)}.partial`)) < MIB) await settled(1)
    child.kill(signal)
    const found = await stopped
    t.match(found, { code, stderr: /Stopped\.\n/ })
    t.match(found.stderr, kept)
    vault.faults.clear()
    const paid = vault.traffic.of('InitiateJob').carriedOut
    const [, command = ''] = /run the same command again: (glacier-pipe get .*)\n$/.exec(found.stderr) ?? []
    const again = await shell(dir, `${command.replace('glacier-pipe', 'gp')} | tail -c 9`, keys)
    t.match(again, { code: 0 }, again.err)
    t.equal(vault.traffic.of('InitiateJob').carriedOut, paid, 'no job is paid for again')
    if (signal === 'SIGHUP') t.match(again.err, /\(\d already there\)/)
    const whole = more.length > 0 ? bytes.subarray(0, 5 * MIB) : bytes
    if (out !== undefined) t.ok((await readFile(join(dir, out))).equals(whole), out)
  }
  t.notOk((await readdir(dir)).some((name) => name.includes('.partial')))
})

t.test('the progress of a set is that of all its volumes, with those that are there already', async (t) => {
  const dir = t.testdir()
  const { vault, where, keys } = await vaultFor(t, join(dir, 'v'))
  const bytes = patternBytes(6 * MIB)
  const options = ['--part-size', '1MiB', '--max-archive-size', '2MiB', ...where]
  const [id = ''] = (await put(options, keys, Readable.from([bytes]))).stdout.toString().split('\n')
  const file = join(dir, 'out')
  const get = ['get', ...where, '--memory', '4MiB', '--concurrency', '1', '-o', file, '--progress', 'always']
  vault.faults.add({ operation: 'GetJobOutput', fault: 'stall', nth: 4 })
  const stopped = start([...get, 'docs', '--', id], keys)
  const end = ended(stopped)
  while ((await sizeOf(`${file}.partial`)) < 3 * MIB) await settled(1)
  stopped.kill('SIGKILL')
  await end
  vault.faults.clear()
  vault.faults.add({ operation: 'GetJobOutput', fault: 'slow', every: 1, bytesPerSecond: 2 * MIB })
  const found = await ended(start([...get, 'docs', '--', id], keys))
  t.match(found, { code: 0, stderr: /\([23] already there\)/ })
  t.ok((await readFile(file)).equals(bytes))
  const lines = [...found.stderr.matchAll(/retrieving (\d+) % of ([\d.]+ \w+)/g)]
  t.ok(lines.length > 0, found.stderr)
  for (const [line, percent, total] of lines) {
    t.ok(Number(percent) >= 33 && Number(percent) <= 100, line)
    t.equal(total, '6.00 MiB')
  }
})

t.test('what is kept depends on what was begun', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'out')
  const kept = 'The retrieval job is kept'
  const hint = async (error: unknown, more: object = {}): Promise<string | undefined> => {
    const broken = {
      output: file,
      again: undefined,
      hasJob: true,
      kept,
      argv: ['get', 'v', '-o', file],
      ...more,
    }
    const found = await withResumeHint(error, broken)
    return found instanceof ResumableError ? found.hint : undefined
  }
  const stopped = new AbortError()
  t.match(await hint(stopped), /^The retrieval job is kept\. To resume, .*: glacier-pipe get v -o \S+out$/)
  t.equal(await hint(stopped, { hasJob: false }), undefined, 'nothing was begun')
  if (process.platform !== 'win32')
    t.match(
      await hint(stopped, { output: '/dev/null' }),
      /The output on \/dev\/null starts again from its beginning\./,
    )
  t.equal(await hint(stopped, { kept: undefined }), undefined, 'an object that needs no restore')
  await writeFile(`${file}.partial`, 'x')
  t.match(await hint(stopped, { hasJob: false }), /out\.partial is kept\. To resume/)
  t.match(await hint(stopped, { again: 'The range' }), /The range is retrieved again/)
  t.match(
    await hint(stopped, { again: 'The object' }),
    /\. The object is retrieved again from its beginning\./,
  )
  const details = { operation: 'GetJobOutput', serviceCode: 'ECONNRESET' }
  t.match(await hint(new ConnectionError('x', details)), /out\.partial/)
  t.match(await hint(new ConnectionError('x', details), { kept: undefined }), /^\S+out\.partial is kept\./)
  t.equal(await hint(new ConnectionError('x', details), { hasJob: false }), undefined)
  t.equal(await hint(new Error('x')), undefined, 'the same command would fail again')
  const epipe = Object.assign(new Error('x'), { code: 'EPIPE', errno: -32, syscall: 'write' })
  t.equal(await hint(epipe, { output: undefined }), undefined)
  const full = Object.assign(new Error('x'), { code: 'ENOSPC', errno: -28, syscall: 'write' })
  t.match(await withResumeHint(full, { output: file, again: undefined, hasJob: true, kept, argv: [] }), {
    message: `${file}: no space left on device (ENOSPC).`,
    cause: { cause: full },
  })
  if (process.platform === 'win32') return
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  t.match(await hint(stopped, { output: fifo }), /^The retrieval job is kept\. /)
  t.match(await hint(stopped, { output: dir }), /^The retrieval job is kept\. /)
})

function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
