/** Connects the command to the streams, signals and exit code of the process. */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'
import { assertReadable } from '../fs/open-input.js'
import { endBySignal, ignoresHangup, interruptOf, processStatus } from './interrupt.js'
import { leaveLostTerminal } from './lost-terminal.js'
import { main } from './main.js'

/** Runs the command of this process, and sets its exit code, or ends it by the signal that has stopped the command. */
export async function runProcess(): Promise<void> {
  // On Node 20 the SDK prints eight lines about its support at each start, unless this is set before it is loaded.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

  const isHangupIgnored = ignoresHangup(process.env, processStatus(process.ppid))
  const signal = interruptOf(process, isHangupIgnored)
  leaveLostTerminal(
    process,
    [0, 1, 2].filter((descriptor) => isatty(descriptor)),
  )

  // Each write reports its own error. Without a listener, a closed pipe would end the process with a stack trace.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)

  // Past a limit on file sizes (ulimit -f), a write fails and is reported. Without a listener, the signal ends the process.
  process.on('SIGXFSZ', () => undefined)

  const { stdout, stderr, env } = process
  process.exitCode = await main(process.argv.slice(2), {
    get stdin() {
      assertReadable(0, 'stdin') // for a directory, Node makes an empty stream
      return process.stdin // opened only when it is used: two readers must not share a descriptor
    },
    stdinFd: isatty(0) || process.platform === 'win32' ? undefined : 0,
    stdout,
    closeStdout: () => {
      closeSync(1)
      openSync(devNull, 'w') // takes the free descriptor, which no other file may get
    },
    stderr,
    env,
    signal,
    ignoresHangup: isHangupIgnored,
  })
  if (signal.aborted) endBySignal(process, signal)
}
