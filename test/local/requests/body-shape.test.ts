import t from 'tap'
import { worldFor } from '../../helpers/strict-world.js'

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:topic'
const invalid = { status: 400, json: { code: 'InvalidParameterValueException', type: 'Client' } }
const missing = { status: 400, json: { code: 'MissingParameterValueException', type: 'Client' } }

t.test('each field of a body has the type and the values of the model', async (t) => {
  const { ask, store, vault } = await worldFor(t)
  const ArchiveId = await store(Buffer.from('x'))
  await vault.control.takeInventory('docs')
  const retrieval = { Type: 'archive-retrieval', ArchiveId }
  const inventory = (more: object): object => ({
    Type: 'inventory-retrieval',
    InventoryRetrievalParameters: more,
  })
  const select = (more: object): object => ({ ...retrieval, Type: 'select', ...more })
  const rule = (...Rules: unknown[]): object => ({ Policy: { Rules } })
  const jobs = 'POST /vaults/docs/jobs'
  const add = 'POST /vaults/docs/tags?operation=add'
  const remove = 'POST /vaults/docs/tags?operation=remove'
  const notify = 'PUT /vaults/docs/notification-configuration'
  const policy = 'PUT /vaults/docs/access-policy'
  const lock = 'POST /vaults/docs/lock-policy'
  const account = 'PUT /policies/data-retrieval'
  const closed = { status: 400, json: { code: 'NoLongerSupportedException' } }
  const bytes = (BytesPerHour: unknown): object => rule({ Strategy: 'BytesPerHour', BytesPerHour })
  const csv = { FileHeaderInfo: 'None', Comments: null }
  const grant = { Grantee: { Type: 'Group', URI: 'x' }, Permission: 'READ' }
  const s3 = { AccessControlList: [grant], Tagging: { a: 'b' }, Encryption: { EncryptionType: 'AES256' } }
  for (const [call, body, wanted] of [
    ...[7, true, [], {}, '', 'Archive-Retrieval'].map(
      (Type) => [jobs, { ...retrieval, Type }, invalid] as const,
    ),
    [jobs, { ...retrieval, Type: null }, missing],
    [jobs, { ...retrieval, ArchiveId: null }, missing],
    [jobs, { ...retrieval, ArchiveId: 7 }, invalid],
    [jobs, { ...retrieval, ArchiveId: '' }, { status: 404 }],
    [
      jobs,
      { ...retrieval, ArchiveId: 'x'.repeat(100_000) },
      { status: 404, json: { message: /^.{200,300}…$/ } },
    ],
    [jobs, { ...retrieval, Tier: 'standard' }, invalid],
    [jobs, { ...retrieval, Tier: '' }, invalid],
    [jobs, { ...retrieval, Format: 'XML' }, invalid],
    [jobs, { ...retrieval, SNSTopic: '' }, invalid],
    [jobs, { ...retrieval, Description: [] }, invalid],
    [jobs, { ...retrieval, Description: 'x'.repeat(1025) }, invalid],
    [jobs, { ...retrieval, RetrievalByteRange: '' }, invalid],
    [jobs, { ...retrieval, RetrievalByteRange: 'bytes=0-0' }, invalid],
    [jobs, { ...retrieval, Tier: null, Description: null, Unknown: { deep: [1] } }, { status: 202 }],
    [jobs, { ...retrieval, InventoryRetrievalParameters: 'x' }, invalid],
    [jobs, { ...inventory({}), ArchiveId }, invalid],
    [jobs, { ...inventory({}), RetrievalByteRange: '0-0' }, invalid],
    [jobs, inventory({ Limit: 1 }), invalid],
    ...['0', '', '-1', '+1', '01', '1.0', '1e3', ' 1'].map(
      (Limit) => [jobs, inventory({ Limit }), invalid] as const,
    ),
    ...['', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01', '2026-01-01T00:00:00', '0'].flatMap(
      (date) => [
        [jobs, inventory({ StartDate: date }), invalid] as const,
        [jobs, inventory({ EndDate: date }), invalid] as const,
      ],
    ),
    [jobs, inventory({ StartDate: '2024-02-29T00:00:00Z', EndDate: null }), { status: 202 }],
    [jobs, select({ SelectParameters: { InputSerialization: { csv } }, OutputLocation: { S3: s3 } }), closed],
    [jobs, select({ SelectParameters: { InputSerialization: { csv: { FileHeaderInfo: 'x' } } } }), invalid],
    [jobs, select({ SelectParameters: { ExpressionType: 'sql' } }), invalid],
    [jobs, select({ SelectParameters: [] }), invalid],
    [jobs, select({ OutputLocation: { S3: { ...s3, Tagging: { a: 1 } } } }), invalid],
    [jobs, select({ OutputLocation: { S3: { ...s3, AccessControlList: grant } } }), invalid],
    [add, { Tags: null }, missing],
    ...['x', 7, []].map((Tags) => [add, { Tags }, invalid] as const),
    [add, { Tags: { a: null } }, invalid],
    [add, { Tags: { '': 'x' } }, invalid],
    [
      add,
      { Tags: { ['k'.repeat(300)]: 'x' } },
      { ...invalid, json: { message: /^Invalid tag key: k{200}…$/ } },
    ],
    [add, { Tags: { ['k'.repeat(128)]: 'v'.repeat(255) } }, { status: 204 }],
    [remove, { TagKeys: null }, missing],
    [remove, { TagKeys: {} }, invalid],
    [remove, { TagKeys: [null] }, invalid],
    [remove, { TagKeys: ['a', 7] }, invalid],
    [remove, { TagKeys: [''] }, invalid],
    [remove, { TagKeys: ['k'.repeat(129)] }, invalid],
    [remove, { TagKeys: ['absent'] }, { status: 204 }],
    [notify, { SNSTopic: null, Events: ['ArchiveRetrievalCompleted'] }, missing],
    [notify, { SNSTopic: TOPIC, Events: null }, missing],
    [notify, { SNSTopic: TOPIC, Events: 'ArchiveRetrievalCompleted' }, invalid],
    [notify, { SNSTopic: TOPIC, Events: ['archiveretrievalcompleted'] }, invalid],
    [notify, { SNSTopic: TOPIC, Events: [] }, invalid],
    [notify, { SNSTopic: 7, Events: ['ArchiveRetrievalCompleted'] }, invalid],
    ...[policy, lock].flatMap((call) => [
      [call, { Policy: null }, missing] as const,
      [call, {}, missing] as const,
      [call, { Policy: {} }, invalid] as const,
      [call, { Policy: '' }, invalid] as const,
    ]),
    [account, { Policy: null }, missing],
    [account, { Policy: {} }, missing],
    [account, { Policy: 'x' }, invalid],
    [account, { Policy: { Rules: {} } }, invalid],
    [account, rule(), invalid],
    [account, rule({}), missing],
    [account, rule({ Strategy: 'freetier' }), invalid],
    [account, rule({ Strategy: 'FreeTier', BytesPerHour: 1 }), invalid],
    [account, rule({ Strategy: 'FreeTier', BytesPerHour: null }), { status: 204 }],
    [account, bytes(null), missing],
    ...['1', 0, -1, 1.5, 1e300, true].map((value) => [account, bytes(value), invalid] as const),
  ] as const) {
    const [method = '', path = ''] = call.split(' ')
    t.match(await ask(method, path, { body }), wanted, `${call} ${JSON.stringify(body).slice(0, 120)}`)
  }
  for (const [number, kept] of [
    ['1e3', '1000'],
    ['9007199254740993', '9007199254740992'],
    ['9223372036854775807', '9223372036854775000'],
  ] as const) {
    const text = JSON.stringify(bytes(0)).replace('0}', `${number}}`)
    t.match(await ask('PUT', '/policies/data-retrieval', { body: text }), { status: 204 }, number)
    const found = await ask('GET', '/policies/data-retrieval')
    t.ok(found.body.includes(`"BytesPerHour":${kept}}`), found.body.toString())
  }
  for (const number of ['9223372036854779000', '1e999', '01', '+1', '1.'])
    t.match(
      await ask('PUT', '/policies/data-retrieval', {
        body: JSON.stringify(bytes(0)).replace('0}', `${number}}`),
      }),
      { status: 400 },
      number,
    )
})
