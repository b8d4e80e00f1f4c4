import { constants } from 'node:os'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { isOverQuota, reasonOf, systemReason, withPath } from '../../lib/fs/system-reason.js'

t.test('a system error has its reason in words', async (t) => {
  const missing: unknown = await readFile('/none').catch((error: unknown) => error)
  t.equal(systemReason(missing), 'no such file or directory (ENOENT)')
  const errno = -constants.errno.EDQUOT
  const unnamed = { errno, code: `Unknown system error ${errno}`, syscall: 'write' } // as Node 20 has it
  const quota = Object.assign(new Error('x'), unnamed)
  t.match(systemReason(quota), /disk quota exceeded/)
  t.ok(isOverQuota(quota))
  t.equal(systemReason(Object.assign(new Error('x'), { ...unnamed, errno: -9999, code: 'X' })), 'X')
  t.equal(reasonOf(missing), 'no such file or directory (ENOENT)')
  t.equal(reasonOf(new Error('why')), 'why')
  t.equal(reasonOf('why'), 'why')
  for (const fields of [
    { errno: -28, code: 'ENOSPC' },
    { errno: -28, syscall: 'write' },
    { code: 'ENOSPC', syscall: 'write' },
  ])
    t.equal(systemReason(Object.assign(new Error('x'), fields)), undefined)
  for (const other of [new Error('x'), 'x', undefined, Object.assign(new Error('x'), { code: 'ERR_X' })])
    t.equal(systemReason(other), undefined)
})

t.test('a path is added to a system error, and to no other', async (t) => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    errno: -28,
    syscall: 'write',
  })
  t.match(withPath(full, '/a'), {
    message: "ENOSPC: no space left on device, write '/a'",
    code: 'ENOSPC',
    path: '/a',
    cause: full,
  })
  const other = new Error('x')
  t.equal(withPath(other, '/a'), other)
})
