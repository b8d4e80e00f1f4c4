import { join, win32 } from 'node:path'
import t from 'tap'
import { withFileNames } from '../../../../../lib/cli/run/get/many/file-name.js'

function fileNamesOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    withFileNames(names.map((name) => ({ name }))).map(([{ name }, fileName]) => [name, fileName]),
  )
}

function fileNameOf(name: string): string {
  return fileNamesOf([name]).get(name) ?? ''
}

t.test('an ordinary name is the name of the file', (t) => {
  for (const name of [
    'db.dump',
    'srv-1 2026-11-29.tar.zst',
    'Übung (1).txt',
    '日本語',
    'a.partially',
    'console.log',
  ])
    t.equal(fileNameOf(name), name)
  t.equal(fileNameOf('u\u0308'), 'ü', 'in one normalization')
  t.end()
})

t.test('a name never leads out of the folder, is never hidden and never an option', (t) => {
  for (const [name, expected] of [
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['/etc/passwd', '%2Fetc%2Fpasswd'],
    ['C:\\Windows', 'C%3A%5CWindows'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['.bashrc', '%2Ebashrc'],
    ['-rf', '%2Drf'],
    [' x ', '%20x%20'],
    ['x.', 'x%2E'],
    ['a\u0000b\u001b[31m\n', 'a%00b%1B[31m%0A'],
    ['\u202egpj.exe', '%E2%80%AEgpj.exe'],
    ['100%', '100%25'],
    ['%2F', '%252F'],
    ['file~', 'file%7E'],
    ['\ud800', '%EF%BF%BD'],
    ['con', '%63on'],
    ['NUL.tar.gz', '%4EUL.tar.gz'],
    ['COM¹', '%43OM¹'],
    ['LPT9 .x', '%4CPT9 .x'],
    ['a.partial', 'a%2Epartial'],
    ['a.PARTIAL.ranges', 'a%2EPARTIAL.ranges'],
    ['a.partial.lock', 'a%2Epartial.lock'],
  ] as const) {
    const fileName = fileNameOf(name)
    t.equal(fileName, expected, name)
    t.equal(join('/restore', fileName), `/restore/${fileName}`)
    t.equal(win32.join('C:\\restore', fileName), `C:\\restore\\${fileName}`)
  }
  t.end()
})

t.test('a long name is cut, and stays different from others', (t) => {
  const long = 'ä'.repeat(300)
  const names = [`${long}1`, `${long}2`, '/'.repeat(400), '😀'.repeat(60)]
  const fileNames = [...fileNamesOf(names).values()]
  for (const fileName of fileNames) {
    t.ok(Buffer.byteLength(fileName) <= 200, String(Buffer.byteLength(fileName)))
    t.match(fileName, /~[0-9a-f]{16}$/)
  }
  t.equal(new Set(fileNames).size, names.length)
  t.match(fileNames[2], /^(?:%2F)+~/, 'no encoded character is cut')
  t.match(fileNames[3], /^😀+~/u, 'no character is cut')
  t.end()
})

t.test('names that are one file to some file systems have different file names', (t) => {
  const names = ['A.tar', 'a.tar', 'b.tar', 'u\u0308', 'ü', 'ﬁ', 'fi', 'x'.repeat(300), 'X'.repeat(300)]
  const fileNames = fileNamesOf(names)
  t.equal(fileNames.get('b.tar'), 'b.tar')
  t.match(fileNames.get('A.tar'), /^A\.tar~[0-9a-f]{16}$/)
  t.match(fileNames.get('a.tar'), /^a\.tar~[0-9a-f]{16}$/)
  const compared = [...fileNames.values()].map((name) => name.normalize('NFKC').toLowerCase())
  t.equal(new Set(compared).size, names.length)
  t.strictSame(fileNamesOf([...names].reverse()).get('a.tar'), fileNames.get('a.tar'), 'whatever their order')
  t.equal(fileNamesOf(['a.tar']).get('a.tar'), 'a.tar')
  t.end()
})
