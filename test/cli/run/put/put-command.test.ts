import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandInput } from '../../../../lib/cli/run/put/command-input.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { childrenOf, shellGate } from '../../../helpers/commands.js'
import { settled } from '../../../helpers/gate.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { recordsOf } from '../../../helpers/put.js'
import { worldFor } from '../../../helpers/world.js'

const credentials = await configuredCredentials(t)
const SECRET = 'hunter2'
const sh = (code: string): string[] => ['--', 'sh', '-c', code, 'sh', SECRET]
const small = ['--part-size', '1MiB']

/** Runs a function in an environment without a region and without credentials. */
async function withoutConfiguration(test: Test, run: () => Promise<void>): Promise<void> {
  const none = join(test.testdirName, 'no-configuration')
  const before = { ...process.env }
  for (const name of Object.keys(before).filter((one) => one.startsWith('AWS_')))
    Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, {
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  try {
    await run()
  } finally {
    for (const name of Object.keys(process.env).filter((one) => one.startsWith('AWS_')))
      Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, before)
  }
}

t.test('put stores the output of a command that succeeds', async (t) => {
  const { run, records, vault } = await worldFor(t, credentials)
  const bytes = patternBytes(3 * MIB + 5)
  const file = join(vault.dir, 'bytes')
  await writeFile(file, bytes)
  const { code, out, err } = await run(['put', 'docs', ...small, '--', 'cat', file])
  t.match({ code, out, err }, { code: 0, out: /^[\w-]{138}\n$/, err: /stored 3\.00 MiB in 4 parts/ })
  const archive = (await records()).find(({ type }) => type === 'archive')
  t.match(archive, { size: bytes.length })
  t.equal((archive as { name?: string }).name, undefined, 'as for stdin')
  const back = join(vault.dir, 'back')
  t.match(await run(['get', 'docs', '-o', back, '--', out.trim()]), { code: 0 })
  t.ok((await readFile(back)).equals(bytes))
  t.match(
    await run(['put', 'docs', '--name', 'n', '--', 'echo', '--json', '--help', '-q', '--debug', '--']),
    { code: 0 },
    'all words are the command’s',
  )
  t.match(
    (await records()).findLast(({ type }) => type === 'archive'),
    { size: 28, name: 'n' },
  )
  t.match(await run(['put', 'docs', '--', 'true']), { code: 1, err: /The source ended without a byte/ })
})

t.test('a command that fails is exit code 3 and leaves no archive, whatever was sent', async (t) => {
  const { run, records, vault } = await worldFor(t, credentials)
  for (const [what, code, message, more] of [
    ['nothing written', 'exit 7', /"sh" failed: it exited with the status 7\./, []],
    ['one part', 'echo x; exit 1', /the status 1\./, []],
    ['killed', 'echo x; kill -9 $$', /it was ended by SIGKILL\./, []],
    ['several parts', 'head -c 5M /dev/zero; exit 1', /the status 1\./, []],
    ['aborted', 'head -c 5M /dev/zero; exit 1', /the status 1\./, ['--on-failure', 'abort']],
    ['a shell cannot find its program', 'no-such-program 2>&-', /the status 127\./, []],
  ] as const) {
    const { code: exit, out, err } = await run(['put', 'docs', ...small, ...more, ...sh(code)])
    t.match({ exit, out, err }, { exit: 3, out: '', err: message }, what)
    t.notMatch(err, SECRET)
  }
  for (const operation of ['UploadArchive', 'CompleteMultipartUpload'])
    t.equal(vault.traffic.of(operation).carriedOut, 0, operation)
  t.notOk((await records()).some(({ type }) => type === 'archive'))
  t.notMatch(JSON.stringify(await records()), SECRET)
})

