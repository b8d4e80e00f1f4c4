/**
 * Stands in for SNS: when a job is done, posts its description to a URL, as SNS posts it to a subscriber.
 *
 * - `jobs/JOB_ID.notify` has the topics to notify. It is removed once they were notified or four attempts failed. A crash
 *   therefore loses no notification, but may repeat one, as SNS may.
 * - The clock can be moved: the jobs are checked at least once a second while notifications are pending.
 */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRecord, unlessDamaged } from '../disk/damage.js'
import type { StoreContext } from '../storage/store-context.js'
import { jobDescription } from './job-description.js'
import type { JobRecord } from '../records/job-record.js'
import type { JobFiles } from './job-files.js'
import { unlessNotFound } from '../service/not-found.js'
import type { VaultFiles } from '../storage/vault-files.js'
import type { SettingsFiles } from '../storage/settings-files.js'
import { notificationFormOf, type NotificationRecord } from '../records/notification-record.js'

/** The maximum of milliseconds between two checks of the clock. */
const CHECK_INTERVAL_MS = 1000
/** Milliseconds before each attempt to post a message. */
const ATTEMPT_DELAYS_MS: readonly number[] = [0, 1000, 2000, 4000]
/** The timeout of an attempt, in milliseconds. */
const POST_TIMEOUT_MS = 15_000

/** The stores that a notifier needs. */
export interface NotifierStores {
  readonly vaults: VaultFiles
  readonly jobs: JobFiles
  readonly settings: SettingsFiles
}

/** Posts notifications of completed jobs. */
export class Notifier {
  readonly #context: StoreContext
  readonly #stores: NotifierStores
  readonly #endpoint: string | undefined
  readonly #pending = new Map<string, NotificationRecord>()
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #posting: Promise<void> = Promise.resolve()

  /**
   * @param context - the dependencies of the stores
   * @param stores - the stores of the jobs
   * @param endpoint - the URL that messages are posted to; `undefined` for no messages
   */
  constructor(context: StoreContext, stores: NotifierStores, endpoint: string | undefined) {
    this.#context = context
    this.#stores = stores
    this.#endpoint = endpoint
  }

  /** Resumes the notifications that an earlier process left. */
  async open(): Promise<void> {
    if (this.#endpoint === undefined) return
    for (const { name } of await this.#stores.vaults.list()) {
      await unlessDamaged(unlessNotFound(this.#resume(name)), this.#context.onFailure) // 404: deleted meanwhile
    }
    this.check()
  }

  async #resume(vaultName: string): Promise<void> {
    for (const entry of await this.#stores.vaults.namesIn(vaultName, 'jobs')) {
      if (!entry.endsWith('.notify')) continue
      const isTopics = notificationFormOf(vaultName, entry.replace(/\.notify$/, ''))
      const path = join(await this.#stores.vaults.folder(vaultName, 'jobs'), entry)
      const what = `The notification of a job in the vault ${vaultName}`
      const left = await unlessDamaged(readRecord(path, isTopics, what, 'record'), this.#context.onFailure)
      if (left) this.#pending.set(left.jobId, left)
    }
  }

  /** Records the topics to notify about a job that has just been started. */
  async expect(vaultName: string, { jobId, snsTopic, action }: JobRecord): Promise<void> {
    if (this.#endpoint === undefined) return
    const { notifications } = await this.#stores.settings.read(vaultName)
    const ofVault = notifications?.events.includes(`${action}Completed`) ? notifications.snsTopic : null
    const topics = [...new Set([snsTopic, ofVault])].filter((topic) => topic !== null)
    if (topics.length === 0) return
    const expected = { vaultName, jobId, topics }
    await this.#context.disk.writeJson(await this.#path(expected), expected)
    this.#pending.set(jobId, expected)
    this.check()
  }

  /** Posts the notifications that are due, now and whenever others become due. */
  check(): void {
    clearTimeout(this.#timer)
    if (this.#pending.size === 0 || this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.check()
    }, CHECK_INTERVAL_MS)
    this.#timer.unref()
    this.#posting = this.#posting.then(() => this.#postDue())
  }

  /** Ends the attempts in progress. The next process posts the notifications that are left. */
  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    await this.#posting
  }

  async #postDue(): Promise<void> {
    for (const expected of this.#pending.values()) {
      if (this.#closing.signal.aborted) return
      try {
        const { vaultName, jobId } = expected
        const job = await unlessNotFound(this.#stores.jobs.find(vaultName, jobId)) // 404: expired meanwhile
        if (job && !this.#stores.jobs.isDone(job)) continue
        if (job) await this.#notify(expected, jobDescription(this.#stores, vaultName, job))
        await rm(await this.#path(expected), { force: true })
      } catch {
        // The notifier is being closed, or the folder cannot be written, which requests report.
      }
      this.#pending.delete(expected.jobId)
    }
  }

  async #notify({ topics }: NotificationRecord, description: object): Promise<void> {
    const { signal } = this.#closing
    for (const topic of topics) {
      for (const delay of ATTEMPT_DELAYS_MS) {
        await sleep(delay, undefined, { signal })
        if (await this.#isAccepted(topic, description)) break
      }
    }
  }

  /** Posts a message; whether it was accepted. */
  async #isAccepted(topic: string, description: object): Promise<boolean> {
    const { signal } = this.#closing
    const messageId = randomUUID()
    const message = {
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: topic,
      Subject: 'Notification From Amazon Glacier Service',
      Message: JSON.stringify(description),
      Timestamp: new Date(this.#context.now()).toISOString(),
    }
    try {
      const { ok } = await fetch(this.#endpoint as string, {
        method: 'POST',
        headers: {
          'content-type': 'text/plain; charset=UTF-8',
          'x-amz-sns-message-type': 'Notification',
          'x-amz-sns-message-id': messageId,
          'x-amz-sns-topic-arn': topic,
        },
        body: JSON.stringify(message),
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]),
      })
      return ok
    } catch (error) {
      if (signal.aborted) throw error
      return false
    }
  }

  async #path({ vaultName, jobId }: NotificationRecord): Promise<string> {
    return join(await this.#stores.vaults.folder(vaultName, 'jobs'), `${jobId}.notify`)
  }
}
