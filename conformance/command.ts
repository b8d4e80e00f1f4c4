/** The command: its flags, and what it writes and exits with. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import type { Group } from './assertion.js'
import { GROUPS } from './groups/index.js'
import { jsonReport, tagsLine, textReport } from './report.js'
import { isFailure, run, type RunSettings } from './runner.js'

/** What a command writes to. */
export interface TextSink {
  write(text: string): unknown
}

/** Where the command writes: a process, for one. */
export interface Output {
  readonly stdout: TextSink
  readonly stderr: TextSink
}

const USAGE = `Usage: npm run conformance -- --endpoint URL [options]

Asserts that an endpoint of the Amazon Glacier vault API answers as the service is documented.

  --endpoint URL            the endpoint, as http://127.0.0.1:8765
  --region REGION           default AWS_REGION, else us-east-1
  --account-id ID           12 digits; default: what the endpoint names
  --only GROUP              only the assertions of a group; may be given several times
  --at-once NUMBER          how many groups run at once; default 4
  --timeout SECONDS         the most a request takes; default 10
  --max-time SECONDS        the most the run takes; default 600
  --job-wait SECONDS        the most that is waited for a job; default 15
  --allow-account-changes   also assertions that buy capacity, set the account's retrieval policy or lock a vault permanently
  --json                    the report as JSON
  --list                    the assertions, without running them; no endpoint is needed
  --help

Credentials are taken from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and the secret of a local
vault's controls from GLACIER_PIPE_CONTROL_SECRET.

Exit codes: 0 if no assertion of the guide, the model or a thread failed; 1 if one did, the run was cut or the
endpoint cannot be connected to; 2 if the command was used wrongly.
`

const OPTIONS = {
  endpoint: { type: 'string' },
  region: { type: 'string' },
  'account-id': { type: 'string' },
  only: { type: 'string', multiple: true },
  'at-once': { type: 'string', default: '4' },
  timeout: { type: 'string', default: '10' },
  'max-time': { type: 'string', default: '600' },
  'job-wait': { type: 'string', default: '15' },
  'allow-account-changes': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** The most seconds any limit may be: a day. */
const MOST_SECONDS = 86_400
const CLEAN_UP_TIMEOUT_MS = 120_000

/** Wrong use of the command. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Runs the command.
 *
 * @returns the exit code
 */
export async function conformance(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  { stdout, stderr }: Output,
): Promise<number> {
  const order = orderIn(args, environment)
  if (order instanceof UsageError) {
    stderr.write(`${order.message}\n\n${USAGE}`)
    return 2
  }
  if ('text' in order) {
    stdout.write(order.text)
    return 0
  }
  const obstacle = await connectionFailure(order.settings)
  if (obstacle !== undefined) {
    stderr.write(`Cannot connect to ${order.settings.endpoint.origin}: ${obstacle}. Nothing was asserted.\n`)
    return 1
  }
  const report = await run(order.settings)
  stdout.write(order.json ? jsonReport(report) : textReport(report))
  return report.complete && !report.results.some(isFailure) ? 0 : 1
}

/** Why no connection to the endpoint can be made; `undefined` where one can, whatever is answered on it. */
async function connectionFailure({ endpoint, requestTimeoutMs }: RunSettings): Promise<string | undefined> {
  const { protocol, hostname, port } = endpoint
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''), // of an IPv6 address
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  })
  const failure = await once(socket, 'connect', { signal: AbortSignal.timeout(requestTimeoutMs) }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  )
  socket.destroy()
  return failure
}

/** What a command line asks for: a text to be written, or a run. */
type Order = { readonly text: string } | { readonly settings: RunSettings; readonly json: boolean }

function orderIn(args: readonly string[], environment: NodeJS.ProcessEnv): Order | UsageError {
  try {
    const { values } = parsed(args)
    if (values.help) return { text: USAGE }
    const groups = chosenGroups(values.only ?? [])
    if (values.list) return { text: values.json ? jsonList(groups) : textList(groups) }
    return { settings: settingsOf(values, groups, environment), json: values.json }
  } catch (error) {
    return new UsageError((error as Error).message) // reading a command line fails for no other reason
  }
}

/** The values of the flags, as their declarations make them. */
type Values = ReturnType<typeof parsed>['values']

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false })
}

function chosenGroups(names: readonly string[]): readonly Group[] {
  const unknown = names.find((name) => !GROUPS.some((group) => group.name === name))
  if (unknown !== undefined) {
    throw new UsageError(
      `There is no group ${unknown}. There are ${GROUPS.map(({ name }) => name).join(', ')}.`,
    )
  }
  return names.length === 0 ? GROUPS : GROUPS.filter(({ name }) => names.includes(name))
}

function settingsOf(values: Values, groups: readonly Group[], environment: NodeJS.ProcessEnv): RunSettings {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError('There are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.')
  }
  const accountId = values['account-id']
  if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
    throw new UsageError(`--account-id takes 12 digits, found ${JSON.stringify(accountId)}.`)
  }
  return {
    groups,
    groupsAtOnce: countIn('at-once', values['at-once']),
    endpoint: endpointIn(values.endpoint),
    region: values.region ?? environment.AWS_REGION ?? 'us-east-1',
    credentials: { accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN },
    accountId,
    controlSecret: environment.GLACIER_PIPE_CONTROL_SECRET,
    allowAccountChanges: values['allow-account-changes'],
    requestTimeoutMs: milliseconds('timeout', values.timeout),
    runTimeoutMs: milliseconds('max-time', values['max-time']),
    jobWaitMs: milliseconds('job-wait', values['job-wait']),
    cleanUpTimeoutMs: CLEAN_UP_TIMEOUT_MS,
  }
}

function endpointIn(text: string | undefined): URL {
  if (text === undefined) throw new UsageError('--endpoint is needed: the URL to be tested.')
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === ''
  if (isOrigin && url.username === '' && url.password === '') return url
  throw new UsageError('--endpoint takes an http or https URL without a path or credentials.')
}

function countIn(flag: string, text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new UsageError(`--${flag} takes a number from 1 to 99, found ${text}.`)
}

function milliseconds(flag: string, text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (seconds > 0 && seconds <= MOST_SECONDS) return Math.ceil(seconds * 1000)
  throw new UsageError(`--${flag} takes seconds, more than 0 and at most ${MOST_SECONDS}, found ${text}.`)
}

function textList(groups: readonly Group[]): string {
  const all = groups.flatMap(({ assertions }) => assertions)
  const lines = groups.flatMap(({ name, title, assertions }) => [
    `${name}: ${title}`,
    ...assertions.map(({ id, text, tag, source }) => `  ${id}: ${text}\n    ${tag}: ${source}`),
  ])
  return [...lines, `${all.length} assertions: ${tagsLine(all)}`, ''].join('\n')
}

function jsonList(groups: readonly Group[]): string {
  const data = groups.map(({ name, title, assertions }) => ({
    name,
    title,
    assertions: assertions.map(({ id, text, tag, source }) => ({ id, text, tag, source })),
  }))
  return `${JSON.stringify(data, null, 2)}\n`
}
