/**
 * Files that are closed also where whoever opened them forgets to. Node 20 to 24 warn of a `FileHandle` that is
 * collected as garbage while it is open; Node 26 throws an error that nothing can catch.
 */
import type { FileHandle } from 'node:fs/promises'

/** Keeps the handles from being collected themselves. */
const forgotten = new FinalizationRegistry<FileHandle>((file) => {
  file.close().catch(() => undefined) // nobody is left to be told
})

/**
 * What closes a file, to be held for as long as the file is in use: when it is collected as garbage, it closes the file
 * as well.
 *
 * @returns closes the file; may be called again
 */
export function closing(file: FileHandle): () => Promise<void> {
  const close = (): Promise<void> => {
    forgotten.unregister(close)
    return file.close()
  }
  forgotten.register(close, file, close)
  return close
}
