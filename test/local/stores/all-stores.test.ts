import {
  CreateVaultCommand,
  DeleteVaultCommand,
  DescribeJobCommand,
  DescribeVaultCommand,
  GetDataRetrievalPolicyCommand,
  GetJobOutputCommand,
  GlacierClient,
  InitiateJobCommand,
  InitiateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListProvisionedCapacityCommand,
  ListTagsForVaultCommand,
  ListVaultsCommand,
  PurchaseProvisionedCapacityCommand,
  SetDataRetrievalPolicyCommand,
  AddTagsToVaultCommand,
  UploadArchiveCommand,
} from '@aws-sdk/client-glacier'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t from 'tap'
import { startLocalVault, type LocalCredentials, type LocalVaultOptions } from '../../../lib/local/index.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import { localVaultFor, send, type RawRequest, type RawResponse } from '../../helpers/local-vault.js'
import { KEYS, type Whose, severalFor, sdkFor } from '../../helpers/several-accounts.js'

// Several accounts and regions in one server, and who may use them.

const SECRET = 'a-secret-of-twenty-two'
const HOUR = 3_600_000
const [ONE, TWO] = ['111111111111', '222222222222'] as const
const REGIONS = ['us-east-1', 'eu-west-1'] as const
const ALL: readonly Whose[] = [ONE, TWO].flatMap((accountId, i) =>
  REGIONS.map((region) => ({ accountId, region, credentials: KEYS[i] as LocalCredentials })),
)

async function vaultNames(client: GlacierClient): Promise<(string | undefined)[]> {
  const { VaultList = [] } = await client.send(new ListVaultsCommand({ accountId: '-' }))
  return VaultList.map(({ VaultARN }) => VaultARN)
}

const docs = { accountId: '-', vaultName: 'docs' }

