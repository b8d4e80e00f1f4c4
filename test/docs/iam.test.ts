import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateVaultCommand, SetVaultAccessPolicyCommand, type GlacierClient } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import type { LocalVault } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { commandHere, type Ended } from '../helpers/command.js'
import { textOf } from '../helpers/documents.js'
import { localVaultFor } from '../helpers/local-vault.js'
import { blocksOf } from '../helpers/markdown.js'
import { sdkFor } from '../helpers/sdk-client.js'

// The policies in docs/iam.md. The local vault evaluates statements with `Deny`: it denies all actions that the policy does
// not allow. Each command of the role must then succeed, and all its requests together must be the actions of the policy.

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string
}

const address = { accountId: '-', vaultName: 'backups' }
const page = await textOf('docs/iam.md')
const operations = await textOf('docs/glacier-protocol.md')

/** A vault, and a command that runs on it. */
class Role {
  readonly #vault: LocalVault
  readonly #client: GlacierClient
  readonly #catalog: string
  #before: Readonly<Record<string, number>> = {}

  constructor(test: Test, vault: LocalVault, dir: string) {
    this.#vault = vault
    this.#client = sdkFor(test, vault)
    this.#catalog = join(dir, 'catalog.jsonl')
  }

  get faults(): LocalVault['faults'] {
    return this.#vault.faults
  }

  async createVault(): Promise<void> {
    await this.#client.send(new CreateVaultCommand(address))
  }

  /** Runs a command with credentials of the account. */
  run(...args: string[]): Promise<Ended> {
    const { endpoint, region, credentials } = this.#vault
    const keys = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }
    const [command = '', ...rest] = args
    const connection = ['--endpoint', endpoint, '--region', region, '--catalog', this.#catalog, '--quiet']
    const subcommand = command === 'catalog' ? rest.splice(0, 1) : []
    return commandHere([command, ...subcommand, ...connection, ...rest], keys)
  }

  /** Denies all actions but these, and forgets the requests until now. */
  async allowOnly(actions: readonly string[], resource: string): Promise<void> {
    await this.deny({ Principal: '*', NotAction: actions, Resource: resource })
    this.#before = this.#requests()
  }

