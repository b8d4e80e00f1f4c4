import { Readable } from 'node:stream'
import t from 'tap'
import * as local from '../../lib/local/index.js'
import type { LocalVaultOptions } from '../../lib/local/index.js'
import { checkOptions, type RulesOf } from '../../lib/options/check-options.js'
import { isVaultName } from '../../lib/glacier/names.js'
import * as api from '../helpers/every-export.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { failureOf } from '../helpers/failure-of.js'

const HASH = 'ab'.repeat(32)

/** Counts requests: there must be none. */
const vault = new MemoryVault()
const place = { vaultName: 'v' }

t.test('the handle of a local vault checks what it is told', async (t) => {
  const running = await local.startLocalVault({ dir: t.testdir() })
  t.teardown(() => running.close())
  const { control, faults, traffic } = running
  const wrong: unknown = null
  for (const call of [
    () => {
      control.advanceClock(wrong as number)
    },
    () => {
      control.setJobDelay(wrong as number)
    },
    () => control.completeJobs(wrong as string),
    () => control.failJobs(wrong as string),
    () => control.failJobs('failed', wrong as string),
    () => control.takeInventory(wrong as string),
    () => {
      faults.add(wrong as local.FaultRule)
    },
    () => traffic.of(wrong as string),
  ]) {
    const { error } = await failureOf(call)
    t.match(error, { name: 'TypeError', message: /, not null\.$/ }, String(call))
  }
  for (const call of [
    () => {
      control.advanceClock(-1)
    },
    () => {
      control.setJobDelay(NaN)
    },
    () => control.completeJobs('a/b'),
    () => control.failJobs('failed', '..'),
    () => control.takeInventory(''),
  ]) {
    t.match((await failureOf(call)).error, { name: 'RangeError' }, String(call))
  }
})

t.test('a catalog takes nothing but records', async (t) => {
  const catalog = await api.Catalog.open(`${t.testdir()}/catalog.jsonl`)
  t.teardown(() => catalog.close())
  for (const wrong of [null, undefined, 'x', {}, { type: 7 }] as unknown as api.CatalogRecord[]) {
    await t.rejects(catalog.append(wrong), { name: 'TypeError', message: /^records\[0\]/ })
  }
})

t.test('options may be inherited, undefined, and of a class', async (t) => {
  class Options {
    readonly partSize = 2 ** 20
    readonly retryFor = undefined
    readonly colour = undefined
    get vaultName(): string {
      return here.archives.size === 0 ? 'v' : 'another' // read once
    }
    get client(): MemoryVault {
      return here
    }
  }
  const here = new MemoryVault()
  const [archive] = await api.uploadArchive(Readable.from([Buffer.alloc(10)]), new Options())
  t.match(archive, { vaultName: 'v', size: 10, partSize: 2 ** 20 })
  const options = Object.assign(Object.create({ size: 'x' }) as object, { expected: HASH, [Symbol('x')]: 1 })
  t.doesNotThrow(() => api.treeHash(options))
})

t.test('the name that was meant is suggested, and none where nothing is near', async (t) => {
  for (const [name, meant] of [
    ['partsize', 'partSize'],
    ['part_size', 'partSize'],
    ['prtSize', 'partSize'],
    ['vault', 'vaultName'],
    ['onfailure', 'onFailure'],
    ['retryfro', 'retryFor'],
    ['signla', 'signal'],
  ] as const) {
    await t.rejects(api.uploadArchive([], { client: vault, ...place, [name]: 1 }), {
      name: 'TypeError',
      message: `${name} is not an option of uploadArchive. Did you mean ${meant}?`,
    })
  }
  for (const name of ['x', 'encoding', 'partNumber', '', 'constructor'])
    await t.rejects(api.uploadArchive([], { client: vault, ...place, [name]: 1 }), {
      message: `${name} is not an option of uploadArchive.`,
    })
})

t.test('messages are short, on one line, and tell no secret', async (t) => {
  const long = 'x'.repeat(60)
  for (const [vaultName, shown] of [
    [long.repeat(5), `'${'x'.repeat(40)}…'`],
    ['a\n\u001b[31mb\u202e', String.raw`'a\u{a}\u{1b}[31mb\u{202e}'`],
    [Symbol('x'), 'a symbol'],
    [5n, '5n'],
    [() => 1, 'a function'],
    [Object.create(null) as object, 'an object'],
    [{ constructor: 7 }, 'an object'],
    [new Map(), 'a Map'],
    [Buffer.from('secret'), 'a Buffer'],
    [
      new (class extends Map {
        static override readonly name = 'a\nb'
      })(),
      String.raw`an a\u{a}b`,
    ],
    [true, 'true'],
  ] as const) {
    const options = { client: vault, vaultName } as unknown as api.ArchiveWriterOptions
    t.throws(() => api.archiveWriter(options), {
      message: `vaultName of archiveWriter must be the name of a vault: 1 to 255 characters of A-Z, a-z, 0-9, "_", "." and "-", and neither "." nor "..", not ${shown}.`,
    })
  }
  const name = `a\nb${long}`
  await t.rejects(local.startLocalVault({ dir: '/dev/null/vaults', [name]: 1 }), {
    message: `a\\u{a}b${'x'.repeat(37)}… is not an option of startLocalVault.`,
  })
  const secrets = [
    { controlSecret: 'too secret' },
    { controlSecret: 12345 },
    { snsEndpoint: 'too secret' },
    { credentials: { accessKeyId: 'too secret', secretAccessKey: 'x' } },
    { credentials: { accessKeyId: 'x', secretAccessKey: 12345 } },
    { credentials: { accessKeyId: 'x', secretAccessKey: 'x', sessionToken: ['too secret'] } },
  ]
  for (const secret of secrets) {
    const { error } = await failureOf(() =>
      local.startLocalVault({ dir: '/dev/null/vaults', ...secret } as unknown as LocalVaultOptions),
    )
    t.match(error, { message: /^(?!.*(?:too secret|12345))(?:controlSecret|snsEndpoint|credentials)/ })
  }
})

t.test('a vault may have the names that the service allows', async (t) => {
  for (const name of ['v', 'A.b_c-9', '...', 'x'.repeat(255)]) t.ok(isVaultName(name), name)
  for (const name of ['', '.', '..', 'a b', 'ä', 'x'.repeat(256)]) t.notOk(isVaultName(name), name)
  for (const accountId of ['-', '111122223333'])
    t.doesNotThrow(() => api.archiveWriter({ client: vault, ...place, accountId }))
})

t.test('an option without a rule does not compile', async (t) => {
  interface Two {
    readonly one: number
    readonly two?: string
  }
  // @ts-expect-error -- two has no rule
  const incomplete: RulesOf<Two> = { one: Object.assign(() => undefined, { isRequired: true as const }) }
  // @ts-expect-error -- one must be required
  const lax: RulesOf<Two> = { one: () => undefined, two: () => undefined }
  t.strictSame(checkOptions('f', { one: 1 }, lax), { one: 1 })
  t.throws(() => checkOptions('f', { one: 1, two: '2' }, incomplete), {
    message: 'two is not an option of f.',
  })
})
