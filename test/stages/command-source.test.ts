import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import t from 'tap'
import { SourceCommandError } from '../../lib/errors.js'
import { fromCommand, type CommandSource, type FromCommandOptions } from '../../lib/stages/command-source.js'
import { childrenOf, shellGate } from '../helpers/commands.js'
import { settled } from '../helpers/gate.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const SECRET = 'hunter2'
const NO_SIGNALS = process.platform === 'win32' && 'there are no signals'

/** A shell script as a source. The secret is one of its arguments. */
function script(code: string, options?: FromCommandOptions): CommandSource {
  return fromCommand('sh', ['-c', code, 'sh', SECRET], options)
}

/** The error that a promise rejects with. */
function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The error of a source that is read to its end. */
async function errorOf(source: CommandSource): Promise<SourceCommandError> {
  return (await rejectionOf(text(source))) as SourceCommandError
}

t.test('the whole output of a command is read, at the pace of its reader', async (t) => {
  const bytes = patternBytes(3_000_000)
  const file = join(t.testdir(), 'bytes')
  await writeFile(file, bytes)
  const [child] = [childrenOf(t)]
  const source = fromCommand('cat', [file])
  await once(source, 'spawn')
  await settled(100)
  t.equal(child[0]?.exitCode, null, 'it waits until its output is read')
  t.ok(source.readableLength < 1_000_000)
  t.ok((await buffer(source)).equals(bytes))
  t.equal(await text(fromCommand('true')), '', 'no output and the status 0 is an empty source')
})

t.test('a command is started without a shell, which would expand its words', async (t) => {
  const words = ['$HOME', '*', '; echo x', '`id`', '| cat', "'"]
  t.equal(await text(fromCommand('printf', ['%s\\n', ...words])), `${words.join('\n')}\n`)
})

t.test('folder, environment and standard input are those that were given', async (t) => {
  const dir = t.testdir()
  t.equal(await text(script('pwd -P', { cwd: dir })), await text(fromCommand('pwd', ['-P'], { cwd: dir })))
  t.equal(await text(script('echo "$A"', { env: { ...process.env, A: 'b' } })), 'b\n')
  t.equal(await text(script('cat')), '', 'stdin is empty')
  t.equal(await text(script('[ "$(ps -o pgid= -p $$)" -eq $$ ]; echo $?', { detached: true })), '0\n')
  t.equal(await text(script('[ "$(ps -o pgid= -p $$)" -eq $$ ]; echo $?')), '1\n')
})

t.test('a command that does not exit with 0 fails the source, whatever it has written', async (t) => {
  for (const [code, end, message] of [
    [
      'exit 1',
      { exitStatus: 1, signal: undefined },
      /^The command "sh" failed: it exited with the status 1\./,
    ],
    ['head -c 300000 /dev/zero; exit 255', { exitStatus: 255, signal: undefined }, /status 255\./],
    ['exec >&-; exit 3', { exitStatus: 3, signal: undefined }, /status 3\./],
    ['echo done; kill -9 $$', { exitStatus: undefined, signal: 'SIGKILL' }, /ended by SIGKILL\./],
    ['exec 0<&- >&-; kill -TERM $$', { exitStatus: undefined, signal: 'SIGTERM' }, /ended by SIGTERM\./],
  ] as const) {
    const error = await errorOf(script(code))
    t.match(
      error,
      { name: 'SourceCommandError', code: 'ERR_SOURCE_COMMAND', command: 'sh', ...end, message },
      code,
    )
    t.notMatch(inspect(error, { depth: 9 }), SECRET)
  }
})

t.test('a command that cannot be started fails the source, and the error has no argument', async (t) => {
  const dir = t.testdir({ plain: 'echo hi' })
  await chmod(join(dir, 'plain'), 0o644)
  const huge = 'x'.repeat(4_000_000)
  for (const [command, more, code, options] of [
    ['no-such-program', [], 'ENOENT', {}],
    [join(dir, 'none'), [], 'ENOENT', {}],
    [dir, [], 'EACCES', {}],
    [join(dir, 'plain'), [], 'EACCES', {}],
    [join(dir, 'plain', 'x'), [], 'ENOTDIR', {}],
    ['sh', [huge], 'E2BIG', {}],
    ['sh', [], 'ENOENT', { cwd: join(dir, 'none') }],
  ] as const) {
    const error = await errorOf(fromCommand(command, [SECRET, ...more], options))
    const end = { exitStatus: undefined, signal: undefined, cause: { code } }
    t.match(error, { code: 'ERR_SOURCE_COMMAND', command, ...end }, code)
    t.match(error.message, new RegExp(`^The command ".*" cannot be started: [a-z ]+ \\(${code}\\)\\.$`))
    t.notMatch(inspect(error, { depth: 9 }), SECRET)
  }
})

