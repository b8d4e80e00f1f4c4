/** The controls of a local vault, where the endpoint has them: they finish jobs, take inventories and move the clock. */
import { Skip } from './assertion.js'
import { fieldsOf } from './expectations.js'
import { exchange, type Answer, type Target } from './wire.js'

/** What is needed to use the controls. */
export type ControlSettings = Target & { readonly controlSecret: string | undefined }

/** Carries out orders under `/.control/`. */
export class Control {
  readonly #settings: ControlSettings
  readonly #signal: AbortSignal

  constructor(settings: ControlSettings, signal: AbortSignal) {
    this.#settings = settings
    this.#signal = signal
  }

  /** Whether the endpoint is said to have controls. */
  get isThere(): boolean {
    return this.#settings.controlSecret !== undefined
  }

  /**
   * Throws unless the endpoint is said to have controls.
   *
   * @throws {@link Skip}
   */
  assertThere(): void {
    this.#neededSecret()
  }

  /**
   * Carries out an order.
   *
   * @throws {@link Skip} if the endpoint is not said to have controls
   * @throws if it refuses the order
   */
  async order(method: string, name: string, body: object): Promise<void> {
    await this.#answerTo(method, name, JSON.stringify(body))
  }

  async #answerTo(method: string, name: string, body: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.#neededSecret()}` }
    const request = { method, target: `/.control/${name}`, headers, body }
    const answer = await exchange(this.#settings, { ...request, signing: false }, this.#signal)
    if (answer.status === 200) return answer
    throw new Error(`the control ${method} ${name} was refused with status ${answer.status}`)
  }

  /** The time by which the endpoint dates what it makes, in milliseconds: its clock may have been moved before. */
  async time(): Promise<number> {
    if (!this.isThere) return Date.now()
    return Date.parse(String(fieldsOf(await this.#answerTo('GET', 'clock', '')).time))
  }

  /** Takes an inventory of a vault, so that it may be deleted when it is empty. */
  async takeInventory(vaultName: string): Promise<void> {
    await this.order('POST', 'inventory', { vaultName })
  }

  /** Finishes the jobs of a vault. */
  async completeJobs(vaultName: string): Promise<void> {
    await this.order('POST', 'jobs/complete', { vaultName })
  }

  /** Lets jobs that are started from now on take some time. */
  async delayJobs(milliseconds: number): Promise<void> {
    await this.order('PUT', 'job-delay', { milliseconds })
  }

  /** Moves the clock of uploads, jobs and locks forward. */
  async advanceClock(hours: number): Promise<void> {
    await this.order('POST', 'clock', { advance: hours * 3_600_000 })
  }

  #neededSecret(): string {
    const { controlSecret } = this.#settings
    if (controlSecret !== undefined) return controlSecret
    throw new Skip('it needs the controls of a local vault: give their secret in GLACIER_PIPE_CONTROL_SECRET')
  }
}
