import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { closerOf } from '../../lib/fs/forgotten-file.js'
import { settled } from '../helpers/gate.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

t.test('a file is closed once, and may be closed again', async (t) => {
  const file = await open(join(t.testdir({ file: '' }), 'file'))
  const close = closerOf(file)
  await close()
  await t.resolves(close())
  t.equal(file.fd, -1)
})

t.test('a file is closed where whoever opened it forgets to', async (t) => {
  const file = await open(join(t.testdir({ file: '' }), 'file'))
  closerOf(file)
  for (let turn = 0; turn < 100 && file.fd !== -1; turn++) {
    collectGarbage()
    await settled()
  }
  t.equal(file.fd, -1)
})
