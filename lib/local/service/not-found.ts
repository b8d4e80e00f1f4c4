/** Work on vaults, uploads, archives and jobs that another request may delete at any moment. */
import { ApiError } from './api-error.js'

/**
 * The result of a promise; `undefined` if it is rejected with 404.
 *
 * @throws any other error of the promise
 */
export async function unlessNotFound<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/**
 * Runs an action that needs a file which another request may delete or move meanwhile. If the action fails and the file
 * is gone, that is the error which is reported. If the file still exists, the action is run once more.
 *
 * @param assertExists - throws if the file is gone
 * @returns the result of the action
 * @throws the error of `assertExists`, or that of the second run
 */
export async function retryUnlessGone<T>(
  assertExists: () => Promise<unknown>,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action()
  } catch {
    await assertExists()
    return await action()
  }
}
