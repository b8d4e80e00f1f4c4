import t from 'tap'
import { inventory } from '../../../lib/vault/inventory.js'
import { startRetrieval } from '../../../lib/vault/retrieve-archive.js'
import { clientFor, configuredCredentials } from '../../helpers/local-vault.js'
import { worldFor } from '../../helpers/world.js'

// `--sns-topic`, on every command that starts jobs, and the option of the library.

const credentials = await configuredCredentials(t)
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:jobs'

t.test('jobs that a command starts notify the topic; a job that exists keeps its own', async (t) => {
  const { vault, run, put, catalog } = await worldFor(t, credentials)
  const [archiveId = ''] = await put('hello', '--name', 'a')
  const client = clientFor(t, vault)
  const topics = async (): Promise<(string | undefined)[]> => {
    const { items } = await client.listJobs({ vaultName: 'docs' })
    return items.map(({ snsTopic }) => snsTopic)
  }
  t.match(await run(['get', 'docs', 'a', '--sns-topic', TOPIC]), { code: 0, out: 'hello' })
  t.strictSame(await topics(), [TOPIC])
  t.match(await run(['inventory', 'docs', '--sns-topic', TOPIC]), { code: 0 })
  t.strictSame(await topics(), [TOPIC, TOPIC])
  t.match(await run(['jobs', 'docs']), { out: new RegExp(`notifies ${TOPIC}\\n.* notifies ${TOPIC}\\n$`) })
  for (const args of [
    ['catalog', 'diff', 'docs'],
    ['catalog', 'rebuild', 'docs'],
    ['verify', '--inventory', catalog, 'docs', `id:${archiveId}`],
    ['empty', 'docs', '--dry-run'],
  ])
    t.not((await run([...args, '--sns-topic', `${TOPIC}2`])).code, 2, args.join(' '))
  for await (const row of inventory({ client, vaultName: 'docs', format: 'CSV', snsTopic: `${TOPIC}3` }))
    t.equal(row.archiveId, archiveId)
  await startRetrieval({
    client,
    vaultName: 'docs',
    archiveId,
    range: { start: 0, end: 5 },
    archiveSize: 5,
    tier: 'Bulk',
    snsTopic: `${TOPIC}3`,
  })
  const found = await topics()
  t.strictSame(
    new Set(found),
    new Set([TOPIC, `${TOPIC}2`, `${TOPIC}3`].filter((topic) => found.includes(topic))),
  )
})

t.test('a text that is no ARN of a topic is refused', async (t) => {
  const { run } = await worldFor(t, credentials)
  for (const topic of ['jobs', '', 'arn:aws:sqs:us-east-1:111122223333:jobs'])
    t.match(await run(['inventory', 'docs', '--sns-topic', topic]), { code: 2, err: /ARN of an SNS topic/ })
})
