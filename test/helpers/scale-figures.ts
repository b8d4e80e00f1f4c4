/** The figures of the tests of scale, for docs/reliability.md: `npm run test:scale` writes docs/reliability/scale.json. */
import { readFile, writeFile } from 'node:fs/promises'

const FILE = new URL('../../docs/reliability/scale.json', import.meta.url)

/**
 * Records the figures of a test, in place of earlier ones, if `RECORD_SCALE` is set.
 *
 * @param subject - such as `a catalog of 10,000,000 lines`
 * @param test - the test file, from the root of the repository
 * @param figures - values with their units by name, such as `{ time: '12.3 s' }`
 */
export async function recordScale(
  subject: string,
  test: string,
  figures: Readonly<Record<string, string>>,
): Promise<void> {
  if (!process.env.RECORD_SCALE) return
  const recorded = JSON.parse(await readFile(FILE, 'utf8')) as Record<string, unknown>
  const date = new Date().toISOString().slice(0, 10)
  await writeFile(
    FILE,
    `${JSON.stringify({ ...recorded, [test]: { subject, date, figures } }, undefined, 2)}\n`,
  )
}
