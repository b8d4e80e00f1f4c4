#!/usr/bin/env node
/**
 * The process around the command: its streams, its signals, its exit code.
 */
import { isatty } from 'node:tty'
import { assertReadable } from '../fs/open-input.js'
import { endBySignal, ignoresHangup, interruptOf, processStatus } from './interrupt.js'
import { main } from './main.js'

// The SDK prints eight lines about its future at each start on Node 20 unless told otherwise before it is loaded.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const signal = interruptOf(process, ignoresHangup(process.env, processStatus(process.ppid)))

// Each write to stdout hears of its own error; without a listener a closed pipe would be a stack trace.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

const { stdout, stderr, env } = process
process.exitCode = await main(process.argv.slice(2), {
  get stdin() {
    assertReadable(0, 'stdin') // of a directory, Node makes an empty stream
    return process.stdin // opened when it is asked for: two must not read one descriptor
  },
  stdinFd: isatty(0) || process.platform === 'win32' ? undefined : 0,
  stdout,
  stderr,
  env,
  signal,
})
if (signal.aborted) endBySignal(process, signal)
