import { execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  endBySignal,
  ignoresHangup,
  interruptOf,
  processStatus,
  type SignalledProcess,
} from '../../lib/cli/interrupt.js'
import { MIB } from '../../lib/sizes.js'
import { BIN, countStartsInCoverage, ended, start } from '../helpers/command.js'
import { settled } from '../helpers/gate.js'
import { NO_PROC, untilWaitingForWriter } from '../helpers/shell.js'

countStartsInCoverage()

const CODES = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

/** A process that counts its ends. */
class Signalled extends EventEmitter {
  readonly pid = 7
  readonly kills: unknown[] = []
  kill(pid: number, signal?: string | number): true {
    this.kills.push([pid, signal])
    return true
  }
}

t.test('the first signal stops the command, and only SIGINT and SIGTERM end it after that', (t) => {
  for (const [name] of CODES) {
    const it = new Signalled()
    const signal = interruptOf(it as unknown as SignalledProcess, false)
    it.emit(name, name)
    t.match(signal, { aborted: true, reason: name })
    t.equal(it.listenerCount('SIGINT') + it.listenerCount('SIGTERM'), 0, 'the system’s default is back')
    it.emit('SIGHUP', 'SIGHUP')
    t.equal(signal.reason, name, 'a hangup has no effect')
  }
  t.end()
})

t.test('a hangup that is to be ignored is', (t) => {
  const it = new Signalled()
  const signal = interruptOf(it as unknown as SignalledProcess, true)
  it.emit('SIGHUP', 'SIGHUP')
  t.notOk(signal.aborted)
  it.emit('SIGTERM', 'SIGTERM')
  t.equal(signal.reason, 'SIGTERM')
  t.end()
})

t.test('a thread that cannot be stopped does not hold the process', async (t) => {
  t.capture(globalThis, 'setTimeout', (act: () => void) => {
    act()
    return { unref: () => undefined }
  })
  const it = new Signalled()
  it.on('SIGHUP', () => undefined)
  endBySignal(it as unknown as SignalledProcess, AbortSignal.abort('SIGHUP'))
  t.strictSame(it.kills, [[7, 'SIGHUP']])
  t.equal(it.listenerCount('SIGHUP'), 0)
})

t.test('that a hangup is ignored is known from nohup, and from the parent process', (t) => {
  const status = (ignored: string): string => `Name:\tsh\nSigBlk:\t0000000000000001\nSigIgn:\t${ignored}\n`
  for (const [env, parent, isIgnored] of [
    [{}, undefined, false],
    [{ _: '/usr/bin/glacier-pipe' }, undefined, false],
    [{ _: '/usr/bin/nohup' }, undefined, true],
    [{}, status('0000000000001000'), false],
    [{}, status('0000000000001001'), true],
    [{}, status('000000000000000f'), true],
    [{}, 'something else', false],
  ] as const)
    t.equal(ignoresHangup(env, parent), isIgnored, `${JSON.stringify(env)} ${parent}`)
  t.equal(processStatus(-1), undefined)
  t.end()
})

t.test('a FIFO without a writer is abandoned on the first signal', { skip: NO_PROC }, async (t) => {
  const dir = t.testdir()
  const commands = [
    (fifo: string) => ['put', 'docs', fifo, '--local-dir', join(dir, 'v')],
    (fifo: string) => ['hash', fifo],
    (fifo: string) => ['hash', '--check', fifo],
  ]
  for (const [index, command] of commands.entries()) {
    await Promise.all(
      CODES.slice(0, index === 0 ? 3 : 1).map(async ([signal, code]) => {
        const fifo = join(dir, `fifo-${index}-${signal}`) // whoever ends its wait would end those of others on one FIFO
        execFileSync('mkfifo', [fifo])
        const args = command(fifo)
        const child = start(args)
        await untilWaitingForWriter(child)
        child.kill(signal)
        t.match(await ended(child), { code, stderr: 'glacier-pipe: Stopped.\n' }, `${args[0]} ${signal}`)
      }),
    )
  }
})

t.test('a FIFO whose writer is silent is abandoned as well', { skip: NO_PROC }, async (t) => {
  const dir = t.testdir()
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  for (const args of [
    ['put', 'docs', fifo, '--local-dir', join(dir, 'v')],
    ['hash', fifo],
  ]) {
    const child = start(args)
    const writer = await open(fifo, 'w') // when it is open, the command has opened it too
    await settled()
    child.kill('SIGTERM')
    t.match(await ended(child), { code: 143, stderr: 'glacier-pipe: Stopped.\n' }, String(args[0]))
    await writer.close()
  }
})

t.test('a FIFO that is removed meanwhile does not hold the process', { skip: NO_PROC }, async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const child = start(['hash', fifo])
  await untilWaitingForWriter(child)
  await rm(fifo)
  child.kill('SIGINT')
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  t.ok(code === 130 || signal === 'SIGINT', 'a shell takes both for 130')
})

t.test('a command under nohup survives a hangup', { skip: NO_PROC }, async (t) => {
  const put = [process.execPath, BIN, 'put', 'docs', '--local-dir', t.testdir(), '--quiet']
  const quoted = put.map((word) => `'${word}'`).join(' ')
  for (const [script, code] of [
    [`nohup ${quoted}; exit $?`, 0],
    [`trap '' HUP; ${quoted}; exit $?`, 0],
    [`${quoted}; exit $?`, 129],
  ] as const) {
    const shell = spawn('bash', ['-c', script])
    shell.stdin.on('error', () => undefined) // the command may end before it has read everything
    await new Promise((resolve) => shell.stdin.write(Buffer.alloc(MIB), resolve)) // it reads
    process.kill(await childOf(shell.pid), 'SIGHUP')
    shell.stdin.end()
    t.match(await ended(shell), { code, stdout: code === 0 ? /^[\w-]{138}\n$/ : /^$/ }, script)
  }
})

/** The only child process of a process. */
async function childOf(pid: number | undefined): Promise<number> {
  return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}
