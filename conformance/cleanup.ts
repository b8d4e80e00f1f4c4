/** The end of a run: everything it made is removed as far as the endpoint allows, and the rest is named. */
import { summary } from './expectations.js'
import { pathOf, type Session } from './session.js'

/**
 * Removes what a run has made.
 *
 * @returns a sentence for everything that is left
 */
export async function cleanUp(session: Session): Promise<string[]> {
  const left = [...session.permanent]
  for (const undo of session.takeUndo()) await attempt(left, 'A setting was not put back', undo)
  for (const name of session.vaults) {
    await attempt(left, `The vault ${name} is left`, () => removeVault(session, name))
  }
  return left
}

async function removeVault(session: Session, name: string): Promise<void> {
  const vault = pathOf(name)
  const contents = [...session.contents].filter((path) => path.startsWith(`${vault}/`))
  for (const path of contents) await session.call('DELETE', path)
  if (contents.length > 0 && session.control.isThere) await session.control.takeInventory(name)
  const answer = await session.call('DELETE', vault)
  if (answer.status !== 204) throw new Error(summary(answer))
}

async function attempt(left: string[], what: string, remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    left.push(`${what}: ${(error as Error).message}.`)
  }
}
