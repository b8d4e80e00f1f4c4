/**
 * The folders of lib/ under mutation testing, and the tests that are run for each.
 */
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folders of tests, and single files, for each folder of lib/. Those of the folder itself come first: they find most mutants. */
const TESTS = {
  'tree-hash': ['tree-hash'],
  transfer: ['transfer'],
  fs: ['fs'],
  catalog: ['catalog'],
  // The tests of the functions that run whole pipelines are in another folder than the pipelines.
  upload: ['upload', 'vault/upload-archive.test.ts', 'vault/resume-upload.test.ts'],
  retrieve: ['retrieve', 'vault/retrieve-archive.test.ts', 'vault/retrieve-archive-jobs.test.ts'],
}

/** The names that `npm run mutate` accepts. */
export const FOLDERS = Object.keys(TESTS)

/**
 * The test files that are run for the mutants of a folder.
 *
 * @param {string} folder - one of {@link FOLDERS}
 * @returns {string[]} paths from the root of the project, which is the current directory
 */
export function testFilesOf(folder) {
  const folders = Object.entries(TESTS).find(([name]) => name === folder)?.[1] ?? []
  return folders.flatMap((name) =>
    name.endsWith('.test.ts')
      ? join('test', name)
      : readdirSync(join('test', name), { recursive: true, encoding: 'utf8' })
          .filter((entry) => entry.endsWith('.test.ts'))
          .sort()
          .map((entry) => join('test', name, entry)),
  )
}

/**
 * A test file with all modules of test/ that it imports.
 *
 * @param {string} file - a path from the root of the project
 * @param {(path: string) => string} read
 * @returns {string[]} paths, the file itself first
 */
export function withHelpers(file, read) {
  const found = new Set([file])
  for (const path of found) {
    for (const [, specifier = ''] of read(path).matchAll(/from '(\.[^']+)\.js'/g)) {
      const imported = `${join(dirname(path), specifier)}.ts`
      if (imported.startsWith('test/') && existsSync(imported)) found.add(imported)
    }
  }
  return [...found]
}
