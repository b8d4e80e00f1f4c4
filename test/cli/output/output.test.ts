import { readFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { EventEmitter } from 'node:events'
import t from 'tap'
import { candidateLines, entryText } from '../../../lib/cli/output/entry-text.js'
import type { Progress } from '../../../lib/cli/output/progress/progress.js'
import { endpointOf } from '../../../lib/cli/run/doctor/connection-checks.js'
import { followReader, type Retrieval } from '../../../lib/cli/run/get/follow-reader.js'
import { jobLine } from '../../../lib/cli/run/jobs.js'
import type { VaultJob } from '../../../lib/client/vault-client.js'
import type { ArchiveSet } from '../../../lib/catalog/queries/sets.js'
import { ReportedError, ResumableError, UsageError } from '../../../lib/cli/command-errors.js'
import { main } from '../../../lib/cli/main.js'
import { parseDuration } from '../../../lib/cli/options/values/duration.js'
import { parseCount, parsePort } from '../../../lib/cli/options/values/numbers.js'
import { asUsageError } from '../../../lib/cli/options/option-names.js'
import { parseSize } from '../../../lib/cli/options/values/size.js'
import { exitCodeOf, explanationsOf } from '../../../lib/cli/output/exit-code.js'
import { formatDuration, formatSize } from '../../../lib/cli/output/format.js'
import { printable } from '../../../lib/cli/output/printable.js'
import { defaultLocalDir } from '../../../lib/cli/run/data-folder.js'
import { SizeMismatchError, HashMismatchError, UploadFailedError } from '../../../lib/errors.js'
import { MIB } from '../../../lib/sizes.js'
import { runHere, stage } from '../../helpers/command.js'

// The command in this process, where its streams and its clock are ours.

const ESCAPE = '\u001b'

t.test('errors have their exit codes and their lines', async (t) => {
  const calm = new AbortController().signal
  t.equal(exitCodeOf(new UploadFailedError(new Error('x'), 'u', true), calm), 3)
  t.equal(exitCodeOf(new UploadFailedError(new Error('x'), 'u', false), calm), 1)
  t.equal(exitCodeOf(new HashMismatchError('range', 'x', 'a', 'b'), calm), 4)
  t.strictSame(explanationsOf(new ResumableError('cut', 'To resume, …')), ['cut', 'To resume, …'])
  t.equal(exitCodeOf(new SizeMismatchError('x', 1, 2), calm), 4)
  t.equal(exitCodeOf(new UsageError('x'), calm), 2)
  t.equal(exitCodeOf('thrown', calm), 1)
  for (const [reason, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
    [undefined, 130],
  ] as const)
    t.equal(exitCodeOf(new Error('x'), AbortSignal.abort(reason)), code)
  t.strictSame(explanationsOf(new ReportedError('x')), [])
  t.strictSame(explanationsOf('thrown'), ['thrown'])
  t.strictSame(explanationsOf(new UploadFailedError(new Error('why.'), 'u', true)), [
    'why. The upload is kept: its ID is u.',
  ])
  t.throws(() => asUsageError(() => JSON.parse('{') as unknown), { name: 'SyntaxError' })
  t.throws(() => asUsageError(() => 'x'.repeat(-1)), { name: 'UsageError' })
})

t.test('sizes are read and written as people do', async (t) => {
  const sizes: [string, number][] = [
    ['16777216', 16 * MIB],
    ['5B', 5],
    ['16MiB', 16 * MIB],
    ['16M', 16 * MIB],
    ['16mib', 16 * MIB],
    [' 1.5 KiB ', 1536],
    ['2TB', 2e12],
    ['1GB', 1e9],
    ['0', 0],
  ]
  for (const [text, size] of sizes) t.equal(parseSize(text), size, text)
  for (const text of ['', 'x', '-1', '1XB', '1.3B', '0.0001K', '99999999P', '1e6', 'MiB']) {
    t.throws(() => parseSize(text), { code: 'commander.invalidArgument' }, text)
  }
  t.strictSame(
    ['0', '0s', '90s', '0.5s', '5m', '6h', '1d', '1h30m', '5min', ' 1 hour 30 Minutes ', '2 weeks'].map(
      parseDuration,
    ),
    [0, 0, 90_000, 500, 300_000, 21_600_000, 86_400_000, 5_400_000, 300_000, 5_400_000, 1_209_600_000],
  )
  for (const text of ['', ' ', '5', 'x', '-1s', '1mo', '1y', '1e3s', '30m1h', '5m5m', '1h30'])
    t.throws(() => parseDuration(text), { code: 'commander.invalidArgument' }, text)
  t.equal(parseCount('12'), 12)
  for (const text of ['0', '-1', 'x', '1.5', ''])
    t.throws(() => parseCount(text), { code: 'commander.invalidArgument' })
  t.equal(parsePort('0'), 0)
  for (const text of ['65536', '-1', 'x'])
    t.throws(() => parsePort(text), { code: 'commander.invalidArgument' })
  t.strictSame([0, 1023, 1024, 10 * MIB, 1.5 * 2 ** 40, 2 ** 60].map(formatSize), [
    '0 B',
    '1023 B',
    '1.00 KiB',
    '10.0 MiB',
    '1.50 TiB',
    '1024.0 PiB',
  ])
  t.strictSame([0, 1499, 61_000, 3_600_000, 90_061_000].map(formatDuration), [
    '0:00',
    '0:01',
    '1:01',
    '1:00:00',
    '25:01:01',
  ])
})

t.test('help that cannot be printed is an error, unless its reader has seen enough', async (t) => {
  for (const [code, exitCode, said] of [
    ['ENOSPC', 1, 'glacier-pipe: no room\n'],
    ['EPIPE', 0, ''],
  ] as const) {
    const it = stage()
    const stdout = new Writable({
      write(_chunk, _encoding, callback) {
        callback(Object.assign(new Error('no room'), { code }))
      },
    })
    stdout.on('error', () => undefined)
    t.equal(await main(['--help'], { ...it.io, stdout }), exitCode, code)
    t.equal(it.err(), said)
  }
})

t.test('no text steers the terminal', async (t) => {
  t.equal(printable('a\u001b[31mb\n\u0007\u009bc\u007fä'), 'a\\u001b[31mb\\u000a\\u0007\\u009bc\\u007fä')
  const it = stage()
  t.equal(await runHere(['get', 'evil\u001b[31m', 'x', '--local-dir', t.testdir()], it), 2)
  t.notOk(it.err().includes(ESCAPE))
})

t.test('the local vault has its folder where the platform keeps the data of programs', async (t) => {
  const home = homedir()
  t.equal(defaultLocalDir({}, 'linux'), join(home, '.local/share/glacier-pipe/local'))
  t.equal(defaultLocalDir({ XDG_DATA_HOME: '/data' }, 'linux'), '/data/glacier-pipe/local')
  t.equal(defaultLocalDir({}, 'darwin'), join(home, 'Library/Application Support/glacier-pipe/local'))
  t.equal(defaultLocalDir({}, 'win32'), join(home, 'AppData/Local/glacier-pipe/local'))
  t.equal(defaultLocalDir({ LOCALAPPDATA: '/l' }, 'win32'), join('/l', 'glacier-pipe/local'))
  for (const none of ['', 'relative', './x']) {
    t.equal(defaultLocalDir({ XDG_DATA_HOME: none }, 'linux'), join(home, '.local/share/glacier-pipe/local'))
    t.equal(defaultLocalDir({ LOCALAPPDATA: none }, 'win32'), join(home, 'AppData/Local/glacier-pipe/local'))
  }
  const dir = t.testdir()
  const it = stage(Buffer.from('x'), [], { XDG_DATA_HOME: dir })
  t.equal(await runHere(['put', 'docs', '--local'], it), 0)
  t.ok((await readFile(join(dir, 'glacier-pipe', 'local', 'credentials.json'))).length > 0)
})

t.test(
  'an empty or relative HOME counts as unset, and without any home there is a clear error',
  async (t) => {
    const { HOME } = process.env
    t.teardown(() => {
      if (HOME === undefined) delete process.env.HOME
      else process.env.HOME = HOME
    })
    for (const home of ['', 'relative']) {
      process.env.HOME = home
      t.equal(
        defaultLocalDir({}, 'linux'),
        join(userInfo().homedir, '.local/share/glacier-pipe/local'),
        `HOME=${home}`,
      )
    }
    const os = await import('node:os')
    const { defaultLocalDir: homeless } = await t.mockImport<
      typeof import('../../../lib/cli/run/data-folder.js')
    >('../../../lib/cli/run/data-folder.js', {
      'node:os': {
        ...os,
        homedir: () => '',
        userInfo: () => {
          throw new Error('no entry')
        },
      },
    })
    t.throws(() => homeless({}, 'linux'), { name: 'UsageError', message: /There is no home directory/ })
    t.equal(homeless({ XDG_DATA_HOME: '/data' }, 'linux'), '/data/glacier-pipe/local')
  },
)

t.test('a candidate that is not a whole stream is listed as such', (t) => {
  t.strictSame(candidateLines([{ archiveId: 'abcdefghij', entry: undefined }]), [
    '  abcdefgh…  an archive that was stored with a wrong tree hash',
  ])
  const set = { volumes: [{}, {}], state: 'complete', missing: [] } as unknown as ArchiveSet
  const place = { vaultName: 'docs', region: 'us-east-1', accountId: undefined }
  const entry = { ...place, id: 'klmnopqrst', name: 'db', time: '2026-11-29T12:00:00Z', size: 1024, set }
  t.match(entryText({ ...entry, id: 'short' }), /^db of .* \(short\), 2 volumes$/)
  t.match(candidateLines([{ archiveId: 'abcdefghij', entry }]), [
    /^ {2}abcdefgh… {2}a volume of db of 2026-11-\d\d \d\d:\d\d, 1\.00 KiB \(klmnopqr…\), 2 volumes$/,
  ])
  t.end()
})

t.test('a job in progress without a tier has no expected time', (t) => {
  const job = {
    jobId: 'j',
    action: 'InventoryRetrieval',
    status: 'InProgress',
    creationDate: 'c',
    tier: undefined,
    inventory: { format: 'JSON' },
  } as unknown as VaultJob
  t.match(jobLine(job), /^c {2}- .*inventory JSON .* j {2}in progress$/)
  t.end()
})

t.test('requests go to the endpoint, or to that of the region', async (t) => {
  const none = (): Promise<undefined> => Promise.resolve(undefined)
  const failing = (): Promise<string> => Promise.reject(new Error('no region'))
  t.equal(await endpointOf({ region: failing, endpoint: none }, 'glacier'), undefined)
  t.equal(
    await endpointOf({ region: () => Promise.resolve('eu-west-1'), endpoint: none }, 'glacier'),
    'https://glacier.eu-west-1.amazonaws.com',
  )
  const endpoint = (): Promise<string> => Promise.resolve('http://a:1')
  t.equal(await endpointOf({ region: failing, endpoint }, 's3'), 'http://a:1')
})

t.test('a job that notifies another topic than that of the command is noted', (t) => {
  const reader = new EventEmitter()
  const notes: string[] = []
  const progress = {
    note: (line: string) => notes.push(line),
    waiting: () => undefined,
    follow: () => undefined,
  }
  followReader(reader as unknown as Retrieval, progress as unknown as Progress, 'topic')
  reader.emit('waiting', { jobId: 'j', snsTopic: undefined })
  t.match(notes, [/^The job j was started without this SNS topic/])
  t.end()
})
