import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import t from 'tap'
import { currentProcess, livenessOf, type ProcessIdentity } from '../../lib/runtime/process-identity.js'
import { processSystem, SYSTEM, type ProcessSystem } from '../../lib/runtime/process-system.js'

const OWN_PID = 100
const RAW_MACHINE_ID = 'ab'.repeat(16)

/** A line of `/proc/PID/stat`. */
function statLine(pid: number, startTime: string, state = 'S', threads = 1): string {
  const between = Array.from({ length: 16 }, (_, i) => i).join(' ') // fields 4 to 19
  return `${pid} (a) R (b c) ${state} ${between} ${threads} 0 ${startTime} 77 88\n`
}

/** A Linux system of the test's own making. */
function linux(
  files: Record<string, string | undefined> = {},
  more: Partial<ProcessSystem> = {},
): ProcessSystem {
  const all: Record<string, string | undefined> = {
    '/proc/self': String(OWN_PID),
    '/proc/self/ns/pid': 'pid:[4026531836]',
    '/proc/sys/kernel/random/boot_id': 'boot-1\n',
    '/etc/machine-id': `${RAW_MACHINE_ID}\n`,
    [`/proc/${OWN_PID}/stat`]: statLine(OWN_PID, '5000'),
    ...files,
  }
  const read = async (path: string): Promise<string> => {
    const text = all[path]
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
    return text
  }
  return {
    pid: OWN_PID,
    hostname: () => 'here',
    readFile: read,
    readLink: read,
    exists: () => false,
    psStartTime: async () => {
      throw new Error('no ps')
    },
    ...more,
  }
}

/** A system without /proc. */
function macos(psTimes: Record<number, string>, existing: readonly number[]): ProcessSystem {
  const missing = async (path: string): Promise<string> => {
    throw Object.assign(new Error(path), { code: 'ENOENT' })
  }
  return linux(
    {},
    {
      readFile: missing,
      readLink: missing,
      exists: (pid) => existing.includes(pid),
      psStartTime: async (pid) => {
        const time = psTimes[pid]
        if (time === undefined) throw new Error('ps exits with 1')
        return time
      },
    },
  )
}

