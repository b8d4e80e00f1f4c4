import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { LocalVault, LocalVaultOptions } from '../../lib/local/index.js'
import { undocumentedFiles } from './disk-layout.js'
import { localVaultFor, send, type RawRequest, type RawResponse } from './local-vault.js'
import { faultsOf } from './model-answer.js'
import { KnownThings, type ModelRequest } from './model-requests.js'
import { Random } from './random.js'
import { OPERATIONS, type ModelOperation } from './service-model.js'

// Sends requests that are made of the service's model, and holds every answer and every file against what is documented.

const AT_ONCE = 20
/** Milliseconds in which a request must be answered. */
const BOUND_MS = 60_000
/** Faults that are reported at the most. */
const MOST_FAULTS = 20

/**
 * Fuzzes a local vault of its own.
 *
 * @param seed - of all choices; the same seed makes the same requests, but for the IDs that the vault gives
 * @param count - requests
 * @param options - of the local vault; default its defaults
 */
export async function fuzzByModel(
  test: Test,
  seed: number,
  count: number,
  options: Partial<LocalVaultOptions> = {},
): Promise<void> {
  test.comment(
    `seed ${seed}, ${count} requests; to repeat them: MODEL_FUZZ_SEED=${seed} MODEL_FUZZ_REQUESTS=${count}`,
  )
  const vault = await localVaultFor(test, { ...options, dir: join(test.testdir(), 'vaults') })
  const random = new Random(seed)
  const known = new KnownThings()
  for (const name of ['CreateVault', 'UploadArchive', 'InitiateMultipartUpload', 'UploadMultipartPart'])
    await begin(vault, random, known, name)
  await vault.control.takeInventory('docs')
  const faults: string[] = []
  const succeeded = new Set<string>()
  const statuses = new Map<number, number>()
  for (let sent = 0; sent < count && faults.length < MOST_FAULTS; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sent) }, () => {
      const operation = random.pick(OPERATIONS)
      return { operation, request: known.requestFor(random, operation) }
    })
    const answers = await Promise.all(batch.map(({ request }) => answerTo(vault, request)))
    for (const [i, { operation, request }] of batch.entries()) {
      const answer = answers[i]
      if (typeof answer !== 'object') {
        faults.push(`${shown(operation, request)}: ${String(answer)}`)
        continue
      }
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      if (answer.status < 300 && request.isReached) succeeded.add(operation.name)
      const found =
        answer.status < 300 && !request.isReached ? [] : faultsOf(operation, answer, request.isReached)
      if (answer.status < 300 && request.wrong !== undefined)
        found.push(`success, with a wrong ${request.wrong}`)
      if (answer.body.includes(vault.dir)) found.push('the path of the folder')
      if (found.length > 0)
        faults.push(
          `${shown(operation, request)}: ${found.join('; ')}: ${answer.body.toString().slice(0, 300)}`,
        )
      known.learn(operation, request, answer)
    }
  }
  test.strictSame(faults, [], 'every answer is one of the model')
  test.comment(JSON.stringify({ statuses: Object.fromEntries(statuses), succeeded: succeeded.size }))
  const never = OPERATIONS.map(({ name }) => name).filter((name) => !succeeded.has(name))
  test.ok(
    never.length <= Math.ceil(3000 / count),
    `most operations succeeded at times, but not ${never.join()}`,
  )
  test.strictSame(await undocumentedFiles(vault.dir), [], 'there are no files but those documented')
  test.strictSame(await readdir(join(vault.dir, '..')), ['vaults'], 'nor any beside the folder')
  test.strictSame(await readdir(join(vault.dir, 'tmp')), [], 'nor unfinished ones')
}

/** Sends requests of an operation until one succeeds, so that there is something to ask for. */
async function begin(vault: LocalVault, random: Random, known: KnownThings, name: string): Promise<void> {
  const operation = OPERATIONS.find((it) => it.name === name) as ModelOperation
  for (;;) {
    const request = known.requestFor(random, operation)
    if (name === 'CreateVault' && request.labels.vaultName !== 'docs') continue
    const answer = await send(vault, request)
    known.learn(operation, request, answer)
    if (answer.status < 300) return
  }
}

/** The answer; or what came instead. */
async function answerTo(vault: LocalVault, request: RawRequest): Promise<RawResponse | string> {
  const ending = new AbortController()
  const late = delay(BOUND_MS, `no answer within ${BOUND_MS} ms`, { signal: ending.signal, ref: true })
  const answer = send(vault, request).catch((error: unknown) => `no answer: ${String(error)}`)
  const first = await Promise.race([answer, late])
  ending.abort()
  late.catch(() => undefined)
  return first
}

function shown({ name }: ModelOperation, { method, path, headers, body = '' }: ModelRequest): string {
  const text = Buffer.from(body as Buffer)
    .toString('latin1')
    .slice(0, 200)
  return `${name}: ${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 600)} ${JSON.stringify(text)}`
}
