/** The recording of the demo: a command stored with progress, the list, the newest archive retrieved, and compared. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Frame } from './frame.js'
import { record } from './recording.js'

export const COLUMNS = 96

/** The descriptions of the picture. */
export const LABELS = {
  title: 'glacier-pipe in a terminal',
  description:
    'glacier-pipe put runs tar and stores its output in a local vault, slowed to the rate of a network, with a line of ' +
    'progress. ls lists the archive. get retrieves the newest archive into a file. cmp finds no difference.',
}

const LINES = [
  'glacier-pipe put --local backups --name photos.tar -- tar -c photos',
  'glacier-pipe ls --local backups',
  'glacier-pipe get --local backups latest -o photos.tar',
  'tar -c photos | cmp - photos.tar && echo the same bytes',
]

const PHOTOS = 6
const PHOTO_BYTES = 8 * 2 ** 20
/** So that the progress is seen. The local vault itself is faster than any network. */
const SLOW = { GLACIER_PIPE_LIMIT_RATE: '12MiB', GLACIER_PIPE_PART_SIZE: '4MiB' }

/**
 * Records the demo.
 *
 * @param folder - an empty folder, which becomes the home of the demo
 * @param command - the file of the built command
 */
export async function recordDemo(folder: string, command: string): Promise<Frame[]> {
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'photos'))
  const script = join(folder, 'bin', 'glacier-pipe')
  await writeFile(script, `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`)
  await chmod(script, 0o755)
  for (let i = 1; i <= PHOTOS; i++)
    await writeFile(join(folder, 'photos', `${i}.jpg`), Buffer.alloc(PHOTO_BYTES, `photo ${i}`))
  const path = [join(folder, 'bin'), process.env.PATH ?? ''].join(delimiter)
  const env = { HOME: folder, PATH: path, TERM: 'xterm', LANG: 'C.UTF-8', NODE_NO_WARNINGS: '1', ...SLOW }
  return record(LINES, { columns: COLUMNS, folder, env })
}
