import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import type * as MirrorModule from '../../../lib/catalog/mirror/mirror-module.js'
import { MirrorProcess } from '../../../lib/catalog/mirror/mirror-process.js'

// The built modules: the process starts without a compiler.
const API = new URL('../../../dist/catalog/mirror/mirror-module.js', import.meta.url).href

t.test('the other process replies when it has copied, or says why it has not', async (t) => {
  const dir = t.testdir({ catalog: 'one\ntwo\n' })
  const [catalog, mirror] = [join(dir, 'catalog'), join(dir, 'mirror')]
  const { startMirrorProcess } = (await import(API)) as typeof MirrorModule
  const replyTo = async (path: string): Promise<unknown> => {
    const child = startMirrorProcess()
    child.send({ catalog, mirror: path, size: 4 })
    const [reply] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[]
    if (child.connected) child.disconnect()
    return reply
  }
  t.strictSame(await replyTo(mirror), {})
  t.equal(await readFile(mirror, 'utf8'), 'one\n')
  t.match(await replyTo(join(dir, 'none', 'mirror')), {
    failure: { reason: 'unavailable', text: /does not exist/ },
  })
})

t.test('the other process writes nothing to the output of this one', async (t) => {
  const dir = t.testdir({
    'noisy.mjs':
      "console.log('noise'); console.error('noise'); process.on('message', () => process.send({}))",
  })
  const module = pathToFileURL(join(dir, 'noisy.mjs')).href
  const script = `
    const { startMirrorProcess } = await import(${JSON.stringify(API)})
    const child = startMirrorProcess(new URL(${JSON.stringify(module)}))
    child.send({})
    child.once('message', () => { console.log('done'); child.disconnect() })`
  // Mutation testing runs the tests that call a module in the process of the test.
  const { startMirrorProcess } = (await import(API)) as typeof MirrorModule
  const child = startMirrorProcess(new URL(module))
  child.send({})
  await once(child, 'message')
  child.disconnect()
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ])
  t.strictSame([stdout, stderr], ['done\n', ''])
})

t.test('a process that does not hang ends by itself when its writer ends', async (t) => {
  const dir = t.testdir({
    'quiet.mjs': `import { writeFileSync } from 'node:fs'
      process.on('message', () => process.send({}))
      process.on('disconnect', () => writeFileSync(new URL('ended', import.meta.url), ''))`,
  })
  const writer = new MirrorProcess(
    { catalog: join(dir, 'catalog'), mirror: join(dir, 'mirror') },
    pathToFileURL(join(dir, 'quiet.mjs')),
  )
  // The watcher keeps this process running; the other process does not.
  const ended = new Promise<void>((resolve) => {
    const watcher = watch(dir, (_, name) => {
      if (name !== 'ended') return
      watcher.close()
      resolve()
    })
  })
  t.equal(await writer.copy(1), undefined)
  writer.end(false)
  await ended
})

t.test('a writer that has copied nothing ends', async (t) => {
  const writer = new MirrorProcess({ catalog: '/none/catalog', mirror: '/none/mirror' })
  t.doesNotThrow(() => {
    for (const isHung of [true, false]) writer.end(isHung)
  })
})
