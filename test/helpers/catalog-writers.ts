import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

/** A process that appends records to a catalog. */
export interface WriterPlan {
  /** With which its archive IDs begin. */
  readonly name: string
  readonly count: number
  /** Records in each append. */
  readonly batch: number
}

const SCRIPT = `
  import { Catalog } from ${JSON.stringify(new URL('../../dist/catalog/index.js', import.meta.url).href)}
  const [file, name, count, batch, mirror] = process.argv.slice(2)
  const onMirrorFailure = (error) => { throw error }
  const catalog = await Catalog.open(file, mirror ? { mirror, onMirrorFailure } : {})
  const common = { type: 'archive', time: '2026-01-01T00:00:00.000Z', region: 'r', vaultName: 'v' }
  process.send('ready')
  await new Promise((resolve) => process.once('message', resolve))
  process.disconnect()
  for (let i = 0; i < Number(count); i += Number(batch)) {
    const records = Array.from({ length: Number(batch) }, (_, j) => ({ ...common, archiveId: name + (i + j), size: i,
      treeHash: 'f'.repeat(64), volume: 1, description: name.repeat((i + 7 * j) % 1024) }))
    await catalog.append(...records)
  }
  await catalog.close()`

/** Lets processes write to one catalog, and to its mirror if it has one, at the same time, and counts what is in it. */
export async function writeAtOnce(
  test: Test,
  file: string,
  plans: readonly WriterPlan[],
  mirror = '',
): Promise<{ readonly lines: number; readonly ids: number; readonly broken: number }> {
  const script = `${file}.writer.mjs`
  await writeFile(script, SCRIPT)
  const writers = plans.map(({ name, count, batch }) =>
    fork(script, [file, name, String(count), String(batch), mirror], { execArgv: [] }),
  )
  test.teardown(() => {
    for (const writer of writers) writer.kill('SIGKILL')
  })
  const exits = writers.map((writer) => once(writer, 'exit'))
  await Promise.all(writers.map((writer) => once(writer, 'message')))
  for (const writer of writers) writer.send('go')
  for (const exit of await Promise.all(exits)) test.strictSame(exit, [0, null])
  const ids = new Set<string>()
  let [lines, broken] = [0, 0]
  for await (const line of createInterface({ input: createReadStream(file) })) {
    lines++
    try {
      const { archiveId, description } = JSON.parse(line) as { archiveId: string; description: string }
      if (description === archiveId.charAt(0).repeat(description.length)) ids.add(archiveId)
      else broken++
    } catch {
      broken++
    }
  }
  return { lines, ids: ids.size, broken }
}
