import t from 'tap'
import { ServiceRefusal } from '../../service/service.js'
import { documentOf, readDocument, textIn, type NewElement } from './xml-document.js'

t.test('what is written is read again, with its special characters', (t) => {
  const content: readonly NewElement[] = [
    ['Text', `"a" & <b> 'c'`],
    ['Number', 7],
    ['Left', undefined],
    [
      'List',
      [
        ['Item', 'x'],
        ['Item', true],
        ['Item', ''],
      ],
    ],
  ]
  const root = readDocument(documentOf('Root', content).toString())
  t.equal(root.name, 'Root')
  t.equal(textIn(root, 'Text'), `"a" & <b> 'c'`)
  t.equal(textIn(root, 'Number'), '7')
  t.equal(textIn(root, 'Left'), undefined)
  t.strictSame(
    root.children.at(-1)?.children.map(({ text }) => text),
    ['x', 'true', ''],
  )
  t.match(documentOf('Root', []).toString(), '<Root xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></Root>')
  t.match(documentOf('Error', []).toString(), '<Error></Error>')
  t.end()
})

t.test('elements without content, attributes and white space are read', (t) => {
  const { name, children } = readDocument(
    '<?xml version="1.0"?>\n<A b="c">\n <D/> <E f="g" /><H>&unknown;</H></A>\n',
  )
  t.equal(name, 'A')
  t.match(children, [
    { name: 'D', text: '' },
    { name: 'E', text: '' },
    { name: 'H', text: '' },
  ])
  t.end()
})

t.test('a text that is no document is malformed', (t) => {
  for (const text of ['', 'text', '<A>', '<A></B>', '</A>', '<A></A></A>', '<A><B</A>', '<A>&lt;</A'])
    t.throws(
      () => readDocument(text),
      new ServiceRefusal(400, 'MalformedXML', 'The XML you provided was not well-formed.'),
      text,
    )
  t.end()
})