t.test('arguments are checked at once, and no message shows their values', (t) => {
  const wrong: [args: unknown, options?: unknown][] = [
    [SECRET],
    [[`${SECRET}\0`]],
    [[7]],
    [[], { env: { A: `${SECRET}\0` } }],
    [[], { env: { [`${SECRET}\0`]: 'a' } }],
    [[], { env: { A: 7 } }],
    [[], { env: SECRET }],
  ]
  for (const [args, options] of wrong) {
    const call = (): unknown => fromCommand('true', args as string[], options as FromCommandOptions)
    t.throws(call, { message: /of fromCommand must be/ }, inspect(args))
    try {
      call()
    } catch (error) {
      if (Array.isArray(args)) t.notMatch(String(error), SECRET)
    }
  }
  t.doesNotThrow(() => fromCommand('true', [], { env: { ...process.env, NONE: undefined } }).destroy())
  t.end()
})

t.test('the end of the output is not the end of the source before the command has exited', async (t) => {
  for (const status of [0, 5]) {
    t.testdir()
    const gate = shellGate(t)
    const source = script(`echo output; exec >&-; ${gate.wait}; exit ${status}`)
    let hasEnded = false
    source.once('end', () => (hasEnded = true))
    const read = text(source)
    read.catch(() => undefined)
    const open = await gate.reached()
    await settled(100)
    t.equal(hasEnded, false, 'its output has ended long ago')
    await open()
    if (status === 0) t.equal(await read, 'output\n')
    else t.match(await rejectionOf(read), { exitStatus: status })
    t.equal(hasEnded, status === 0)
  }
})

t.test('the exit of the command is not the end of the source before the output has ended', async (t) => {
  t.testdir()
  const children = childrenOf(t)
  const gate = shellGate(t)
  const source = script(`{ ${gate.wait}; echo late; } & exit 0`)
  const read = text(source)
  const open = await gate.reached()
  while (children[0]?.exitCode === null) await turn()
  await settled(100)
  t.equal(source.readableEnded, false, 'another process still has the output')
  await open()
  t.equal(await read, 'late\n')
})

t.test('a command that fails is not waited for while another process has its output', async (t) => {
  t.testdir()
  const gate = shellGate(t)
  const failed = errorOf(script(`{ ${gate.wait}; } & exit 4`))
  const open = await gate.reached()
  t.match(await failed, { exitStatus: 4 })
  await open()
})

t.test('a source that is destroyed ends its command', { skip: NO_SIGNALS }, async (t) => {
  const sleeps = 'exec sleep 1000'
  const stubborn = "trap '' TERM HUP; echo; exec sleep 1000"
  // After so many pauses of five seconds, the command ends by this signal.
  for (const [what, code, reason, passed, expected] of [
    ['by default', sleeps, undefined, 0, 'SIGTERM'],
    ['one that ignores SIGTERM', stubborn, undefined, 1, 'SIGKILL'],
    ['after SIGTERM', sleeps, 'SIGTERM', 0, 'SIGTERM'],
    ['after SIGHUP', sleeps, 'SIGHUP', 0, 'SIGHUP'],
    ['after SIGINT, which the terminal has sent', sleeps, 'SIGINT', 1, 'SIGTERM'],
    ['one that ignores all', stubborn, 'SIGHUP', 2, 'SIGKILL'],
  ] as const) {
    const [children, interrupt, clock] = [childrenOf(t), new AbortController(), new VirtualClock(false)]
    const source = script(code, { signal: interrupt.signal, clock })
    const failed = rejectionOf(text(source))
    await once(source, code === stubborn ? 'data' : 'spawn')
    const closed = new Promise((resolve) => source.once('close', resolve))
    if (reason === undefined) source.destroy()
    else interrupt.abort(reason)
    for (let i = 0; i < passed; i++) {
      while (clock.sleeping === 0) await turn()
      clock.wake()
    }
    await closed
    t.equal(children[0]?.signalCode, expected, what)
    t.strictSame(clock.pauses, Array(passed + (expected === 'SIGKILL' ? 0 : 1)).fill(5000), what)
    if (reason === undefined) t.match(await failed, { code: 'ERR_STREAM_PREMATURE_CLOSE' })
    else t.match(await failed, { name: 'AbortError', code: 'ABORT_ERR', cause: reason })
  }
})

