/**
 * Reads the files of the page, which are beside the code, in `lib` as in the built package. The executable for machines
 * without Node.js has another version of this module, since the files are part of it: `build/executable.mjs`.
 */
import { readFile } from 'node:fs/promises'

/**
 * The bytes of a file of the page.
 *
 * @param name - one of the known names, never text from a request
 */
export async function readPageFile(name: string): Promise<Buffer> {
  return readFile(new URL(`../page/${name}`, import.meta.url))
}