t.test('a command that cannot be started is exit code 2, before anything is sent or recorded', async (t) => {
  const { run, records, vault } = await worldFor(t, credentials)
  for (const [words, reason] of [
    [
      ['no-such-program', SECRET],
      /"no-such-program" cannot be started: no such file or directory \(ENOENT\)\.\n$/,
    ],
    [[vault.dir, SECRET], /cannot be started: permission denied \(EACCES\)\.\n$/],
    [['true', SECRET.padEnd(4_000_000)], /cannot be started: argument list too long \(E2BIG\)\.\n$/],
    [['', SECRET], /The command after -- must be a path: a string that is not empty/],
    [[], /A command must follow --, as in: put VAULT -- pg_dump shop/],
  ] as const) {
    const { code, out, err } = await run(['put', 'docs', ...small, '--', ...words])
    t.match({ code, out, err }, { code: 2, out: '', err: reason })
    t.notMatch(err, SECRET)
  }
  t.match(await run(['put', 'docs', 'file', '--', 'true']), { code: 2, err: /two sources.* FILE is file/ })
  t.match(await run(['put', 'docs', '-', '--', 'true']), { code: 2, err: /two sources/ })
  t.strictSame(vault.traffic.all(), {})
  t.strictSame(await records(), [])
})

t.test('a command is not started before the upload can begin, nor by --dry-run', async (t) => {
  const dir = t.testdir()
  const marker = join(dir, 'marker')
  const touch = ['--', 'sh', '-c', `: >'${marker}'; echo x`]
  const it = stage(Buffer.alloc(0), [], {})
  t.equal(await runHere(['put', 'docs', '--dry-run', '--expected-size', '1GiB', ...touch], it), 0)
  t.match(it.out(), /source {7}1\.00 GiB: 64 parts/)
  t.equal(await runHere(['put', 'docs', '--endpoint', 'x', ...touch], it), 2)
  t.equal(await runHere(['put', 'docs', '--part-size', '3MiB', '--local-dir', dir, ...touch], it), 2)
  await withoutConfiguration(t, async () => {
    const noRegion = stage(Buffer.alloc(0), [], {})
    const to = ['--catalog', join(dir, 'catalog')]
    t.equal(await runHere(['put', 'docs', ...to, ...touch], noRegion), 1)
    t.match(noRegion.err(), /^glacier-pipe: No region is set\. Select one with --region/)
    const noKeys = stage(Buffer.alloc(0), [], {})
    t.equal(await runHere(['put', 'docs', '--region', 'us-east-1', ...to, ...touch], noKeys), 1)
    t.match(noKeys.err(), /^glacier-pipe: [^\n]*Credentials come from AWS_ACCESS_KEY_ID/)
  })
  t.notOk(existsSync(marker))
  t.equal(await runHere(['put', 'docs', '--local-dir', join(dir, 'v'), ...touch], it), 0)
  t.ok(existsSync(marker))
})

t.test('--resume runs the command again and sends only what is missing', async (t) => {
  for (const name of [[], ['--name', 'n']]) {
    const { run, vault } = await worldFor(t, credentials)
    const bytes = patternBytes(4 * MIB + 1)
    const [file, counter] = [join(vault.dir, 'bytes'), join(vault.dir, 'counter')]
    await writeFile(file, bytes)
    const gate = shellGate(t)
    const words = (end: string): string[] => sh(`echo >>'${counter}'; cat '${file}'; ${end}`)
    const failing = run(['put', 'docs', ...name, ...small, ...words(`exec >&-; ${gate.wait}; exit 1`)])
    const open = await gate.reached()
    while (vault.traffic.of('UploadMultipartPart').carriedOut < 4) await settled(1)
    await open()
    const { code, err } = await failing
    t.equal(code, 3)
    const [, uploadId = ''] = /--upload-id=(\S+) docs -- …\n$/.exec(err) ?? []
    t.match(err, /To resume, run the same command again, with your command in place of …: glacier-pipe put /)
    t.notMatch(err, SECRET)
    const before = vault.traffic.of('UploadMultipartPart').carriedOut
    const resumed = await run(['put', 'docs', '--resume', ...name, ...words('exit 0')])
    t.match(resumed, { code: 0, err: new RegExp(`Resuming the upload ${uploadId}`) }, resumed.err)
    t.ok(vault.traffic.of('UploadMultipartPart').carriedOut - before <= 1)
    t.equal(await readFile(counter, 'utf8'), '\n\n', 'it ran twice')
    const stored = await run(['put', 'docs', `--upload-id=${uploadId}`, ...words('exit 5')])
    t.match(stored, { code: 3, out: '' }, 'compared with the stored archive')
    const other = await run(['put', 'docs', `--upload-id=${uploadId}`, ...sh('echo other')])
    t.match(other, { code: 3, err: /run put again without --upload-id/ })
  }
})