t.test('a command in a session of its own receives SIGINT too', { skip: NO_SIGNALS }, async (t) => {
  const children = childrenOf(t)
  const interrupt = new AbortController()
  const source = script('exec sleep 1000', { detached: true, signal: interrupt.signal })
  await once(source, 'spawn')
  interrupt.abort('SIGINT')
  t.match(await errorOf(source), { name: 'AbortError' })
  t.equal(children[0]?.signalCode, 'SIGINT')
})

t.test(
  'a command that writes ends without a signal once its output is closed',
  { skip: NO_SIGNALS },
  async (t) => {
    const children = childrenOf(t)
    const interrupt = new AbortController()
    const source = script('exec yes 2>&-', { signal: interrupt.signal, clock: new VirtualClock(false) })
    source.on('error', () => undefined)
    await once(source, 'readable')
    interrupt.abort('SIGINT') // no time passes, so that no signal follows
    await new Promise((resolve) => source.once('close', resolve))
    const { exitCode, signalCode } = children[0] ?? {}
    t.ok(exitCode === 1 || signalCode === 'SIGPIPE', `${exitCode} ${signalCode}`)
  },
)

t.test('a command is not started for a signal that has fired', async (t) => {
  const marker = join(t.testdir(), 'marker')
  const error = await errorOf(script(`: >'${marker}'`, { signal: AbortSignal.abort('why') }))
  t.match(error, { name: 'AbortError', cause: 'why' })
  t.notOk(existsSync(marker))
  const source = script('exec sleep 1000')
  source.destroy()
  await new Promise((resolve) => source.once('close', resolve))
  t.pass('one that is destroyed while it starts')
})

t.test('a process that may not be signalled is not waited for', async (t) => {
  const signals: unknown[] = []
  let isReferenced = true
  const child = Object.assign(new EventEmitter(), {
    exitCode: null,
    signalCode: null,
    kill: (signal: string) => {
      signals.push(signal)
      return false
    },
    unref: () => (isReferenced = false),
  })
  const { endProcess, signalsAfter } = await import('../../lib/stages/end-process.js')
  await endProcess(
    child as unknown as Parameters<typeof endProcess>[0],
    signalsAfter(0, true),
    new VirtualClock(),
  )
  t.strictSame(signals, ['SIGTERM', 'SIGKILL'])
  t.equal(isReferenced, false)
})

t.test('a reason that is not of the system has its code alone', async (t) => {
  const refuse = (message: unknown): void => {
    Object.assign((message as { process: object }).process, {
      spawn: () => {
        throw Object.assign(new Error(SECRET), { code: 'ERR_ACCESS_DENIED' }) // as under the permission model
      },
    })
  }
  subscribe('child_process', refuse)
  t.teardown(() => unsubscribe('child_process', refuse))
  const error = await errorOf(script('exit 0'))
  t.match(error, { code: 'ERR_SOURCE_COMMAND', message: /cannot be started: \(ERR_ACCESS_DENIED\)\.$/ })
  t.notMatch(inspect(error, { depth: 9 }), SECRET)
})

t.test('errors of the process and of its output', async (t) => {
  const children = childrenOf(t)
  const source = script('echo a; exec sleep 1000')
  const read = rejectionOf(text(source))
  await once(source, 'data')
  children[0]?.emit('error', new Error('kill EPERM')) // as for a process of another user
  await settled()
  t.notOk(source.destroyed)
  children[0]?.stdout?.destroy(new Error('read EIO'))
  t.match(await read, { message: 'read EIO' })
  t.equal(children[0]?.signalCode, 'SIGTERM')
})
