import t from 'tap'
import { ownerName, parseOwnerName } from '../../lib/fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../lib/runtime/process-identity.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'

const full: ProcessIdentity = {
  host: 'build-7.example.org',
  pid: 4_194_304,
  startTime: '18446744073709551615',
  bootId: '38322daa-6a78-4f09-9491-d02c24e11328',
  pidNamespace: '4026531836',
  machineId: 'f'.repeat(32),
}

t.test('a name contains the whole identity', async (t) => {
  const wallClock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) }
  const runtime = { ...systemRuntime, wallClock }
  const macos = { host: 'Ann_s Mac~(é)', pid: 5, startTime: 'Mon Jan  5 10:00:00 2026' }
  for (const identity of [full, macos, await currentProcess()]) {
    const name = ownerName(identity, runtime)
    t.match(name, /^[\w.%-]+$/)
    t.equal(parseOwnerName(name)?.host, identity.host)
    t.match(parseOwnerName(name), { ...identity, since: '2026-01-02T03:04:05.678Z' })
    t.not(ownerName(identity, runtime), name, 'no two names are equal')
  }
})

t.test('a name states its owner whatever the clock says', async (t) => {
  const times = [
    [Date.UTC(2026, 0, 1) + 0.25, '2026-01-01T00:00:00.000Z'],
    [-5, '1970-01-01T00:00:00.000Z'],
  ] as const
  for (const [now, since] of times) {
    const name = ownerName(full, { ...systemRuntime, wallClock: { now: () => now } })
    t.match(parseOwnerName(name), { ...full, since }, name)
  }
})

t.test('a field that the system does not state is absent', async (t) => {
  const { startTime, bootId, pidNamespace, machineId } =
    parseOwnerName(ownerName({ host: 'h', pid: 5 })) ?? full
  t.strictSame([startTime, bootId, pidNamespace, machineId], Array(4).fill(undefined))
})

t.test('a name fits a file system, however long the host name is', async (t) => {
  for (const host of ['h'.repeat(255), 'ü'.repeat(255), `${'h'.repeat(39)}ü${'h'.repeat(80)}`]) {
    const name = ownerName({ ...full, host })
    t.ok(Buffer.byteLength(`${name}.new`) < 255, String(name.length))
    const read = parseOwnerName(name)
    t.match(read, { pid: full.pid, bootId: full.bootId })
    t.equal(read?.host, parseOwnerName(ownerName({ ...full, host }))?.host)
    t.not(read?.host, parseOwnerName(ownerName({ ...full, host: `${host}x` }))?.host)
  }
})

t.test(
  'a host name of up to 64 bytes is written as it is, and a longer one by its beginning and hash',
  (t) => {
    const written = (host: string): string | undefined => parseOwnerName(ownerName({ ...full, host }))?.host
    t.equal(written('h'.repeat(64)), 'h'.repeat(64))
    t.match(written('h'.repeat(65)), /^h{40}~[0-9a-f]{16}$/)
    t.match(written(`a.b-C9_${'ü'.repeat(60)}`), /^a\.b-C9-{34}~[0-9a-f]{16}$/)
    t.end()
  },
)

t.test('other names state no owner', async (t) => {
  const name = ownerName(full)
  const others = [
    '',
    '.DS_Store',
    '12-1700000000000-ffffffffffffffffffffffff',
    name.slice(1).replace(/^\d+/, 'x'),
    name.replace('build', '%'),
    `x${name}`,
    `${name}_x`,
    ` ${name}`,
    `${'1'.repeat(11)}${name.slice(name.indexOf('_'))}`,
    name.replace(/_[0-9a-f]{12}_/, '_0123456789a_'),
    name.replace(/_[0-9a-f]{12}_/, '_0123456789abc_'),
    name.replace(/_[0-9a-f]{12}_/, '_0123456789ag_'),
    name.replace(/_[0-9a-z]{1,9}_(?=[0-9a-f]{12}_)/, '_0123456789_'),
    name.replace(/_[0-9a-z]{1,9}_(?=[0-9a-f]{12}_)/, '__'),
    name.replace(/[^_]+$/, ''),
    name.slice(name.indexOf('_')),
  ]
  for (const other of others) t.equal(parseOwnerName(other), undefined, other)
})

t.test(
  'a name with characters that no owner writes, such as those for invalid UTF-8, is of another form',
  (t) => {
    const name = ownerName(full)
    t.ok(parseOwnerName(name))
    for (const text of ['\ufffd', '\u001b', ' ', '/', '\n', '\u202e']) {
      t.equal(parseOwnerName(`${name}${text}`), undefined)
      t.equal(parseOwnerName(name.replace('38322daa', text)), undefined)
    }
    t.end()
  },
)
