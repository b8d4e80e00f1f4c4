/**
 * Files that are closed even if their owner forgets to close them. Node 20 to 24 warn of a `FileHandle` that is collected
 * as garbage while it is open; Node 26 throws an error that nothing can catch.
 */

/** Something to close: a `FileHandle`, for example. */
interface Closable {
  close(): Promise<void>
}

/** Keeps the files from being collected themselves. */
const forgotten = new FinalizationRegistry<Closable>((file) => {
  file.close().catch(() => undefined) // no caller is left that could handle an error
})

/**
 * Makes a function that closes a file. Keep the function for as long as the file is in use: when it is collected as
 * garbage, the file is closed.
 *
 * @returns closes the file; may be called again
 */
export function closerOf(file: Closable): () => Promise<void> {
  const close = (): Promise<void> => {
    forgotten.unregister(close)
    return file.close()
  }
  forgotten.register(close, file, close)
  return close
}
