import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { MIB } from '../../lib/sizes.js'
import { bucketWorld, type BucketWorld, type RanHere } from '../helpers/bucket-put.js'
import { runHere, stage } from '../helpers/command.js'
import { textOf } from '../helpers/documents.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { blocksOf } from '../helpers/markdown.js'
import { policyGateFor, type PolicyGate, type PolicyStatement } from '../helpers/policy-gate.js'

// The policies for buckets in docs/iam.md. Between the commands and the local bucket is a server that permits what a policy
// permits. Each command of the role must succeed, and the actions of all requests together must be those of the policy.

const credentials = await configuredCredentials(t)
const page = await textOf('docs/iam.md')
const PLACE = 's3://backups'

/** A bucket behind a gate, a file to store, and the policy below a heading of the page. */
interface Role {
  readonly world: BucketWorld
  readonly gate: PolicyGate
  readonly file: string
  readonly statements: readonly PolicyStatement[]
  /** All actions of the policy. */
  readonly actions: readonly string[]
  /** Runs a command through the gate. */
  readonly run: (...args: readonly string[]) => Promise<RanHere>
}

async function roleFor(t: Test, heading: string): Promise<Role> {
  const world = await bucketWorld(t, credentials)
  const gate = await policyGateFor(t, world.server)
  const file = join(world.dir, 'srv.tar')
  await writeFile(file, randomBytes(17 * MIB))
  const statements = statementsBelow(heading)
  const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort()
  const where = ['--endpoint', gate.endpoint, ...world.where.slice(2), '--quiet']
  const run = async ([command = '', ...rest]: readonly string[]): Promise<RanHere> => {
    const words = command === 'catalog' ? rest.splice(0, 1) : []
    const it = stage() // with a real clock: without its delay, the last request of an upload that fails is not made
    const code = await runHere([command, ...words, ...where, ...rest], it)
    return { code, out: it.out(), err: it.err() }
  }
  return { world, gate, file, statements, actions, run: (...args) => run(args) }
}

/** The statements of the first policy below a heading. */
function statementsBelow(heading: string): readonly PolicyStatement[] {
  const at = page.indexOf(`\n### ${heading}\n`)
  if (at < 0) throw new Error(`${heading} is no heading`)
  const [block] = blocksOf(page.slice(at))
  return (JSON.parse(block?.text ?? '') as { Statement: PolicyStatement[] }).Statement
}

/** Puts the policy into force, and forgets the actions until now. */
function enforce({ gate, statements }: Role, ...more: readonly PolicyStatement[]): void {
  gate.statements = [...statements, ...more]
  gate.used.length = 0
}

function usedBy({ gate }: Role): string[] {
  return [...new Set(gate.used)].sort()
}

async function succeeds(t: Test, ending: Promise<RanHere>): Promise<void> {
  const { code, err } = await ending
  t.equal(code, 0, err)
}

async function isDenied(t: Test, role: Role, ...args: readonly string[]): Promise<void> {
  const { code, err } = await role.run(...args)
  t.ok(code === 1 || code === 3, `${args.join(' ')}: ${code}`) // what was sent before a denied completion is kept
  t.match(err, /denied|do not permit/i)
}

t.test(
  'put into a bucket: stores, resumes, aborts and lists uploads, and cannot read, list or delete',
  async (t) => {
    const role = await roleFor(t, 'Put into a bucket')
    const { world, file, run } = role
    enforce(role)
    await succeeds(t, run('put', `${PLACE}/a`, file))
    const lost = { operation: 'UploadPart', fault: 'error-500' } as const
    world.server.faults.add({ ...lost, nth: 2 })
    const parts = ['--part-size', '8MiB', '--concurrency', '1', '--retry-for', '0']
    t.match(await run('put', `${PLACE}/b`, file, ...parts), { code: 3 })
    world.server.faults.clear()
    await succeeds(t, run('put', `${PLACE}/b`, file, '--resume'))
    world.server.faults.add(lost)
    const aborted = await run('put', `${PLACE}/c`, file, ...parts, '--on-failure', 'abort')
    t.match(aborted, { code: 1 }, aborted.err)
    world.server.faults.clear()
    await succeeds(t, run('uploads', PLACE))
    t.strictSame(usedBy(role), role.actions)
    await isDenied(t, role, 'get', `${PLACE}/a`, '-o', join(world.dir, 'x'))
    await isDenied(t, role, 'catalog', 'rebuild', PLACE)
    await isDenied(t, role, 'rm', `${PLACE}/a`, '--yes')
    await isDenied(t, role, 'put', `${PLACE}/d`, file, '--tag', 'a=b')
    await isDenied(
      t,
      role,
      'put',
      `${PLACE}/d`,
      file,
      '--lock-mode',
      'GOVERNANCE',
      '--lock-until',
      '2099-01-01',
    )
    t.match(await run('put', `${PLACE}/a`, file), { code: 1, err: /exists/ }, 'the service compares')
  },
)

