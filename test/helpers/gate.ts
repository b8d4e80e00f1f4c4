import { constants, openSync } from 'node:fs'

/** A promise settled from outside: what a test holds something up with. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

/** A closed {@link Gate}. */
export function gate(): Gate {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    opened,
    open: () => {
      open()
    },
  }
}

/** Resolves when everything that is ready to run, and what that makes ready, has run: `turns` times round the loop. */
export async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Lets the threads that wait for a FIFO continue: both of its ends are open from now on, until this process ends. A wait
 * that a signal has ended may still hold its thread, and nothing can wake the thread once the folder of the test is removed.
 */
export function openBothEnds(fifo: string): void {
  openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK)
}