t.test(
  'two accounts in two regions have vaults, uploads, jobs, tags and settings of their own',
  async (t) => {
    const vault = await severalFor(t, { inventoryInterval: 0 })
    t.match(vault, { accountId: ONE, region: 'us-east-1', credentials: KEYS[0] })
    const stored: { readonly id: string; readonly text: string }[] = []
    const uploadIds: (string | undefined)[] = []
    for (const { accountId, region, credentials } of ALL) {
      const client = sdkFor(t, vault, { region, credentials })
      const arn = `arn:aws:glacier:${region}:${accountId}:vaults/docs`
      t.strictSame(await vaultNames(client), [], `${accountId} in ${region} has nothing of the others`)
      const { location } = await client.send(new CreateVaultCommand(docs))
      t.equal(location, `/${accountId}/vaults/docs`)
      const body = Buffer.from(`${accountId} ${region}`)
      const checksum = computeChecksums(body).treeHash
      const archive = await client.send(new UploadArchiveCommand({ ...docs, body, checksum }))
      t.equal(archive.location, `/${accountId}/vaults/docs/archives/${String(archive.archiveId)}`)
      stored.push({ id: String(archive.archiveId), text: body.toString() })
      const upload = await client.send(new InitiateMultipartUploadCommand({ ...docs, partSize: '1048576' }))
      uploadIds.push(upload.uploadId)
      await client.send(new AddTagsToVaultCommand({ ...docs, Tags: { whose: `${accountId}.${region}` } }))
      const rule = { Strategy: 'BytesPerHour', BytesPerHour: 1000 + stored.length }
      await client.send(new SetDataRetrievalPolicyCommand({ accountId: '-', Policy: { Rules: [rule] } }))
      await client.send(new PurchaseProvisionedCapacityCommand({ accountId: '-' }))
      t.match(await client.send(new DescribeVaultCommand(docs)), { VaultARN: arn, NumberOfArchives: 1 })
    }
    for (const [i, { accountId, region, credentials }] of ALL.entries()) {
      const client = sdkFor(t, vault, { region, credentials })
      const arn = `arn:aws:glacier:${region}:${accountId}:vaults/docs`
      const { id, text } = stored[i] as (typeof stored)[number]
      t.strictSame(await vaultNames(client), [arn])
      const uploads = await client.send(new ListMultipartUploadsCommand(docs))
      t.match(uploads.UploadsList, [{ MultipartUploadId: uploadIds[i], VaultARN: arn }])
      t.equal(uploads.UploadsList?.length, 1)
      t.strictSame((await client.send(new ListTagsForVaultCommand(docs))).Tags, {
        whose: `${accountId}.${region}`,
      })
      t.match(await client.send(new GetDataRetrievalPolicyCommand({ accountId: '-' })), {
        Policy: { Rules: [{ BytesPerHour: 1001 + i }] },
      })
      const capacity = await client.send(new ListProvisionedCapacityCommand({ accountId: '-' }))
      t.equal(capacity.ProvisionedCapacityList?.length, 1)
      const jobParameters = { Type: 'archive-retrieval', ArchiveId: id }
      const { jobId, location } = await client.send(new InitiateJobCommand({ ...docs, jobParameters }))
      t.equal(location, `/${accountId}/vaults/docs/jobs/${String(jobId)}`)
      t.match(await client.send(new DescribeJobCommand({ ...docs, jobId })), {
        VaultARN: arn,
        Completed: true,
      })
      const { body } = await client.send(new GetJobOutputCommand({ ...docs, jobId }))
      t.equal(await body?.transformToString(), text)
      const others = stored.filter((other) => other.id !== id)
      for (const other of others) {
        const order = { ...docs, jobParameters: { ...jobParameters, ArchiveId: other.id } }
        await t.rejects(client.send(new InitiateJobCommand(order)), { name: 'ResourceNotFoundException' })
      }
    }
    const [first, second] = [sdkFor(t, vault, ALL[0] as Whose), sdkFor(t, vault, ALL[1] as Whose)]
    await second.send(new CreateVaultCommand({ ...docs, vaultName: 'more' }))
    await second.send(new DeleteVaultCommand({ ...docs, vaultName: 'more' }))
    await first.send(new CreateVaultCommand({ ...docs, vaultName: 'more' }))
    t.equal((await vaultNames(first)).length, 2)
    t.equal((await vaultNames(second)).length, 1)

    t.strictSame((await readdir(join(vault.dir, 'vaults'))).sort(), ['docs', 'more'])
    const elsewhere = (await readdir(join(vault.dir, 'accounts'), { recursive: true })).filter((it) =>
      /^\d+\/[^/]+(?:\/(?:account\.json|vaults\/[^/]+))?$/.test(it),
    )
    t.strictSame(elsewhere.sort(), [
      `${ONE}/eu-west-1`,
      `${ONE}/eu-west-1/account.json`,
      `${ONE}/eu-west-1/vaults/docs`,
      ...REGIONS.toReversed().flatMap((it) =>
        ['', '/account.json', '/vaults/docs'].map((end) => `${TWO}/${it}${end}`),
      ),
    ])
    t.strictSame(await readdir(join(vault.dir, 'tmp')), [])
  },
)

t.test("a key pair opens its own account, and no path leads to another's", async (t) => {
  const vault = await severalFor(t)
  const list = (account: string, { credentials, region }: Partial<Whose> = {}): Promise<RawResponse> =>
    send(
      { ...vault, credentials: credentials ?? KEYS[0], region: region ?? 'us-east-1' },
      {
        method: 'GET',
        path: `/${account}/vaults`,
        headers: { 'x-amz-security-token': credentials?.sessionToken },
      },
    )
  const [, , second] = ALL
  t.match(await list(ONE), { status: 200 })
  t.match(await list(TWO, second), { status: 200 })
  const denied = { status: 403, json: { code: 'AccessDeniedException' } }
  t.match(await list(TWO), denied)
  t.match(await list(ONE, second), denied)
  t.match(await list('333333333333'), denied)
  t.match(await list('..'), denied)
  t.match(await list('-', { region: 'eu-west-2' }), {
    status: 403,
    json: {
      code: 'InvalidSignatureException',
      message:
        "Credential should be scoped to a valid region, not 'eu-west-2'. This one is 'us-east-1' or 'eu-west-1'.",
    },
  })
  t.match(await list('-', { region: '..' }), { status: 403, json: { code: 'InvalidSignatureException' } })
  t.match(await list('-', { credentials: { ...KEYS[1], sessionToken: 'another token' } }), {
    status: 400,
    json: { code: 'UnrecognizedClientException' },
  })
})

