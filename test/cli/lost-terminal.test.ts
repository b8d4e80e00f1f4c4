import { EventEmitter } from 'node:events'
import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { leaveLostTerminal, type EndingProcess } from '../../lib/cli/lost-terminal.js'
import { MIB } from '../../lib/sizes.js'
import { hasTerminals, runInTerminal } from '../helpers/in-terminal.js'
import { patternBytes } from '../helpers/pattern-source.js'

const isInstalled = await hasTerminals()

t.test('after a hangup, the descriptors of terminals are those of the null device', (t) => {
  const isNull = (fd: number): boolean => fstatSync(fd).rdev === statSync(devNull).rdev
  const file = openSync(join(t.testdir({ file: 'x' }), 'file'), 'r')
  for (const signals of [['SIGTERM'], ['SIGHUP', 'SIGHUP']]) {
    const process = new EventEmitter()
    leaveLostTerminal(process as unknown as EndingProcess, [file])
    for (const signal of signals) process.emit(signal)
    t.notOk(isNull(file), 'not before the exit')
    process.emit('exit')
    t.equal(isNull(file), signals.includes('SIGHUP'))
  }
  closeSync(file)
  t.end()
})

t.test(
  'a terminal that is closed stops an upload with the exit code 129, not with an abort',
  { skip: !isInstalled && 'python3 with the module pty is not installed' },
  async (t) => {
    const dir = t.testdir()
    const file = join(dir, 'source')
    await writeFile(file, patternBytes(6 * MIB))
    const args = ['put', 'docs', file, '--local-dir', join(dir, 'vaults'), '--part-size', '1MiB']
    const { status } = await runInTerminal('80', 'CLOSE@2', [...args, '--limit-rate', '3MiB'])
    t.equal(status, 129)
  },
)
