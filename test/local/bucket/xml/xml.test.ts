import fc from 'fast-check'
import t from 'tap'
import { childOf, readXml, textOf } from '../../../../lib/local/bucket/xml/xml-reader.js'
import { plainXmlDocument, xmlDocument } from '../../../../lib/local/bucket/xml/xml-writer.js'

t.test('what is written is read again', (t) => {
  const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\p{Cc}\ufffe\uffff]/u.test(one))
  fc.assert(
    fc.property(text, (value) => {
      const document = xmlDocument('Root', { Key: value, None: undefined, Part: [{ N: 1 }, { N: true }] })
      const root = readXml(Buffer.from(document))
      t.equal(textOf(root, 'Key'), value.trim())
      t.strictSame(
        root.children.map(({ name }) => name),
        ['Key', 'Part', 'Part'],
      )
    }),
    { numRuns: 100 },
  )
  t.match(plainXmlDocument('E', { A: 'x<&>"' }), /<E><A>x&lt;&amp;&gt;&quot;<\/A><\/E>$/)
  t.end()
})

t.test('XML that could do harm, or is not well-formed, is refused', (t) => {
  const deep = `${'<a>'.repeat(9)}${'</a>'.repeat(9)}`
  const documents = [
    ...['', 'x', '<a>', '<a></b>', '<a/><b/>', '<a>&x;</a>', '<a b=c/>', deep, '\ud800'],
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
  ]
  for (const document of documents)
    t.throws(() => readXml(Buffer.from(document)), { code: 'MalformedXML' }, document.slice(0, 30))
  t.throws(() => readXml(Buffer.from([0x3c, 0xff])), { code: 'MalformedXML' })
  const root = readXml(Buffer.from('<p:a xmlns:p="urn:x"><b>1</b><b>2</b><c><d/></c><![CDATA[x]]></p:a>'))
  t.match(root, { name: 'a', text: 'x' })
  t.throws(() => childOf(root, 'b'), { code: 'MalformedXML' })
  t.throws(() => textOf(root, 'c'), { code: 'MalformedXML' })
  t.equal(textOf(root, 'none'), undefined)
  t.end()
})