t.test(
  'a folder started with another region shows other vaults, and its home stays where it is',
  async (t) => {
    const dir = t.testdir()
    const namesIn = async (options: Partial<LocalVaultOptions>, create?: string): Promise<unknown> => {
      const vault = await startLocalVault({ dir, ...options })
      const { region, accountId } = vault
      if (create !== undefined) await send(vault, { method: 'PUT', path: `/-/vaults/${create}` })
      const headers = { 'x-amz-security-token': vault.credentials.sessionToken }
      const { json } = await send(vault, { method: 'GET', path: '/-/vaults', headers })
      await vault.close()
      return [
        accountId,
        region,
        (json.VaultList as { VaultName: string }[]).map(({ VaultName }) => VaultName).join(),
      ]
    }
    t.strictSame(await namesIn({ region: 'eu-west-1', accountId: ONE }, 'first'), [ONE, 'eu-west-1', 'first'])
    t.same(JSON.parse(await readFile(join(dir, 'home.json'), 'utf8')), {
      accountId: ONE,
      region: 'eu-west-1',
    })
    t.strictSame(await namesIn({ region: 'us-east-1' }, 'second'), [ONE, 'us-east-1', 'second'])
    t.strictSame(await namesIn({ accountId: TWO }), [TWO, 'eu-west-1', ''])
    t.strictSame(await namesIn({}), [ONE, 'eu-west-1', 'first'], 'the home is the default')
    t.strictSame(await namesIn({ region: [...REGIONS] }), [ONE, 'us-east-1', 'second'])
    t.strictSame(await namesIn({ credentials: KEYS[1] }), [TWO, 'eu-west-1', ''], "the first pair's account")
    t.strictSame(await readdir(join(dir, 'vaults')), ['first'])

    await rm(join(dir, 'home.json')) // as version 0.1 leaves it
    t.strictSame(await namesIn({ region: 'eu-west-3', accountId: TWO }), [TWO, 'eu-west-3', 'first'])
    t.strictSame(await namesIn({}), [TWO, 'eu-west-3', 'first'])
  },
)

t.test('a folder whose own files are damaged is refused, without a word of what they contain', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'home.json')
  await (await startLocalVault({ dir })).close()
  const home = await readFile(path, 'utf8')
  for (const text of [
    '',
    'geheim',
    'null',
    '["geheim"]',
    '{"accountId":"geheim","region":"us-east-1"}',
    '{"accountId":"111122223333","region":"../geheim"}',
    '{"accountId":"111122223333"}',
    '{"accountId":111122223333,"region":"us-east-1"}',
  ]) {
    await writeFile(path, text)
    const failure = await startLocalVault({ dir }).catch((error: unknown) => error)
    t.match(failure, { message: `${path} does not contain an accountId of 12 digits and a region.` }, text)
    t.notMatch(inspect(failure), 'geheim')
  }
  await writeFile(path, home)
  const keys = join(dir, 'credentials.json')
  for (const text of [
    '{"accessKeyId":"a","secretAccessKey":geheim}',
    '{"accessKeyId":"geheim"}',
    '"geheim"',
  ]) {
    await writeFile(keys, text)
    const failure = await startLocalVault({ dir }).catch((error: unknown) => error)
    t.match(failure, { message: `${keys} does not contain an accessKeyId and a secretAccessKey.` }, text)
    t.notMatch(inspect(failure), 'geheim')
  }
  await writeFile(keys, '{"accessKeyId":"a","secretAccessKey":"b","accountId":"../.."}')
  const vault = await localVaultFor(t, { dir })
  t.equal(vault.accountId, '111122223333', 'nothing else of it counts')
})

t.test('the handle shows no secret where it is inspected', async (t) => {
  const vault = await severalFor(t, { credentials: [KEYS[1], KEYS[0]], controlSecret: SECRET })
  const text = inspect(vault, { depth: 9, showHidden: true })
  t.match(text, /accessKeyId: 'AKIATWO'[^}]*accountId: '222222222222'/)
  for (const secret of ['first secret', 'second secret', 'a token', SECRET])
    t.notOk(text.includes(secret), secret)
  t.equal(vault.accountId, TWO)
  t.strictSame(vault.credentials, KEYS[1], 'and has them')
})

