/**
 * One run against one endpoint: its requests, what it has made, and what it has found out so far.
 *
 * - Every name that is made begins with the prefix of the run, and nothing without it is changed or deleted.
 * - Requests end when the run is over; each has its own time limit besides.
 */
import { randomBytes } from 'node:crypto'
import { Mismatch, Skip } from './assertion.js'
import { Control } from './control.js'
import { fieldsOf, hasStatus } from './expectations.js'
import { exchange, type Answer, type Request, type Target } from './wire.js'

/** What a run is told. */
export interface SessionSettings extends Target {
  /** The account of the credentials, 12 digits; `undefined` if the endpoint is to be asked. */
  readonly accountId: string | undefined
  /** What opens the controls of a local vault; `undefined` if the endpoint has none. */
  readonly controlSecret: string | undefined
  /** The most milliseconds that are waited for a job. */
  readonly jobWaitMs: number
  /** Whether assertions may buy capacity, set the retrieval policy of the account and lock a vault permanently. */
  readonly allowAccountChanges: boolean
}

/** A run against an endpoint. */
export class Session {
  readonly settings: SessionSettings
  /** What every vault's name begins with. */
  readonly prefix = `conformance-${randomBytes(4).toString('hex')}`
  /** The names of the vaults that were made. */
  readonly vaults = new Set<string>()
  /** The paths of the archives and uploads that were made. */
  readonly contents = new Set<string>()
  /** What was made that cannot be removed. */
  readonly permanent: string[] = []
  /** Whether a job has already taken longer than a run waits. */
  jobsAreSlow = false
  #control: Control
  #signal: AbortSignal
  readonly #steps = new Map<object, Promise<unknown>>()
  readonly #undo: (() => Promise<unknown>)[] = []

  constructor(settings: SessionSettings, signal: AbortSignal) {
    this.settings = settings
    this.#signal = signal
    this.#control = new Control(settings, signal)
  }

  /** The controls of the endpoint. */
  get control(): Control {
    return this.#control
  }

  /** Gives the session a new time, for the removal of what it has made. */
  extend(signal: AbortSignal): void {
    this.#signal = signal
    this.#control = new Control(this.settings, signal)
  }

  /** Whether the run is over. */
  get isOver(): boolean {
    return this.#signal.aborted
  }

  /** Sends a request, signed as it should be unless it says otherwise. */
  async send(request: Request): Promise<Answer> {
    return exchange(this.settings, request, this.#signal)
  }

  /** Sends a request without a body and without headers of its own. */
  async call(method: string, target: string): Promise<Answer> {
    return this.send({ method, target })
  }

  /** Sends a request with a JSON body. */
  async post(method: string, target: string, body: unknown): Promise<Answer> {
    return this.send({ method, target, body: JSON.stringify(body) })
  }

  /** The result of a step: it is carried out once in a run, and each later use gives the same result or failure. */
  async once<T>(key: object, run: () => Promise<T>): Promise<T> {
    const known = this.#steps.get(key) as Promise<T> | undefined
    if (known) return known
    const first = run()
    this.#steps.set(key, first)
    return first
  }

  /** Remembers what puts something back that the run changes. */
  undoLater(undo: () => Promise<unknown>): void {
    this.#undo.push(undo)
  }

  /** Takes over what is to be put back, latest first. */
  takeUndo(): (() => Promise<unknown>)[] {
    return this.#undo.splice(0).reverse()
  }

  /**
   * Throws unless the run may change the account for good.
   *
   * @throws {@link Skip}
   */
  mayChangeAccount(): void {
    if (this.settings.allowAccountChanges) return
    throw new Skip('it changes the account or costs money: allow it with --allow-account-changes')
  }
}

/**
 * A step that assertions share, as making a vault. It is carried out once in a run, when an assertion first needs it.
 * If it fails, every assertion that needs it fails.
 */
export function step<T>(
  what: string,
  run: (session: Session) => Promise<T>,
): (session: Session) => Promise<T> {
  const key = {}
  return (session) =>
    session.once(key, async () => {
      try {
        return await run(session)
      } catch (error) {
        if (error instanceof Mismatch) {
          throw new Mismatch(`${error.expected}, needed for ${what}`, error.found)
        }
        throw error
      }
    })
}

/** The path of a vault of the run; it is made when this is first used. */
export function vaultStep(topic: string): (session: Session) => Promise<string> {
  return step(`the vault "${topic}"`, async (session) => {
    const name = vaultName(session, topic)
    hasStatus(await createVault(session, name), 201)
    return pathOf(name)
  })
}

/** The name of a vault of the run. */
export function vaultName(session: Session, topic: string): string {
  return `${session.prefix}-${topic}`
}

/** The path of a vault, or of something in the account. */
export function pathOf(name: string, accountId = '-'): string {
  return `/${accountId}/vaults/${name}`
}

/** Creates a vault, and remembers that it is to be deleted. */
export async function createVault(session: Session, name: string): Promise<Answer> {
  const answer = await session.call('PUT', pathOf(name))
  if (answer.status === 201) session.vaults.add(name)
  return answer
}

/** Deletes a vault of the run. */
export async function deleteVault(session: Session, name: string): Promise<Answer> {
  const answer = await session.call('DELETE', pathOf(name))
  if (answer.status === 204) session.vaults.delete(name)
  return answer
}

/** The account of the credentials: as told, or as a vault's `Location` or ARN says. */
export const accountOf = step('the account ID', async (session) => {
  if (session.settings.accountId !== undefined) return session.settings.accountId
  const name = vaultName(session, 'main')
  const { location = '' } = (await createVault(session, name)).headers
  const [, inLocation] = /^\/(\d{12})\//.exec(location) ?? []
  if (inLocation !== undefined) return inLocation
  const { VaultARN } = fieldsOf(await session.call('GET', pathOf(name)))
  const [, inArn] = /^arn:[^:]*:glacier:[^:]*:(\d{12}):/.exec(String(VaultARN)) ?? []
  if (inArn !== undefined) return inArn
  throw new Mismatch('a Location or a VaultARN with an account ID of 12 digits', String(VaultARN))
})

/** The ARN of the vault of a path. */
export async function arnOf(session: Session, vault: string): Promise<string> {
  const name = vault.slice(vault.lastIndexOf('/') + 1)
  return `arn:aws:glacier:${session.settings.region}:${await accountOf(session)}:vaults/${name}`
}
