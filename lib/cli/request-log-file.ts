/**
 * The request log of `serve`: a file that lines are appended to, or stderr. What cannot be written is dropped: the server
 * goes on.
 */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { systemReason } from '../fs/system-reason.js'
import { logLine, type RequestLogEntry } from '../local/http/request-log.js'
import type { Io } from './io.js'

/** Characters of lines that wait to be written; lines beyond that are dropped. */
const MOST_WAITING = 16_777_216

/** Where the entries of the request log go. */
export interface RequestLogFile {
  /** Takes an entry. */
  add(entry: RequestLogEntry): void
  /** Waits until the entries are written, and closes the file. */
  close(): Promise<void>
}

/**
 * Opens a file for the request log: appended to, and made with mode 0600 if it is not there.
 *
 * @param onFailure - is called once, with the reason, when lines cannot be written
 * @throws an Error of the system where it cannot be opened; a FIFO needs a reader
 */
export async function openRequestLog(
  path: string,
  onFailure: (reason: string) => void,
): Promise<RequestLogFile> {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants
  return new AppendedLog(await open(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600), onFailure)
}

/** A request log on stderr. */
export function requestLogOn(stderr: Io['stderr']): RequestLogFile {
  return {
    add(entry) {
      stderr.write(logLine(entry))
    },
    close: () => Promise.resolve(),
  }
}

class AppendedLog implements RequestLogFile {
  readonly #file: FileHandle
  readonly #onFailure: (reason: string) => void
  #waiting = ''
  #writing: Promise<void> | undefined
  #hasFailed = false

  constructor(file: FileHandle, onFailure: (reason: string) => void) {
    this.#file = file
    this.#onFailure = onFailure
  }

  add(entry: RequestLogEntry): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting += logLine(entry)
    this.#writing ??= this.#write()
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting !== '') {
      const lines = this.#waiting
      this.#waiting = ''
      await this.#file.appendFile(lines).catch((error: unknown) => {
        if (!this.#hasFailed) this.#onFailure(systemReason(error) as string) // it fails with no other
        this.#hasFailed = true
      })
    }
    this.#writing = undefined
  }
}
