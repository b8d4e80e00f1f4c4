/**
 * Stands in for SNS: when a job is done, posts what DescribeJob says of it to an HTTP address, as SNS would to a
 * subscriber.
 *
 * - What is to be told is `jobs/JOB_ID.notify`, the topics, removed once they were told or four attempts failed. So a
 *   crash loses no notification, and may repeat one, as SNS may.
 * - The clock may be moved under it: it looks at least once a second while anything is expected.
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

/** Milliseconds between two looks at the clock, at the most. */
const CHECK_INTERVAL_MS = 1000
/** Milliseconds before each attempt to post a message. */
const ATTEMPT_DELAYS_MS: readonly number[] = [0, 1000, 2000, 4000]
/** Milliseconds an attempt may take. */
const POST_TIMEOUT_MS = 15_000

/** What a notifier needs to know. */
export interface NotifierStores {
  readonly vaults: VaultFiles
  readonly jobs: JobFiles
  readonly settings: SettingsFiles
}

/** Posts what was expected once it is so. */
export class Notifier {
  readonly #context: StoreContext
  readonly #stores: NotifierStores
  readonly #endpoint: string | undefined
  readonly #expected = new Map<string, NotificationRecord>()
  readonly #ending = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #posting: Promise<void> = Promise.resolve()

  /** @param endpoint - where messages are posted; without one there are none */
  constructor(context: StoreContext, stores: NotifierStores, endpoint: string | undefined) {
    this.#context = context
    this.#stores = stores
    this.#endpoint = endpoint
  }

  /** Goes on with what an earlier process left. */
  async open(): Promise<void> {
    if (this.#endpoint === undefined) return
    for (const { name } of await this.#stores.vaults.list()) {
      await unlessDamaged(unlessNotFound(this.#goOn(name)), this.#context.onFailure) // 404: deleted meanwhile
    }
    this.check()
  }

  async #goOn(vaultName: string): Promise<void> {
    for (const entry of await this.#stores.vaults.namesIn(vaultName, 'jobs')) {
      if (!entry.endsWith('.notify')) continue
      const isTopics = notificationFormOf(vaultName, entry.replace(/\.notify$/, ''))
      const path = join(await this.#stores.vaults.folder(vaultName, 'jobs'), entry)
      const what = `The notification of a job in the vault ${vaultName}`
      const left = await unlessDamaged(readRecord(path, isTopics, what, 'record'), this.#context.onFailure)
      if (left) this.#expected.set(left.jobId, left)
    }
  }

  /** Takes note of a job that has just been started. */
  async expect(vaultName: string, { jobId, snsTopic, action }: JobRecord): Promise<void> {
    if (this.#endpoint === undefined) return
    const { notifications } = await this.#stores.settings.read(vaultName)
    const ofVault = notifications?.events.includes(`${action}Completed`) ? notifications.snsTopic : null
    const topics = [...new Set([snsTopic, ofVault])].filter((topic) => topic !== null)
    if (topics.length === 0) return
    const expected = { vaultName, jobId, topics }
    await this.#context.disk.writeJson(await this.#path(expected), expected)
    this.#expected.set(jobId, expected)
    this.check()
  }

  /** Posts what is due, now and whenever it becomes so. */
  check(): void {
    clearTimeout(this.#timer)
    if (this.#expected.size === 0 || this.#ending.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.check()
    }, CHECK_INTERVAL_MS)
    this.#timer.unref()
    this.#posting = this.#posting.then(() => this.#postDue())
  }

  /** Ends what is going on; what was not posted is by the next process. */
  async close(): Promise<void> {
    this.#ending.abort()
    clearTimeout(this.#timer)
    await this.#posting
  }

  async #postDue(): Promise<void> {
    for (const expected of this.#expected.values()) {
      if (this.#ending.signal.aborted) return
      try {
        const { vaultName, jobId } = expected
        const job = await unlessNotFound(this.#stores.jobs.find(vaultName, jobId)) // expired meanwhile
        if (job && !this.#stores.jobs.isDone(job)) continue
        if (job) await this.#tell(expected, jobDescription(this.#stores, vaultName, job))
        await rm(await this.#path(expected), { force: true })
      } catch {
        // It is being closed; or the folder is gone or cannot be written, which whoever uses it is told.
      }
      this.#expected.delete(expected.jobId)
    }
  }

  async #tell({ topics }: NotificationRecord, description: object): Promise<void> {
    const { signal } = this.#ending
    for (const topic of topics) {
      for (const delay of ATTEMPT_DELAYS_MS) {
        await sleep(delay, undefined, { signal })
        if (await this.#isTaken(topic, description)) break
      }
    }
  }

  /** Posts a message; whether it was taken. */
  async #isTaken(topic: string, description: object): Promise<boolean> {
    const { signal } = this.#ending
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