t.test('an output that differs is refused, with the command that resumes the old upload', async (t) => {
  const { run, vault } = await worldFor(t, credentials)
  vault.faults.add({ fault: 'error-500', operation: 'UploadMultipartPart', nth: 2 })
  const givesUp = ['--retry-for', '0s', '--concurrency', '1']
  const failed = await run(['put', 'docs', ...small, ...givesUp, ...sh('head -c 3M /dev/zero')])
  t.match(
    failed,
    {
      code: 3,
      err: /run the same command again, with your command in place of …: glacier-pipe put [^\n]* docs -- …\n$/,
    },
    failed.err,
  )
  const [, uploadId = ''] = /--upload-id=(\S+)/.exec(failed.err) ?? []
  const differs = await run(['put', 'docs', `--upload-id=${uploadId}`, ...sh('echo short')])
  t.match(differs, {
    code: 3,
    err: /To resume the old upload, run this with a command that gives the old output in place of …: glacier-pipe put [^\n]* docs -- …\n$/,
  })
})

t.test('the volumes of a command that fails later are an incomplete set', async (t) => {
  const { run, records, vault } = await worldFor(t, credentials)
  const gate = shellGate(t)
  const volumes = ['--max-archive-size', '2MiB', ...small]
  const failing = run(['put', 'docs', ...volumes, ...sh(`head -c 5M /dev/zero; ${gate.wait}; exit 1`)])
  const open = await gate.reached()
  while (vault.traffic.of('CompleteMultipartUpload').carriedOut < 2) await settled(1)
  await open()
  t.match(await failing, { code: 3, out: '', err: /Volume 1 is stored\./ })
  const [first] = (await records()).flatMap((it) => (it.type === 'archive' ? it.archiveId : []))
  t.match((await run(['ls'])).out, / {2}2 volumes, incomplete: another volume should follow\n$/)
  const back = join(vault.dir, 'back')
  const get = (...args: string[]): ReturnType<typeof run> =>
    run(['get', 'docs', '-o', back, ...args, '--', first ?? ''])
  t.match(await get(), {
    code: 1,
    out: '',
    err: /was not stored to its end.* With --incomplete, get retrieves/,
  })
  t.equal(vault.traffic.of('InitiateJob').carriedOut, 0)
  t.notOk(existsSync(back))
  t.match(await get('--incomplete', '-q'), { code: 0, err: /Warning: .*the last volume is not among them/ })
  t.ok((await readFile(back)).equals(Buffer.alloc(4 * MIB)))
})

t.test('a signal ends the command, which has ended when the put has', async (t) => {
  const vaults = join(t.testdir(), 'v')
  const children = childrenOf(t)
  for (const [reason, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const it = stage(Buffer.alloc(0), [], {})
    const gate = shellGate(t)
    const ended = runHere(['put', 'docs', '--local-dir', vaults, ...sh(`echo x; ${gate.wait}`)], it)
    const open = await gate.reached()
    it.interrupt.abort(reason)
    t.equal(await ended, code)
    t.equal(it.err(), 'glacier-pipe: Stopped.\n')
    t.equal(children.pop()?.signalCode, reason)
    await open()
  }
  const stopped = stage(Buffer.alloc(0), [], {})
  stopped.interrupt.abort('SIGINT')
  t.equal(await runHere(['put', 'docs', '--local-dir', vaults, ...sh('exit 0')], stopped), 130)
  t.strictSame(children, [])
  const catalog = join(vaults, 'catalog.jsonl')
  t.notOk((await recordsOf(catalog)).some(({ type }) => type === 'archive'))
})

t.test('a command is not started after the signal, and that is no usage error', async (t) => {
  const { io, interrupt } = stage()
  interrupt.abort('SIGINT')
  const input = commandInput(['true'], io)
  await t.rejects(Promise.resolve(input.open()), { name: 'AbortError' })
  await input.close()
})