t.test('controls are of the first account and region, unless another is named', async (t) => {
  const vault = await severalFor(t, { jobDelay: HOUR, inventoryInterval: 0, controlSecret: SECRET })
  const { control } = vault
  const [, europe, , other] = ALL as [Whose, Whose, Whose, Whose]
  const start = async (whose: Whose): Promise<void> => {
    const { region, credentials } = whose
    const headers = { 'x-amz-security-token': credentials.sessionToken }
    const ask = async (request: RawRequest): Promise<RawResponse> =>
      send({ ...vault, region, credentials }, { ...request, headers })
    await ask({ method: 'PUT', path: '/-/vaults/docs' })
    const body = '{"Type":"inventory-retrieval"}'
    await control.takeInventory('docs', { region, accountId: whose.accountId })
    t.match(await ask({ method: 'POST', path: '/-/vaults/docs/jobs', body }), { status: 202 })
  }
  await start(europe)
  await start(other)
  await t.rejects(control.takeInventory('docs'), /Vault not found for ARN: arn:aws:glacier:us-east-1:1{12}:/)
  t.equal(await control.completeJobs(), 0)
  t.equal(await control.completeJobs('docs', { region: 'eu-west-1' }), 1)
  t.equal(await control.failJobs('No.', undefined, { accountId: TWO }), 0)
  const order = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${vault.endpoint}/.control/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SECRET}` },
      body: JSON.stringify(body),
    })
    return [answer.status, await answer.json()]
  }
  const place = { accountId: TWO, region: 'eu-west-1' }
  t.match(await order('inventory', { vaultName: 'docs', ...place }), [200, { archiveCount: 0 }])
  t.match(await order('jobs/complete', { ...place, accountId: ONE }), [200, { jobs: 0 }])
  t.match(await order('jobs/fail', place), [200, { jobs: 1 }])
  control.setJobDelay(0)
  await start(other)
  t.match(await order('jobs/complete', place), [200, { jobs: 0 }], 'it is done already')
  const unknown =
    "account of Control.completeJobs must be an account and a region of the local vault, not '111111111111' in 'x'."
  t.strictSame(await order('jobs/complete', { region: 'x' }), [400, { message: unknown }])
  t.match(await order('jobs/complete', { region: 7 }), [
    400,
    { message: /^account\.region of .* must be a string/ },
  ])
  t.match(await order('jobs/complete', { vaultname: 'docs' }), [
    400,
    { message: /^account\.vaultname is not an option/ },
  ])
})

t.test('what was to be told of a job in any region is told after a start', async (t) => {
  const dir = t.testdir()
  const messages: string[] = []
  const subscriber = createServer((request, response) => {
    void request
      .setEncoding('utf8')
      .toArray()
      .then((chunks: string[]) => {
        messages.push(chunks.join(''))
        response.end()
        subscriber.emit('told')
      })
  }).listen(0, '127.0.0.1')
  await once(subscriber, 'listening')
  t.teardown(() => subscriber.close())
  const snsEndpoint = `http://127.0.0.1:${(subscriber.address() as AddressInfo).port}`
  const options = { dir, region: REGIONS, accountId: ONE, credentials: KEYS, snsEndpoint, jobDelay: HOUR }
  const [, , , whose] = ALL as [Whose, Whose, Whose, Whose]
  const vault = await startLocalVault(options)
  const client = sdkFor(t, vault, whose)
  await client.send(new CreateVaultCommand(docs))
  await vault.control.takeInventory('docs', { accountId: TWO, region: 'eu-west-1' })
  const SNSTopic = `arn:aws:sns:eu-west-1:${TWO}:topic`
  const jobParameters = { Type: 'inventory-retrieval', SNSTopic }
  await client.send(new InitiateJobCommand({ ...docs, jobParameters }))
  await vault.close()
  t.strictSame(messages, [])
  const again = await localVaultFor(t, options)
  const told = once(subscriber, 'told')
  again.control.advanceClock(2 * HOUR)
  await told
  const { TopicArn, Message } = JSON.parse(messages.join()) as Record<string, string>
  t.equal(TopicArn, SNSTopic)
  t.match(JSON.parse(Message ?? ''), { VaultARN: `arn:aws:glacier:eu-west-1:${TWO}:vaults/docs` })
})
