/**
 * Compiled by the type check, never run: each line under `@ts-expect-error` must not compile, every other line must.
 */
import { EventEmitter, once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  archiveReader,
  archiveWriter,
  hashParts,
  inventory,
  rechunk,
  retrieveArchive,
  type InventoryRow,
  type UploadedPart,
  type VaultClient,
} from '../../lib/index.js'

/** Compiles where both types are the same, and neither is `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(proof: Same<A, B>): void

declare const client: VaultClient
const vaultName = 'backups'

export async function writerEvents(): Promise<void> {
  const writer = archiveWriter(client, { vaultName })
  const onPart = (part: UploadedPart): void => void part.index
  writer
    .on('error', (e) => e.message)
    .once('part', (part) => {
      same<typeof part, UploadedPart>(true)
    })
    .addListener('archive', ({ archiveId }) => archiveId.length)
    .prependListener('initiated', (uploadId) => uploadId.length)
    .prependOnceListener('retry', ({ error }) => error.message)
    .on('pipe', (source) => source.readableEnded)
    .on('close', () => undefined)
    .on(EventEmitter.errorMonitor, (e) => e.message)
    .off('part', onPart)
    .removeListener('part', onPart)
    .removeAllListeners('part')
  const abortSoon = (): void => void writer.destroy()
  writer.on('part', abortSoon)
  await new Promise((resolve) => writer.once('close', resolve))
  same<number, ReturnType<typeof writer.listenerCount>>(true)
  writer.listenerCount('part', onPart)

  // @ts-expect-error -- misspelled
  writer.on('parts', () => undefined)
  // @ts-expect-error -- misspelled
  writer.once('finished', () => undefined)
  // @ts-expect-error -- misspelled
  writer.off('errors', () => undefined)
  // @ts-expect-error -- misspelled
  writer.addListener('Part', () => undefined)
  // @ts-expect-error -- misspelled
  writer.removeListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.prependListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.prependOnceListener('parts', onPart)
  // @ts-expect-error -- misspelled
  writer.removeAllListeners('parts')
  // @ts-expect-error -- misspelled
  writer.listenerCount('parts')
  // @ts-expect-error -- misspelled
  writer.emit('parts')
  // @ts-expect-error -- an event of a Readable
  writer.on('data', () => undefined)
  // @ts-expect-error -- an error is no string
  writer.on('error', (e: string) => e)
  // @ts-expect-error -- a part is no number
  writer.once('part', (part: number) => part)
  // @ts-expect-error -- no event 'close' has an argument
  writer.on('close', (code: number) => code)
  // @ts-expect-error -- one argument, not two
  writer.on('part', (part, second: number) => second + part.index)
}

export async function readerEvents(): Promise<void> {
  for (const reader of [
    archiveReader(client, { vaultName, jobId: 'job' }),
    retrieveArchive({ client, vaultName, archiveId: 'archive' }),
  ]) {
    reader
      .on('data', (c) => {
        same<typeof c, Buffer>(true)
        return c.length
      })
      .once('job', (jobId, found) => [jobId.length, found === true])
      .on('range', ({ start, end }) => end - start)
      .on('end', () => undefined)
      .on('warning', ({ code }) => code)
    for await (const chunk of reader) same<typeof chunk, Buffer>(true)
    // @ts-expect-error -- misspelled
    reader.on('dat', () => undefined)
    // @ts-expect-error -- a chunk is no string
    reader.on('data', (c: string) => c)
    // @ts-expect-error -- an event of a Writable
    reader.once('drain', () => undefined)
    const web = Readable.toWeb(reader)
    await web.cancel()
  }
}

export async function inventoryEvents(): Promise<void> {
  const rows = inventory({ client, vaultName })
  rows
    .on('data', (row) => {
      same<typeof row, InventoryRow>(true)
    })
    .on('ready', ({ jobId }) => jobId.length)
  for await (const row of rows) same<typeof row, InventoryRow>(true)
  // @ts-expect-error -- an inventory has no ranges
  rows.on('range', () => undefined)
}

export async function asNodeStreams(source: NodeJS.ReadableStream, target: NodeJS.WritableStream): Promise<void> {
  const writer = archiveWriter(client, { vaultName })
  const reader = archiveReader(client, { vaultName, jobId: 'job' })
  await pipeline(source, rechunk(writer.plan.partSize, { memory: writer.partMemory }), hashParts(), writer)
  await pipeline(reader, async function* (chunks) {
    for await (const chunk of chunks) yield chunk
  }, target)
  source.pipe(rechunk(1024)).pipe(hashParts()).pipe(writer)
  reader.pipe(target)
  const asWritable: Writable = writer
  const asNodeWritable: NodeJS.WritableStream = writer
  const asReadable: Readable = reader
  const asNodeReadable: NodeJS.ReadableStream = reader
  const asEmitters: EventEmitter[] = [writer, reader]
  await Promise.all([once(writer, 'part'), once(reader, 'job'), once(asWritable, 'finish')])
  asNodeWritable.end()
  asReadable.destroy()
  asNodeReadable.resume()
  asEmitters.pop()
}
