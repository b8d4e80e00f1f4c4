/** What a call of an operation is, for the assertions about each operation. */
import { vaultStep, type Session } from '../session.js'
import type { Answer } from '../wire.js'

/** A call of an operation. */
export interface OperationCall {
  readonly operation: string
  /** The page of the guide, without `.html`. */
  readonly page: string
  readonly status: number
  /** The members of the JSON object it answers; `undefined` if its answer has no body. */
  readonly members?: readonly string[]
  /** Whether its answer is an archive's bytes. */
  readonly bytes?: boolean
  readonly call: (session: Session) => Promise<Answer>
}

/** The vault of the calls. */
export const operationsVault = vaultStep('operations')

/** A call of a path below the vault, without a body. */
export const at =
  (method: string, rest = '') =>
  async (session: Session): Promise<Answer> =>
    session.call(method, (await operationsVault(session)) + rest)

/** A call of a path below the vault, with a JSON body. */
export const sent =
  (method: string, rest: string, body: (session: Session, path: string) => unknown) =>
  async (session: Session): Promise<Answer> => {
    const path = await operationsVault(session)
    return session.post(method, path + rest, await body(session, path))
  }
