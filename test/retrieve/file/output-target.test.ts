import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { assertFits } from '../../../lib/retrieve/file/free-space.js'
import { assertReplaceable } from '../../../lib/retrieve/file/replaceable.js'

t.test('a file that is a mount point is refused, as it cannot be replaced', async (t) => {
  const dir = t.testdir({ 'my out': 'x', other: 'x' })
  const path = join(dir, 'my out')
  const escaped = path.replaceAll(' ', '\\040')
  const mountInfo = join(dir, 'mountinfo')
  await writeFile(
    mountInfo,
    `22 1 0:20 / / rw - ext4 /dev/root rw\n36 22 98:0 /out ${escaped} rw shared:1 - ext4 /d rw\n`,
  )
  const user = (await stat(path)).uid
  await t.rejects(assertReplaceable(path, await stat(path, { bigint: true }), { user, mountInfo }), {
    code: 'ERR_OUTPUT_FILE',
    message: /my out: It is a mount point/,
  })
  const other = join(dir, 'other')
  await t.resolves(assertReplaceable(other, await stat(other, { bigint: true }), { user, mountInfo }))
  // A system that does not list its mounts.
  await t.resolves(assertReplaceable(path, await stat(path, { bigint: true }), { user, mountInfo: dir }))
})

t.test('a file of another user in a folder with the sticky bit is refused', async (t) => {
  const dir = t.testdir()
  const folder = join(dir, 'folder')
  await mkdir(folder)
  const path = join(folder, 'out')
  await writeFile(path, 'x')
  const owner = (await stat(path)).uid
  const check = async (user: number | undefined): Promise<void> =>
    assertReplaceable(path, await stat(path, { bigint: true }), { user, mountInfo: '' })
  await t.resolves(check(4321), 'without the bit, whoever may write to the folder may replace it')
  await chmod(folder, 0o1777)
  await t.rejects(check(4321), { code: 'ERR_OUTPUT_FILE', message: /belongs to another user.* sticky bit/ })
  await t.resolves(check(owner))
  await t.resolves(check(0), 'the superuser')
  await t.resolves(check(undefined), 'Windows')
  if (owner !== 0) return
  await chown(folder, 4321, 4321)
  await t.resolves(check(4321), 'the owner of the folder')
})

t.test(
  'a file system that states no size at all has room',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    await t.resolves(assertFits('out', '/proc', 2 ** 50))
    await t.rejects(assertFits('out', t.testdir(), 2 ** 52), { message: /too little free space/ })
    await t.resolves(assertFits('out', join(t.testdir(), 'none'), 1))
  },
)