t.test(
  'after a completion without a response, only who may read objects learns that the own one is stored',
  async (t) => {
    const role = await roleFor(t, 'Put into a bucket')
    enforce(role)
    const { world, gate, file, run, statements } = role
    const read = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::backups/*' }
    for (const [key, more] of [
      ['a', []],
      ['b', [read]],
    ] as const) {
      world.server.faults.add({ operation: 'CompleteMultipartUpload', fault: 'lose-answer' })
      t.match(await run('put', `${PLACE}/${key}`, file, '--retry-for', '0'), {
        code: 3,
        err: /The upload is kept/,
      })
      world.server.faults.clear()
      gate.statements = [...statements, ...more]
      const resumed = await run('put', `${PLACE}/${key}`, file, '--resume')
      t.match(
        resumed,
        key === 'a' ? { code: 1, err: /An object of this key exists/ } : { code: 0 },
        resumed.err,
      )
    }
  },
)

t.test('nothing is overwritten, by a policy of the bucket', async (t) => {
  const role = await roleFor(t, 'Put into a bucket')
  const { file, run } = role
  const [deny] = statementsBelow('Nothing is overwritten')
  if (!deny) throw new Error('there is no statement')
  enforce(role)
  await succeeds(t, run('put', `${PLACE}/a`, file))
  await succeeds(t, run('put', `${PLACE}/a`, file, '--overwrite'))
  enforce(role, deny)
  await succeeds(t, run('put', `${PLACE}/b`, file))
  await isDenied(t, role, 'put', `${PLACE}/b`, file, '--overwrite')
  const small = join(role.world.dir, 'small')
  await writeFile(small, 'x')
  await succeeds(t, run('put', `${PLACE}/c`, small))
  await isDenied(t, role, 'put', `${PLACE}/c`, small, '--overwrite')
})

t.test('restore from a bucket: retrieves, verifies and lists, and cannot store or delete', async (t) => {
  const role = await roleFor(t, 'Restore from a bucket')
  const { world, file, run } = role
  await succeeds(t, run('put', `${PLACE}/a`, file))
  enforce(role)
  const lost = ['--catalog', join(world.dir, 'lost')]
  await succeeds(t, run('get', `${PLACE}/a`, ...lost, '-o', join(world.dir, 'restored')))
  await succeeds(t, run('verify', file, `${PLACE}/a`))
  await succeeds(t, run('catalog', 'rebuild', PLACE))
  await succeeds(t, run('catalog', 'diff', PLACE))
  t.strictSame(usedBy(role), role.actions)
  await isDenied(t, role, 'put', `${PLACE}/b`, file)
  await isDenied(t, role, 'rm', `${PLACE}/a`, '--yes')
  role.gate.statements = role.statements.filter(({ Action }) => Action !== 's3:ListBucket')
  await succeeds(t, run('get', `${PLACE}/a`, '-o', join(world.dir, 'again')))
})

t.test('delete from a bucket: deletes, and cannot store or restore', async (t) => {
  const role = await roleFor(t, 'Delete from a bucket')
  const { world, file, run } = role
  for (const key of ['a', 'b', '2026-11-29', '2026-11-30'])
    await succeeds(t, run('put', `${PLACE}/${key}`, file))
  enforce(role)
  await succeeds(t, run('rm', `${PLACE}/a`, '--yes'))
  await succeeds(t, run('prune', PLACE, '--keep-last', '1', '--now', '--yes'))
  t.strictSame(usedBy(role), role.actions)
  await isDenied(t, role, 'put', `${PLACE}/c`, file)
  await isDenied(t, role, 'get', `${PLACE}/b`, '-o', join(world.dir, 'x'))
})

t.test('doctor says which actions of a role are missing', async (t) => {
  const role = await roleFor(t, 'Put into a bucket')
  enforce(role)
  const { code, out } = await role.world.run(['doctor', PLACE, '--endpoint', role.gate.endpoint, '--write'])
  t.equal(code, 0, out)
  t.match(out, /warning {2}permissions {2}denied: ListBucket, for .*\n.*Allow s3:ListBucket if/)
  t.match(out, /ok {7}bucket {7}s3:\/\/backups exists\n/)
})