  /** Denies what a statement describes. */
  async deny(statement: Readonly<Record<string, unknown>>): Promise<void> {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...statement, Effect: 'Deny' }],
    })
    await this.#client.send(new SetVaultAccessPolicyCommand({ ...address, policy: { Policy } }))
  }

  /** The actions that were requested since {@link allowOnly}, in alphabetical order. */
  requested(): string[] {
    return Object.entries(this.#requests())
      .filter(([operation, requests]) => requests > (this.#before[operation] ?? 0))
      .map(([operation]) => `glacier:${operation}`)
      .sort()
  }

  #requests(): Record<string, number> {
    const all = Object.entries(this.#vault.traffic.all())
    return Object.fromEntries(all.map(([operation, { requests }]) => [operation, requests]))
  }
}

t.test('the actions of each policy are operations of the service', (t) => {
  const statements = policies().flatMap(({ Statement }) => Statement)
  t.ok(statements.length >= 4)
  for (const { Action } of statements) {
    for (const action of [Action].flat())
      t.ok(operations.includes(`| ${action.replace(/^glacier:/, '')} `), action)
  }
  t.end()
})

t.test('put only: stores, resumes, aborts and lists uploads, and cannot retrieve or delete', async (t) => {
  const { role, file, policy } = await roleFor(t, 'Put only')
  await role.allowOnly(policy.actions, policy.resource)
  const id = await succeeds(t, role.run('put', 'backups', file))
  const lost = { operation: 'UploadMultipartPart', fault: 'error-500' } as const
  role.faults.add({ ...lost, nth: 2 })
  const parts = ['--part-size', '1MiB', '--concurrency', '1', '--retry-for', '0']
  t.match(await role.run('put', 'backups', file, '--name', 'again', ...parts), { code: 3 })
  role.faults.clear()
  await succeeds(t, role.run('put', 'backups', file, '--name', 'again', '--resume'))
  role.faults.add(lost)
  t.match(await role.run('put', 'backups', file, ...parts, '--on-failure', 'abort'), { code: 1 })
  role.faults.clear()
  await succeeds(t, role.run('uploads', 'backups'))
  t.strictSame(role.requested(), policy.actions)
  await isDenied(t, role, ['get', 'backups', '--', id])
  await isDenied(t, role, ['inventory', 'backups'])
  await isDenied(t, role, ['rm', 'backups', '--yes', '--', id])
})

t.test('restore: retrieves, lists and verifies, and cannot store or delete', async (t) => {
  const { role, file, dir, policy } = await roleFor(t, 'Restore')
  const id = await succeeds(t, role.run('put', 'backups', file, '--name', 'srv.tar'))
  await role.allowOnly(policy.actions, policy.resource)
  await succeeds(t, role.run('catalog', 'rebuild', 'backups'))
  await succeeds(t, role.run('catalog', 'diff', 'backups'))
  await succeeds(t, role.run('inventory', 'backups'))
  await succeeds(t, role.run('verify', file, 'backups', '--inventory', '--', id))
  await succeeds(t, role.run('get', 'backups', '-o', join(dir, 'restored'), '--', id))
  await succeeds(t, role.run('jobs', 'backups'))
  t.strictSame(role.requested(), policy.actions)
  await isDenied(t, role, ['put', 'backups', file])
  await isDenied(t, role, ['rm', 'backups', '--yes', '--', id])
})

t.test('prune: deletes, and cannot store or retrieve', async (t) => {
  const { role, file, policy } = await roleFor(t, 'Prune')
  const id = await succeeds(t, role.run('put', 'backups', file))
  await succeeds(t, role.run('put', 'backups', file, '--name', 'old'))
  const other = await succeeds(t, role.run('put', 'backups', file, '--name', 'old'))
  await role.allowOnly(policy.actions, policy.resource)
  await succeeds(t, role.run('rm', 'backups', '--yes', '--', id))
  const policyOptions = ['--name', 'old', '--keep-last', '1', '--now', '--yes']
  await succeeds(t, role.run('prune', 'backups', ...policyOptions))
  t.strictSame(role.requested(), policy.actions)
  await isDenied(t, role, ['put', 'backups', file])
  await isDenied(t, role, ['get', 'backups', '--', other])
})

t.test('a lock denies the deletion of young archives', async (t) => {
  const { role, file, statement } = await roleFor(t, 'Deletion denied for a time')
  t.match(statement, { Effect: 'Deny', Action: 'glacier:DeleteArchive' })
  const id = await succeeds(t, role.run('put', 'backups', file))
  await role.deny({ ...statement })
  await isDenied(t, role, ['rm', 'backups', '--yes', '--', id])
})

/** A vault with a role, a file to store, and the policy below a heading of the page. */
async function roleFor(
  t: Test,
  heading: string,
): Promise<{
  role: Role
  dir: string
  file: string
  statement: Statement
  policy: { actions: readonly string[]; resource: string }
}> {
  const dir = t.testdir()
  const options = { dir: join(dir, 'vaults'), region: 'eu-west-1', accountId: '111122223333' }
  const role = new Role(t, await localVaultFor(t, { ...options, inventoryInterval: 0 }), dir)
  await role.createVault()
  const file = join(dir, 'srv.tar')
  await writeFile(file, randomBytes(3 * MIB))
  const section = page.slice(page.indexOf(`\n## ${heading}\n`))
  const [block] = blocksOf(section)
  const [statement] = (JSON.parse(block?.text ?? '') as { Statement: Statement[] }).Statement
  if (!statement) throw new Error(`${heading} has no statement`)
  const actions = [statement.Action].flat().toSorted()
  return { role, dir, file, statement, policy: { actions, resource: statement.Resource } }
}

/** The policies of the page for vaults. */
function policies(): { Statement: Statement[] }[] {
  const ofVaults = page.slice(0, page.indexOf('\n## Buckets\n'))
  const blocks = blocksOf(ofVaults).filter(({ language }) => language === 'json')
  return blocks.map(({ text }) => JSON.parse(text) as { Statement: Statement[] })
}

/** Asserts that a command succeeds; its output, without the newline. */
async function succeeds(t: Test, ending: Promise<Ended>): Promise<string> {
  const { code, stdout, stderr } = await ending
  t.equal(code, 0, stderr)
  return stdout.toString().trim()
}

async function isDenied(t: Test, role: Role, args: readonly string[]): Promise<void> {
  const { code, stderr } = await role.run(...args)
  t.equal(code, 1, args.join(' '))
  t.match(stderr, /denied|not authorized/i)
}
