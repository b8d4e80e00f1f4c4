import t from 'tap'

t.test('a thread runs the module of the worker, with the flags of its caller', async (t) => {
  class Worker {
    readonly started: readonly unknown[]
    constructor(...started: unknown[]) {
      this.started = started
    }
  }
  const { startHashThread } = await t.mockImport<typeof import('../../lib/tree-hash/hash-thread.js')>(
    '../../lib/tree-hash/hash-thread.js',
    {
      'node:worker_threads': { Worker },
      '../../lib/runtime/module-flags.js': { flagsFor: () => ['--no-warnings'] },
    },
  )
  t.match(startHashThread(), {
    started: [{ pathname: /\/tree-hash\/hash-worker\.js$/ }, { execArgv: ['--no-warnings'] }],
  })
})
