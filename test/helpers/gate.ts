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
