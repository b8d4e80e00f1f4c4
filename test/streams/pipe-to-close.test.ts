import { Readable, Writable } from 'node:stream'
import t from 'tap'
import { pipeToClose } from '../../lib/streams/pipe-to-close.js'
import { gate } from '../helpers/gate.js'

t.test('a failed sink is reported when the source has closed', async (t) => {
  const closing = gate()
  const steps: string[] = []
  const source = new Readable({
    read() {
      this.push('bytes')
    },
    destroy(error, callback) {
      steps.push('destroyed')
      void closing.opened.then(() => {
        steps.push('closed')
        callback(error)
      })
    },
  })
  const full = new Error('disk full')
  const sink = new Writable({
    write(_chunk, _encoding, callback) {
      callback(full)
    },
  })
  sink.once('close', () => {
    setImmediate(() => {
      closing.open()
    })
  })
  await t.rejects(
    pipeToClose(source, sink).finally(() => steps.push('rejected')),
    full,
  )
  t.strictSame(steps, ['destroyed', 'closed', 'rejected'])
})

t.test('a source that ends closes, and the sink is ended unless it is to stay open', async (t) => {
  for (const end of [true, false]) {
    const written: string[] = []
    const sink = new Writable({
      write(chunk, _encoding, callback) {
        written.push(String(chunk))
        callback()
      },
    })
    const source = Readable.from(['a', 'b'])
    await pipeToClose(source, sink, { end })
    t.strictSame(written, ['a', 'b'])
    t.equal(source.closed, true)
    t.equal(sink.writableEnded, end)
  }
})
