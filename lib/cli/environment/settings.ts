/**
 * Which options can come from the environment.
 *
 * The rule: a setting can, because it holds in the same way for every run on a machine: where the vaults are, how fast
 * and with how much memory to work, and how to print. An option cannot if a variable that is left set would change what
 * a command does to the data without a sign on the command line: if it confirms, selects, destroys, or replaces the
 * work of the command by other work.
 *
 * Every option of every command is in one of the two lists. A test fails for an option that is in neither.
 */

/** Why an option is given on the command line only. */
export type CommandLineReason = 'confirms' | 'selects' | 'destroys' | 'changes the work'

/** The settings, by the names of their attributes: options that can come from the environment. */
export const SETTINGS: ReadonlySet<string> = new Set([
  ...['json', 'quiet', 'progress', 'debug', 'csv', 'full', 'cost'],
  ...[
    'catalog',
    'catalogMirror',
    'local',
    'localDir',
    'region',
    'profile',
    'accountId',
    'endpoint',
    'timeout',
  ],
  ...['memory', 'concurrency', 'retryFor', 'partSize', 'expectedSize', 'limitRate', 'hashThreads'],
  ...['maxArchiveSize', 'tier', 'snsTopic', 'prices'],
  ...['storageClass', 'kmsKeyId', 'requesterPays', 'bucketOwner', 'days'],
  // Of `serve`.
  ...['dir', 'host', 'port', 's3Port', 'tlsCert', 'tlsKey', 'idleTimeout', 'log', 'control', 'createVaults'],
  ...['jobDelay', 'inventoryInterval', 'inventoryHour', 'expeditedCapacity', 'retrievalsPerDay', 'throttle'],
  ...['snsEndpoint', 'policies', 'undocumented', 'price', 'fault'],
])

/** The options that are given on the command line only, by the names of their attributes. */
export const COMMAND_LINE_ONLY: Readonly<Record<string, CommandLineReason>> = {
  version: 'changes the work',
  yes: 'confirms',
  confirm: 'confirms',
  incomplete: 'confirms',
  checkLate: 'confirms',
  allowRemote: 'confirms',
  acceptAnyCredentials: 'confirms',
  name: 'selects',
  description: 'selects',
  uploadId: 'selects',
  resume: 'selects',
  job: 'selects',
  range: 'selects',
  output: 'selects',
  volumes: 'selects',
  match: 'selects',
  since: 'selects',
  before: 'selects',
  minSize: 'selects',
  maxSize: 'selects',
  inventory: 'selects',
  tag: 'changes the work',
  metadata: 'changes the work',
  contentType: 'changes the work',
  lockMode: 'changes the work',
  lockUntil: 'changes the work',
  overwrite: 'destroys',
  check: 'changes the work',
  wait: 'changes the work',
  env: 'changes the work',
  dryRun: 'changes the work',
  write: 'changes the work',
  skipDamaged: 'changes the work',
  abort: 'destroys',
  onFailure: 'destroys',
  now: 'destroys',
  keepLast: 'destroys',
  keepDaily: 'destroys',
  keepWeekly: 'destroys',
  keepMonthly: 'destroys',
  keepYearly: 'destroys',
  keepWithin: 'destroys',
}

/**
 * Settings that exclude each other. If the command line has one of them, the others are not taken from the environment.
 */
export const ALTERNATIVES: readonly (readonly string[])[] = [
  ['local', 'localDir', 'endpoint'],
  ['json', 'csv'],
  ['inventoryInterval', 'inventoryHour'],
]

const PREFIX = 'GLACIER_PIPE_'

/** Variables of the program that are no options: two secrets, and the process that `serve --env` started. */
export const OTHER_VARIABLES: readonly string[] = [
  'GLACIER_PIPE_SERVE_PID',
  'GLACIER_PIPE_CONTROL_SECRET',
  'GLACIER_PIPE_TLS_PASSPHRASE',
]

/** The variable of an option, as `GLACIER_PIPE_PART_SIZE` for the attribute `partSize`. */
export function variableOf(attribute: string): string {
  return PREFIX + attribute.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** Whether a variable has the form of those of the program. */
export function isVariable(name: string): boolean {
  return name.startsWith(PREFIX)
}
