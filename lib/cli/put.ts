/**
 * `put VAULT [FILE]`: a stream into a vault; the archive ID on stdout.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from '../stream.js'
import { archiveWriter } from '../upload/archive-writer.js'
import type { Archive } from '../upload/archive.js'
import { uploadThrough } from '../upload/upload-archive.js'
import { planUpload } from '../upload/upload-plan.js'
import { withClient, type ConnectionOptions } from './connection.js'
import { usage, UsageError } from './exit-code.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { Progress } from './progress.js'

/** Options of `put`. */
export interface PutOptions extends ConnectionOptions {
  readonly description?: string
  readonly partSize?: number
  readonly expectedSize?: number
  readonly concurrency?: number
  readonly memory?: number
  readonly onFailure: 'keep' | 'abort'
}

/** Runs `put`. */
export async function put(
  vaultName: string,
  file: string | undefined,
  options: PutOptions,
  io: Io,
): Promise<void> {
  const { source, size } = await open(file, io)
  try {
    const plan = usage(() => planUpload({ ...options, expectedSize: options.expectedSize ?? size }))
    const archives = await withClient(options, io, async (client) => {
      const writer = usage(() => archiveWriter(client, { ...options, ...plan, vaultName, signal: io.signal }))
      const progress = new Progress(io, options, 'stored')
      progress.total = size
      writer.on('part', ({ start, end }) => {
        progress.add(end - start)
      })
      writer.on('archive', ({ parts, size: stored }) => {
        if (parts === 1) progress.add(stored) // it went up whole
      })
      const stored = await uploadThrough(writer, source).finally(() => {
        progress.stop()
      })
      progress.done()
      return stored
    })
    for (const [index, archive] of archives.entries()) await print(archive, index + 1, options, io)
  } finally {
    source.destroy()
  }
}

/** The bytes to store, and how many they are where that is known. */
async function open(
  file: string | undefined,
  io: Io,
): Promise<{ source: Readable; size: number | undefined }> {
  if (file !== undefined && file !== '-') {
    const found = await stat(file)
    return { source: createReadStream(file), size: found.isFile() ? found.size : undefined }
  }
  if (file === undefined && io.stdin.isTTY) {
    throw new UsageError(
      'Nothing is piped in: give a FILE, pipe something into the command, or give - to type.',
    )
  }
  return { source: io.stdin, size: undefined }
}

async function print(archive: Archive, volume: number, { json }: PutOptions, io: Io): Promise<void> {
  const { vaultName: vault, archiveId, ...rest } = archive
  try {
    await (json ? printJson(io, { archiveId, vault, ...rest, volume }) : printData(io, archiveId))
  } catch (error) {
    printNote(io, `The archive is stored. Its ID is ${archiveId}.`) // stdout is closed, and nobody else knows it
    throw error
  }
}