t.test('this process has an identity, and is alive', async (t) => {
  const own = await currentProcess()
  t.match(own, { host: hostname(), pid: process.pid })
  t.equal(await currentProcess(), own, 'it is determined once')
  t.equal(await livenessOf(own), 'alive')
  if (process.platform !== 'linux') return
  const stat = await readFile(`/proc/${process.pid}/stat`, 'utf8')
  t.equal(own.startTime, stat.split(' ')[21], 'the start time is field 22') // node has no space in its name
  t.equal(own.bootId, (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim())
})

t.test('a child process is alive, also while it is stopped, and dead after it', async (t) => {
  const child = spawn(process.execPath, ['-e', 'console.log(); setInterval(() => 0, 1000)'])
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const own = await currentProcess()
  const unstated: ProcessIdentity = { ...own, pid: child.pid ?? 0, startTime: undefined }
  t.equal(await livenessOf(unstated), 'alive', 'where no start time is stated, the process ID decides')
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${String(child.pid)}/stat`, 'utf8')
    const identity = { ...unstated, startTime: stat.split(' ')[21] }
    t.equal(await livenessOf(identity), 'alive')
    child.kill('SIGSTOP')
    t.equal(await livenessOf(identity), 'alive')
    t.equal(await livenessOf({ ...identity, startTime: '1' }), 'dead', 'its process ID was recycled')
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await livenessOf(unstated), 'dead')
})

t.test('on Linux the start time distinguishes processes of one ID', async (t) => {
  const system = linux({
    '/proc/7/stat': statLine(7, '9000'),
    '/proc/8/stat': statLine(8, '9000', 'Z'),
    '/proc/9/stat': statLine(9, '9000', 'Z', 2),
    '/proc/10/stat': statLine(10, '9000', 'T'),
    '/proc/11/stat': statLine(11, '9000', 'X'),
  })
  const own = await currentProcess(system)
  t.match(own, { host: 'here', pid: 100, startTime: '5000', bootId: 'boot-1', pidNamespace: '4026531836' })
  t.match(own.machineId, /^[0-9a-f]{32}$/)
  t.not(own.machineId, RAW_MACHINE_ID, 'the machine ID itself is private')
  const of = (pid: number, startTime: string | undefined = '9000'): Promise<string> =>
    livenessOf({ ...own, pid, startTime }, system)
  t.equal(await of(7), 'alive')
  t.equal(await of(7, '8999'), 'dead')
  t.equal(await of(8), 'dead', 'a zombie')
  t.equal(await of(11), 'dead', 'a process that is being removed')
  t.equal(await of(9), 'alive', 'a zombie whose threads still run may be in the middle of a write')
  t.equal(await of(10), 'alive', 'a stopped process')
  t.equal(await of(12), 'dead')
  t.equal(await of(OWN_PID, '4000'), 'dead', 'an earlier process of our own ID')
  t.equal(await livenessOf({ ...own, host: 'renamed' }, system), 'alive', 'a host may be renamed')
})

t.test('a process that may not be looked at is alive as long as it exists', async (t) => {
  const system = linux({}, { exists: (pid) => pid === 7, psStartTime: async () => 'not asked' })
  const own = await currentProcess(system)
  t.equal(await livenessOf({ ...own, pid: 7, startTime: '1' }, system), 'alive')
  t.equal(await livenessOf({ ...own, pid: 8, startTime: '1' }, system), 'dead')
})

t.test('a /proc of another PID namespace is not asked', async (t) => {
  const system = linux(
    { '/proc/self': '4711', '/proc/7/stat': statLine(7, '9000') },
    { exists: (pid) => [7, OWN_PID].includes(pid) },
  )
  const own = await currentProcess(system)
  t.equal(own.startTime, undefined)
  t.equal(await livenessOf({ ...own, pid: 7 }, system), 'alive')
  t.equal(await livenessOf({ ...own, pid: 8 }, system), 'dead')
})

t.test('another boot of this machine is over; what may be another machine is elsewhere', async (t) => {
  const system = linux()
  const own = await currentProcess(system)
  const before = { ...own, bootId: 'boot-0' }
  t.equal(await livenessOf(before, system), 'dead')
  t.equal(await livenessOf({ ...before, machineId: 'f'.repeat(32) }, system), 'elsewhere')
  t.equal(await livenessOf({ ...before, machineId: undefined }, system), 'elsewhere')
  t.equal(await livenessOf({ ...before, host: 'there' }, system), 'elsewhere', 'a cloned machine')
  t.equal(await livenessOf({ ...own, pidNamespace: '4026532000' }, system), 'elsewhere', 'a container')
  t.equal(await livenessOf({ ...own, bootId: undefined }, system), 'elsewhere', 'no boot stated')
})

t.test(
  'a machine without a valid ID, or a container, does not claim to be the same after a restart',
  async (t) => {
    const namespace = { '/proc/self/ns/pid': 'pid:[4026532000]' } // its machine ID may come from its image
    for (const files of [
      { '/etc/machine-id': undefined },
      { '/etc/machine-id': 'uninitialized\n' },
      namespace,
    ]) {
      const system = linux(files)
      const own = await currentProcess(system)
      t.equal(own.machineId, undefined)
      t.equal(await livenessOf({ ...own, bootId: 'boot-0' }, system), 'elsewhere')
    }
  },
)

t.test('without /proc, ps states the start time', async (t) => {
  const times = { [OWN_PID]: 'Mon Jan  5 10:00:00 2026\n', 7: 'Tue Jan  6 11:00:00 2026\n', 9: '\n' }
  const system = macos(times, [OWN_PID, 7, 9, 10])
  const own = await currentProcess(system)
  t.strictSame(own, {
    host: 'here',
    pid: OWN_PID,
    startTime: 'Mon Jan  5 10:00:00 2026',
    bootId: undefined,
    pidNamespace: undefined,
    machineId: undefined,
  })
  const of = (pid: number, startTime = 'Tue Jan  6 11:00:00 2026'): Promise<string> =>
    livenessOf({ ...own, pid, startTime }, system)
  t.equal(await of(7), 'alive')
  t.equal(await of(7, 'Tue Jan  6 10:59:59 2026'), 'dead')
  t.equal(await of(8), 'dead')
  t.equal(await of(9), 'alive', 'ps prints nothing: existence decides')
  t.equal(await of(10), 'alive', 'ps fails: existence decides')
  t.equal(await livenessOf({ ...own, host: 'there' }, system), 'elsewhere')
})

t.test('the system is asked by signal 0 and by ps', async (t) => {
  const failing = (code: string): ProcessSystem =>
    processSystem('linux', () => {
      throw Object.assign(new Error(code), { code })
    })
  t.equal(failing('EPERM').exists(1), true, 'a process of another user exists')
  t.equal(failing('ESRCH').exists(1), false)
  t.equal(SYSTEM.exists(process.pid), true)
  await t.rejects(processSystem('win32').psStartTime(process.pid), { message: /Windows/ })
  // Where ps is missing or has no lstart, it fails, and existence decides.
  const printed = await SYSTEM.psStartTime(process.pid).catch(() => undefined)
  if (printed !== undefined) t.match(printed, /^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}\s*$/)
})
