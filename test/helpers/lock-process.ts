import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Test } from 'tap'

/** A process that uses locks. */
export type LockProcess = ChildProcessByStdio<Writable, Readable, null>

const MODULE = new URL('../../dist/fs/lock.js', import.meta.url).href

/** Takes the lock KEY of the folder DIR, prints `held`, and answers each line with whether it still holds it. */
const HOLD = `
  const lock = await new LockFolder(DIR, OPTIONS).tryTake(KEY, 'The upload X')
  console.log('held')
  for await (const line of createInterface(process.stdin)) {
    if (line === 'release') await lock.release()
    console.log(await lock.assertHeld().then(() => 'held', (error) => error.code))
  }
`
/** Takes the lock COUNT times; each time no other process may have created the marker. Prints how often it was refused. */
const RACE = `
  const locks = new LockFolder(DIR, OPTIONS)
  let refused = 0
  for (let taken = 0; taken < COUNT;) {
    const lock = await locks.tryTake(KEY, 'The upload X').catch((error) => {
      if (error.code !== 'ERR_LOCK_HELD') throw error
    })
    if (lock === undefined) { refused++; continue }
    await writeFile(MARKER, '', { flag: 'wx' })
    await lock.assertHeld()
    await rm(MARKER)
    await lock.release()
    taken++
  }
  console.log(refused)
`
/** Takes the lock COUNT times and prints a line for each. The marker names its owner, which may only be there killed. */
const STRESS = `
  const locks = new LockFolder(DIR, { retryPauseMs: 1, ...OPTIONS })
  for (let taken = 0; taken < COUNT; taken++) {
    await locks.withLock(KEY, async () => {
      const left = await readFile(MARKER, 'utf8').catch(() => undefined)
      if (left !== undefined && left !== '' && isAlive(Number(left))) throw new Error('held by ' + left)
      await rm(MARKER, { force: true })
      await writeFile(MARKER, String(process.pid), { flag: 'wx' })
      if (await readFile(MARKER, 'utf8') !== String(process.pid)) throw new Error('another marker')
      await rm(MARKER)
    })
    writeSync(1, '\\n')
  }
`

/** The JSON values that a process receives, by name. */
interface Parameters {
  readonly DIR: string
  readonly KEY: string
  readonly OPTIONS?: object
  readonly COUNT?: number
  readonly MARKER?: string
}

/** Starts a process that takes a lock; of the built module. Killed when the test is over. */
export function lockProcess(
  test: Test,
  kind: 'hold' | 'race' | 'stress',
  parameters: Parameters,
  launcher: readonly string[] = [],
): LockProcess {
  const values = Object.entries({ OPTIONS: {}, COUNT: 0, MARKER: '', ...parameters })
  const code = `
    import { readFileSync, writeSync } from 'node:fs'
    import { readFile, rm, writeFile } from 'node:fs/promises'
    import { createInterface } from 'node:readline'
    import { LockFolder } from ${JSON.stringify(MODULE)}
    ${values.map(([name, value]) => `const ${name} = ${JSON.stringify(value)}`).join('\n')}
    const isAlive = (pid) => {
      try {
        return process.kill(pid, 0) && !readFileSync('/proc/' + pid + '/stat', 'utf8').includes(') Z ')
      } catch {
        return false
      }
    }
    ${{ hold: HOLD, race: RACE, stress: STRESS }[kind]}
  `
  const node = [process.execPath, '--input-type=module', '-e', code]
  const [command = '', ...args]: readonly string[] = [...launcher, ...node]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  test.teardown(() => child.kill('SIGKILL'))
  return child
}

/** The next line a process prints. */
export async function nextLine(child: LockProcess): Promise<string> {
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return line.toString().trim()
}

/** Sends a line to a process, and waits for its answer. */
export async function ask(child: LockProcess, line: string): Promise<string> {
  child.stdin.write(`${line}\n`)
  return nextLine(child)
}
